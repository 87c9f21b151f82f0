//! Cells of a sheet that are too long to be held, seen while its part is unpacked into nothing.
//!
//! What always holds: between the beginnings of two cells or rows stand at most [`CELL_BYTES`], so that no reader holds
//! more for one. A spreadsheet's cell has 32,767 characters; formats inside of it make that some times as long.

use memchr::memchr;

/// Bytes of one cell as it is written.
pub(crate) const CELL_BYTES: u64 = 4 << 20;
/// Bytes of a tag's name that are kept: with a prefix.
const NAME_BYTES: usize = 32;

/// What was seen of a sheet so far; its part may be handed over in pieces.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// Bytes since the last cell or row began.
    bytes: u64,
    place: Place,
    /// The name of the tag that is read.
    name: Vec<u8>,
    reads_name: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    In,
    Behind,
}

impl Cells {
    /// Adds what was unpacked next; whether no cell is too long so far.
    pub fn add(&mut self, mut read: &[u8]) -> bool {
        while !read.is_empty() && self.place != Place::Behind {
            let used = if self.reads_name { self.add_name(read) } else { self.skip(read) };
            read = &read[used..];
            if self.place == Place::In && self.bytes > CELL_BYTES {
                return false;
            }
        }
        true
    }

    /// Goes behind the next sign that begins a tag.
    fn skip(&mut self, read: &[u8]) -> usize {
        let found = memchr(b'<', read);
        self.reads_name = found.is_some();
        self.name.clear();
        let used = found.map_or(read.len(), |at| at + 1);
        self.bytes += used as u64;
        used
    }

    fn add_name(&mut self, read: &[u8]) -> usize {
        let is_end = |at: usize, byte: u8| {
            matches!(byte, b' ' | b'>' | b'\t' | b'\r' | b'\n')
                || byte == b'/' && (at > 0 || !self.name.is_empty())
        };
        let end = read.iter().enumerate().position(|(at, &byte)| is_end(at, byte));
        let used = end.unwrap_or(read.len());
        let room = NAME_BYTES.saturating_sub(self.name.len());
        self.name.extend_from_slice(&read[..used.min(room)]);
        self.bytes += used as u64;
        if end.is_some() {
            self.reads_name = false;
            self.tag();
        }
        used
    }

    fn tag(&mut self) {
        let is_end = self.name.first() == Some(&b'/');
        let name = &self.name[usize::from(is_end)..];
        let local = name.rsplit(|&byte| byte == b':').next().unwrap_or_default();
        match (local, is_end) {
            (b"c" | b"row", false) => (self.place, self.bytes) = (Place::In, 0),
            (b"sheetData", true) => self.place = Place::Behind,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(sheet: &str, piece: usize) -> bool {
        let mut cells = Cells::default();
        sheet.as_bytes().chunks(piece).all(|piece| cells.add(piece))
    }

    #[test]
    fn a_cell_is_bounded_and_what_stands_around_them_is_not() {
        let long = "x".repeat(usize::try_from(CELL_BYTES).unwrap_or(usize::MAX));
        let some = &long[..long.len() / 3];
        for (sheet, expected) in [
            (
                format!(
                    "<worksheet>{long}{long}<sheetData><row r=\"1\"><c><is><t>a</t></is></c></row></sheetData>{long}{long}"
                ),
                true,
            ),
            (
                format!(
                    "<sheetData><row><c t=\"s\"><v>{some}</v></c><c r=\"B1\"><v>{some}</v></c><c>{some}{some}</c></row>"
                ),
                true,
            ),
            (format!("<sheetData><row/>{some}<row/>{some}<row/>{some}<row/>{some}{some}"), true),
            (format!("<sheetData><row><c><is><t>{long}</t></is></c>"), false),
            (format!("<x:sheetData><x:row><x:c>{some}<r>{some}</r><cell/><r>{some}</r>"), false),
            (format!("<sheetData><row><c>{some}</sheetData >{long}"), true),
        ] {
            for piece in [7, 1 << 16, sheet.len()] {
                assert_eq!(fits(&sheet, piece), expected, "{} in pieces of {piece}", &sheet[..40]);
            }
        }
    }
}
