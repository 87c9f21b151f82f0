//! The seal: sums of the pages of a database at rest, kept behind its last page.
//!
//! A backup is sealed when it is made, a store when it is stopped. `SQLite` goes by the number of pages in the header and
//! does not look behind them; the first checkpoint of a store that is opened again cuts the seal off. So the writer pays
//! nothing for it, and it travels with every copy of the file.
//!
//! ```text
//! pages of the database | 8 bytes of BLAKE3 a page | footer: name, page size, pages, BLAKE3 of all that
//! ```

use crate::guard::beside;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Of a page.
const SUM: usize = 8;
const NAME: &[u8; 16] = b"promenade seal 1";
/// Name, page size, pages and the digest.
const FOOTER: usize = 16 + 4 + 4 + 32;
/// Broken pages that are named.
const NAMED: usize = 10;

/// What a seal says of its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// There is none.
    Missing,
    /// So many pages are as they were.
    Whole { pages: u32 },
    /// So many are not, the first of them; none where the seal itself is damaged.
    Broken { pages: u64, first: Vec<u32> },
}

/// How the pages lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lay {
    page: u32,
    pages: u32,
}

impl Lay {
    /// What the header of a database says.
    fn of(file: &File) -> io::Result<Self> {
        let mut head = [0; 100];
        file.read_exact_at(&mut head, 0)?;
        let big = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let page = match u32::from(u16::from_be_bytes([head[16], head[17]])) {
            1 => 65_536,
            size => size,
        };
        let is_known = head.starts_with(b"SQLite format 3\0") && page >= 512 && big(24) == big(92);
        let lay = Self { page, pages: big(28) };
        if is_known && lay.pages > 0 && file.metadata()?.len() >= lay.bytes() {
            return Ok(lay);
        }
        Err(io::Error::new(ErrorKind::InvalidData, "the header does not say how many pages there are"))
    }

    fn bytes(self) -> u64 {
        u64::from(self.page) * u64::from(self.pages)
    }

    fn with_seal(self) -> u64 {
        self.bytes() + SUM as u64 * u64::from(self.pages) + FOOTER as u64
    }

    fn head(self) -> [u8; 24] {
        let mut head = [0; 24];
        head[..16].copy_from_slice(NAME);
        head[16..20].copy_from_slice(&self.page.to_be_bytes());
        head[20..].copy_from_slice(&self.pages.to_be_bytes());
        head
    }
}

fn sum(page: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&blake3::hash(page).as_bytes()[..SUM]);
    sum
}

/// Seals a database that nobody writes. Durable when this returns.
pub fn append(database: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(beside(database, ""))?;
    let lay = Lay::of(&file)?;
    file.set_len(lay.bytes())?;
    let mut pages = BufReader::with_capacity(1 << 20, File::open(beside(database, ""))?);
    let mut end = &file;
    end.seek(SeekFrom::Start(lay.bytes()))?;
    let (mut end, mut digest) = (BufWriter::new(end), blake3::Hasher::new());
    let mut page = vec![0; lay.page as usize];
    for _ in 0..lay.pages {
        pages.read_exact(&mut page)?;
        let sum = sum(&page);
        digest.update(&sum);
        end.write_all(&sum)?;
    }
    digest.update(&lay.head());
    end.write_all(&lay.head())?;
    end.write_all(digest.finalize().as_bytes())?;
    end.flush()?;
    drop(end);
    file.sync_all()
}

/// Takes off what a seal that could not be finished left behind.
pub fn cut(database: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(beside(database, ""))?;
    file.set_len(Lay::of(&file)?.bytes())
}

/// Compares the pages of a database at rest with its seal.
pub fn check(database: &Path) -> io::Result<Seal> {
    let file = File::open(beside(database, ""))?;
    let length = file.metadata()?.len();
    let Some(at) = length.checked_sub(FOOTER as u64) else { return Ok(Seal::Missing) };
    let mut footer = [0; FOOTER];
    file.read_exact_at(&mut footer, at)?;
    let number = |at: usize| u32::from_be_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
    let lay = Lay { page: number(16), pages: number(20) };
    if !footer.starts_with(NAME) || lay.with_seal() != length || !(512..=65_536).contains(&lay.page) {
        return Ok(Seal::Missing);
    }
    let mut pages = BufReader::with_capacity(1 << 20, &file);
    let mut sums = BufReader::new(File::open(beside(database, ""))?);
    sums.seek(SeekFrom::Start(lay.bytes()))?;
    let (mut page, mut kept) = (vec![0; lay.page as usize], [0; SUM]);
    let (mut digest, mut broken, mut first) = (blake3::Hasher::new(), 0, Vec::new());
    for number in 1..=lay.pages {
        pages.read_exact(&mut page)?;
        sums.read_exact(&mut kept)?;
        digest.update(&kept);
        if sum(&page) != kept {
            broken += 1;
            if first.len() < NAMED {
                first.push(number);
            }
        }
    }
    digest.update(&lay.head());
    let is_whole = digest.finalize().as_bytes()[..] == footer[24..];
    Ok(match (broken, is_whole) {
        (0, true) => Seal::Whole { pages: lay.pages },
        (pages, _) => Seal::Broken { pages, first },
    })
}
