//! A digest of all that a row says, to tell whether two rows are the same.
//!
//! What always holds: it depends on what stands under which name, and on nothing else: not on the order of the columns,
//! on the encoding, on whether a workbook or a text holds it, nor on empty cells. Decimals that are zeros do not count,
//! nor does the `T` between a date and its time: workbooks leave out the ones and write the other.

use std::borrow::Cow;
use tabular::Record;

/// The columns of a file in the order in which they are digested.
pub(super) struct Whole {
    /// A digest of each name, and where the column stands.
    columns: Vec<([u8; 16], usize)>,
    bytes: Vec<u8>,
}

impl Whole {
    pub fn new(heading: &[String]) -> Self {
        let named = heading.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let mut columns: Vec<_> = named.map(|(at, name)| (name_digest(name), at)).collect();
        columns.sort_unstable();
        Self { columns, bytes: Vec::new() }
    }

    /// 16 bytes of the digest of a row.
    pub fn of(&mut self, record: &Record<'_>) -> u128 {
        self.bytes.clear();
        for (name, at) in &self.columns {
            add(&mut self.bytes, name, record.cell(*at));
        }
        // What stands in a column without a name counts by its place.
        let named = self.columns.len();
        if record.len() > named {
            for at in (0..record.len()).filter(|at| !self.columns.iter().any(|(_, named)| named == at)) {
                let mut place = [0xff; 16];
                place[..8].copy_from_slice(&(at as u64).to_le_bytes());
                add(&mut self.bytes, &place, record.cell(at));
            }
        }
        first_bytes(blake3::hash(&self.bytes))
    }
}

fn add(to: &mut Vec<u8>, name: &[u8; 16], cell: &str) {
    let cell = written_alike(cell);
    if !cell.is_empty() {
        to.extend_from_slice(name);
        to.extend_from_slice(&(cell.len() as u64).to_le_bytes());
        to.extend_from_slice(cell.as_bytes());
    }
}

fn name_digest(name: &str) -> [u8; 16] {
    let digest = blake3::hash(name.as_bytes());
    *digest.as_bytes().first_chunk().expect("a digest has 32 bytes")
}

fn first_bytes(digest: blake3::Hash) -> u128 {
    let bytes: &[u8; 16] = digest.as_bytes().first_chunk().expect("a digest has 32 bytes");
    u128::from_be_bytes(*bytes)
}

/// A cell as text and workbooks write it alike.
fn written_alike(cell: &str) -> Cow<'_, str> {
    let bytes = cell.as_bytes();
    if !bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Cow::Borrowed(cell);
    }
    if bytes.len() == 19 && bytes[10] == b'T' && bytes[4] == b'-' && bytes[13] == b':' {
        return Cow::Owned(cell.replacen('T', " ", 1));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match cell.split_once('.') {
        Some((whole, decimals)) if digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(decimals) => {
            Cow::Borrowed(cell.trim_end_matches('0').trim_end_matches('.'))
        }
        Some(_) | None => Cow::Borrowed(cell),
    }
}
