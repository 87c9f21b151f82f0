//! What a file is, from its content and never from its name.
//!
//! What always holds: an encoding is told by a byte order mark, else by whoever reads the file, else by the zero bytes
//! of UTF-16, else it is UTF-8 where all of the file is, or plainly is with damage: it has more characters of several
//! bytes than faults, or is no better as GB18030. What is not may be GB18030 ([`doubt`](crate::doubt)): it is taken for
//! that, guessed to be that, or refused until somebody says what it is.

use crate::{
    doubt::{Doubt, Judged},
    encoding::{Decoder, Encoding},
    error::Error,
    format::By,
    how::How,
    limits::{BLOCK_BYTES, PACKED_BYTES, SURE_BYTES},
};
use std::io::{Read, Seek, SeekFrom};

/// What a file was found to be before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked(pub(crate) Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text(Known),
    Workbook,
}

/// An encoding, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub encoding: Encoding,
    pub by: By,
    /// What it may be as well.
    pub perhaps: Option<Encoding>,
}

impl Known {
    fn new(encoding: Encoding, by: By) -> Self {
        Self { encoding, by, perhaps: None }
    }
}

impl Looked {
    /// Whether it is a workbook.
    pub fn is_workbook(self) -> bool {
        self.0 == Kind::Workbook
    }
}

/// Looks through a file and goes back to its start. What is no table is refused by name ([`Error::OldWorkbook`],
/// [`Error::Markup`]).
pub fn look(file: &mut (impl Read + Seek), how: &How<'_>) -> Result<Looked, Error> {
    let mut start = vec![0; BLOCK_BYTES];
    let length = fill(file, &mut start)?;
    let start = &start[..length];
    let kind = match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => {
            let bytes = file.seek(SeekFrom::End(0))?;
            if bytes > PACKED_BYTES {
                return Err(Error::Workbook(crate::archive::too_large(bytes)));
            }
            Kind::Workbook
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(Error::OldWorkbook),
        _ => {
            let known = encoding(file, start, how)?;
            refuse_markup(start, known.encoding)?;
            Kind::Text(known)
        }
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(Looked(kind))
}

fn fill(file: &mut impl Read, to: &mut [u8]) -> Result<usize, Error> {
    let mut length = 0;
    while length < to.len() {
        match file.read(&mut to[length..])? {
            0 => break,
            count => length += count,
        }
    }
    Ok(length)
}

fn encoding(file: &mut (impl Read + Seek), start: &[u8], how: &How<'_>) -> Result<Known, Error> {
    if let Some((marked, _)) = encoding_rs::Encoding::for_bom(start) {
        return Ok(Known::new(Encoding(marked), By::File));
    }
    if let Some(told) = how.encoding {
        return Ok(Known::new(told, By::Told));
    }
    if let Some(wide) = wide(start) {
        return Ok(Known::new(wide, By::Found));
    }
    let utf8 = try_as(file, Encoding::UTF_8, u64::MAX, None)?;
    if utf8.faults == 0 || utf8.characters > utf8.faults {
        return Ok(Known::new(Encoding::UTF_8, By::Found));
    }
    let mut doubt = Doubt::new();
    let gb = try_as(file, Encoding::GB18030, utf8.bytes + 1, Some(&mut doubt))?;
    if gb.faults > 0 && gb.faults >= utf8.faults {
        return Ok(Known::new(Encoding::UTF_8, By::Found));
    }
    match doubt.judge(gb.faults) {
        Judged::Is => Ok(Known::new(Encoding::GB18030, By::Found)),
        Judged::MayBe(other) => {
            Ok(Known { encoding: Encoding::GB18030, by: By::Guessed, perhaps: Some(other) })
        }
        Judged::IsNot(other) => Err(Error::Encoding { likely: other.name() }),
    }
}

/// UTF-16 without a mark: separators, line ends and digits have a zero byte, on one side of each pair.
fn wide(start: &[u8]) -> Option<Encoding> {
    let pairs = start.len() / 2;
    let zeros = |side: usize| start.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let many = |zeros: usize, others: usize| zeros * 8 > pairs && others * 16 < zeros;
    if many(second, first) {
        Some(Encoding(encoding_rs::UTF_16LE))
    } else if many(first, second) {
        Some(Encoding(encoding_rs::UTF_16BE))
    } else {
        None
    }
}

/// How well a file reads in an encoding.
struct Tried {
    /// Places that are no text.
    faults: u64,
    /// Characters of several bytes.
    characters: u64,
    /// Bytes that were looked at.
    bytes: u64,
}

/// Decodes a file up to so many bytes, or to [`SURE_BYTES`] after the first block with a fault: by then it is clear what
/// the others are.
fn try_as(
    file: &mut (impl Read + Seek),
    encoding: Encoding,
    most: u64,
    mut doubt: Option<&mut Doubt>,
) -> Result<Tried, Error> {
    file.seek(SeekFrom::Start(0))?;
    let mut decoder = Decoder::new(encoding);
    let (mut block, mut text) = (vec![0; BLOCK_BYTES], String::new());
    let (mut begun, mut bytes, mut end) = (0, 0, most);
    loop {
        let length = file.read(&mut block)?;
        if let Some(doubt) = &mut doubt {
            doubt.add(&block[..length]);
        }
        decoder.add(&block[..length], length == 0, &mut text);
        bytes += length as u64;
        // A character of several bytes has one byte that begins it, and so has the sign for a fault.
        begun += text.bytes().filter(|byte| *byte >= 0xc0).count() as u64;
        text.clear();
        if decoder.errors > 0 && end == u64::MAX {
            end = bytes + SURE_BYTES;
        }
        if length == 0 || bytes >= end {
            return Ok(Tried { faults: decoder.errors, characters: begun - decoder.errors, bytes });
        }
    }
}

/// A page that was saved as a table: its first sign is a `<`.
fn refuse_markup(start: &[u8], encoding: Encoding) -> Result<(), Error> {
    let mut text = String::new();
    Decoder::new(encoding).add(&start[..start.len().min(256)], false, &mut text);
    let text = crate::cell::trim(&text);
    let tag = text.strip_prefix('<').and_then(|rest| rest.chars().next());
    match tag {
        Some(c) if c.is_ascii_alphabetic() || c == '!' || c == '?' => Err(Error::Markup),
        Some(_) | None => Ok(()),
    }
}
