//! Cuts a record off the front of a text: where it ends, and where its cells are.
//!
//! What always holds: whatever the quotes say, at least one physical line is used, and no more than the record has. A
//! quote opens a cell only where the cell begins; inside another it is text.

use crate::{
    cell,
    limits::{CELL_BREAKS, CELL_CHARS, COLUMNS, RECORD_BYTES},
};
use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// What was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A record: the bytes that it takes with its line end, and its physical lines.
    Record { used: usize, lines: u32 },
    /// A line whose quotes are wrong: the bytes of that physical line. Its cells are cut without regard to quotes.
    Malformed { used: usize },
    /// A line that is longer than a record may be. Nothing is used yet.
    TooLong,
    /// The record goes on beyond the text.
    More,
}

/// How many cells a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Width {
    /// Up to the last column that has a name.
    pub least: usize,
    /// All columns of the heading.
    pub most: usize,
    /// As many as more than half of the first records have: some programs end every record with separators.
    pub usual: usize,
}

/// The cells of a record: places in the text that it was cut off, or in `own`, where quotes were taken off.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    pub spans: Vec<(u32, u32)>,
    /// Cells that it has, more than there are spans where there are too many.
    pub count: usize,
    pub own: String,
    pub is_own: bool,
}

#[allow(clippy::cast_possible_truncation, reason = "a record is far shorter than 4 GiB")]
impl Cut {
    pub fn clear(&mut self) {
        self.spans.clear();
        self.own.clear();
        self.count = 0;
        self.is_own = false;
    }
    pub fn push(&mut self, from: usize, to: usize) {
        self.count += 1;
        if self.spans.len() <= COLUMNS {
            self.spans.push((from as u32, to as u32));
        }
    }

    /// Cuts the first record off; `is_end` when nothing comes after the text.
    pub fn record(&mut self, text: &str, separator: u8, is_end: bool, width: Option<Width>) -> Piece {
        self.clear();
        let bytes = text.as_bytes();
        let (line, used) = match memchr2(b'\n', b'\r', bytes) {
            Some(end) => match line_end(bytes, end, is_end) {
                Some(after) => (&text[..end], after),
                None => return Piece::More,
            },
            None if is_end && bytes.len() <= RECORD_BYTES => (text, text.len()),
            None if bytes.len() <= RECORD_BYTES => return Piece::More,
            None => return Piece::TooLong,
        };
        if line.len() > RECORD_BYTES {
            return Piece::TooLong;
        }
        if memchr(b'"', line.as_bytes()).is_none() {
            self.line(line, separator);
            return Piece::Record { used, lines: 1 };
        }
        match self.quoted(text, separator, is_end, width) {
            Piece::Record { used: all, lines }
                if lines > 1 && !self.is_one(&text[..all], separator, width) =>
            {
                self.malformed(line, separator, used)
            }
            Piece::Malformed { .. } => self.malformed(line, separator, used),
            piece => piece,
        }
    }

    /// The cells with which a line begins that is too long.
    pub fn begin(&mut self, text: String, separator: u8) {
        self.clear();
        self.line(&text, separator);
        self.own = text;
        self.is_own = true;
    }

    fn malformed(&mut self, line: &str, separator: u8, used: usize) -> Piece {
        self.clear();
        self.line(line, separator);
        Piece::Malformed { used }
    }

    /// Cells of a line in which no quote counts.
    fn line(&mut self, line: &str, separator: u8) {
        let mut from = 0;
        for at in memchr_iter(separator, line.as_bytes()) {
            self.push(from, at);
            from = at + 1;
        }
        self.push(from, line.len());
    }

    /// Cells of a record in which quotes may stand. Several lines that cannot be one record are given up at once: the
    /// lines of a file are looked through again for every quote in them, so each look has to end soon.
    fn quoted(&mut self, text: &str, separator: u8, is_end: bool, width: Option<Width>) -> Piece {
        self.is_own = true;
        let bytes = text.as_bytes();
        let (mut at, mut lines) = (0, 1);
        loop {
            let from = self.own.len();
            if at > RECORD_BYTES {
                return Piece::Malformed { used: 0 };
            }
            if bytes.get(at) == Some(&b'"') {
                match self.quoted_cell(text, at + 1, is_end) {
                    Ok(after) => at = after,
                    Err(piece) => return piece,
                }
                let breaks = line_breaks(&self.own[from..]);
                if breaks > CELL_BREAKS || over(&self.own[from..]) {
                    return Piece::Malformed { used: 0 };
                }
                lines += u32::try_from(breaks).unwrap_or(u32::MAX);
                // A blank after the quote is nothing that could get lost.
                at += bytes[at..].iter().take_while(|&&byte| byte == b' ').count();
            } else {
                let end = memchr3(separator, b'\n', b'\r', &bytes[at..]);
                let end = match end {
                    Some(end) => at + end,
                    None if is_end => bytes.len(),
                    None => return Piece::More,
                };
                self.own.push_str(&text[at..end]);
                at = end;
            }
            self.push(from, self.own.len());
            if lines > 1 && self.is_too_wide(width) {
                return Piece::Malformed { used: 0 };
            }
            match bytes.get(at) {
                Some(&byte) if byte == separator => at += 1,
                Some(b'\n' | b'\r') => match line_end(bytes, at, is_end) {
                    Some(used) => return Piece::Record { used, lines },
                    None => return Piece::More,
                },
                None if is_end => return Piece::Record { used: at, lines },
                None => return Piece::More,
                Some(_) => return Piece::Malformed { used: 0 },
            }
        }
    }

    /// Takes a cell after its opening quote; answers where the text goes on after the closing one.
    fn quoted_cell(&mut self, text: &str, start: usize, is_end: bool) -> Result<usize, Piece> {
        let bytes = text.as_bytes();
        let mut at = start;
        loop {
            let Some(quote) = memchr(b'"', &bytes[at..]).map(|quote| at + quote) else {
                let over = bytes.len() - start > CELL_CHARS * 4;
                return Err(if is_end || over { Piece::Malformed { used: 0 } } else { Piece::More });
            };
            match bytes.get(quote + 1) {
                Some(b'"') => {
                    self.own.push_str(&text[at..=quote]);
                    at = quote + 2;
                }
                None if !is_end => return Err(Piece::More),
                Some(_) | None => {
                    self.own.push_str(&text[at..quote]);
                    return Ok(quote + 1);
                }
            }
        }
    }

    /// Whether several physical lines are one record: they have the cells of the heading together, and none behind the
    /// first has them on its own, as a row has that two stray quotes stand around.
    fn is_one(&self, text: &str, separator: u8, width: Option<Width>) -> bool {
        let Some(width) = width else { return true };
        if !self.fits(width, &self.own) {
            return false;
        }
        if width.most < 3 {
            return true;
        }
        let ends = ['\n', '\r'];
        let lines = text.trim_end_matches(ends).split(ends).filter(|line| !line.is_empty());
        let mut lines = lines.skip(self.first_cell_lines(separator));
        let mut own = Cut::default();
        !lines.any(|line| {
            own.clear();
            let piece = own.quoted(line, separator, true, None);
            if !matches!(piece, Piece::Record { .. }) {
                own.clear();
                own.line(line, separator);
            }
            own.count == width.most || own.count == width.least
        })
    }

    /// How many lines cannot be rows of their own: the first; where its first cell holds no separator and goes on, all
    /// that the cell takes, the one with its end too, which has the cells of the heading of need.
    fn first_cell_lines(&self, separator: u8) -> usize {
        let cell = self.spans.first().map_or("", |&(from, to)| &self.own[from as usize..to as usize]);
        let Some((first, rest)) = cell.split_once(['\n', '\r']) else { return 1 };
        if memchr(separator, first.as_bytes()).is_some() || memchr(separator, rest.as_bytes()).is_some() {
            return 1;
        }
        let between = rest.rsplit(['\n', '\r']).skip(1).filter(|line| !line.is_empty());
        2 + between.count()
    }

    /// Whether it has more cells already than a record may have.
    fn is_too_wide(&self, width: Option<Width>) -> bool {
        let Some(width) = width else { return self.count > COLUMNS };
        self.count > width.most
            && (self.count > width.usual
                || self.count > self.spans.len()
                || !self.is_empty_from(width.most, &self.own))
    }

    fn is_empty_from(&self, column: usize, text: &str) -> bool {
        let is_empty = |&(from, to): &(u32, u32)| cell::trim(&text[from as usize..to as usize]).is_empty();
        self.spans.iter().skip(column).all(is_empty)
    }

    /// Whether it has as many cells as the heading; empty ones beyond do not count where records usually have them. In
    /// one record alone they may come from a separator too many before them.
    pub fn fits(&self, width: Width, text: &str) -> bool {
        if self.count <= width.most {
            return self.count >= width.least;
        }
        self.count == width.usual && self.count == self.spans.len() && self.is_empty_from(width.most, text)
    }
}

/// Where the text goes on after the line end at `at`; none when it may go on with a `\n` that is not there yet.
fn line_end(bytes: &[u8], at: usize, is_end: bool) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r', None) if !is_end => None,
        _ => Some(at + 1),
    }
}

fn line_breaks(cell: &str) -> usize {
    let bytes = cell.as_bytes();
    let pairs = |at: &usize| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', bytes).filter(pairs).count()
}

fn over(cell: &str) -> bool {
    cell.len() > CELL_CHARS && cell.chars().count() > CELL_CHARS
}
