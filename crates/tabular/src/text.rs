//! Records of a text, as it is read.
//!
//! What always holds: no more text is held than one record may have, and the first rows while the heading is looked
//! for.

use crate::{
    cut::{Cut, Piece, Width},
    encoding::Decoder,
    error::Error,
    format::{By, TextFormat},
    heading::{Candidate, Heading},
    how::How,
    limits::{BLOCK_BYTES, COLUMNS, HEADING_BYTES, SAMPLE_BYTES},
    look::Known,
    record::{Fault, Record},
    separator,
};
use memchr::memchr2;
use std::{collections::BTreeMap, io::Read};

/// Records that tell how many cells a record usually has.
const USUAL_ROWS: usize = 50;
/// Characters that are kept of a line that is too long.
const BEGINS_CHARS: usize = 1_000;

/// A byte order mark in UTF-8.
const MARK: &str = "\u{feff}";

/// A text that is read.
pub(crate) struct Text<R> {
    input: R,
    decoder: Decoder,
    block: Vec<u8>,
    text: String,
    /// Where the next record begins in the text.
    start: usize,
    /// The row of the next record.
    row: u64,
    is_end: bool,
    /// Whether what was handed out is kept, to go back to it.
    keeps: bool,
    separator: u8,
    pub format: TextFormat,
    width: Option<Width>,
    cut: Cut,
    taken: Taken,
}

/// A record that lies in the buffers.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    row: u64,
    lines: u32,
    /// Where its text begins, when it is not its own.
    from: usize,
    fault: Option<Fault>,
}

impl<R: Read> Text<R> {
    pub fn open(input: R, known: Known, how: &How<'_>) -> Result<Self, Error> {
        let format = TextFormat {
            encoding: known.encoding,
            encoding_by: known.by,
            perhaps: known.perhaps,
            separator: ',',
            separator_by: By::Found,
        };
        let mut text = Self {
            input,
            decoder: Decoder::new(known.encoding),
            block: vec![0; BLOCK_BYTES],
            text: String::new(),
            start: 0,
            row: 1,
            is_end: false,
            keeps: true,
            separator: b',',
            format,
            width: None,
            cut: Cut::default(),
            taken: Taken::default(),
        };
        while !text.is_end && text.text.len() < SAMPLE_BYTES {
            text.fill()?;
        }
        text.settle_separator(how);
        Ok(text)
    }

    /// The mapping's word, else the file's, else what is found; a `sep=` line is passed over in any case.
    fn settle_separator(&mut self, how: &How<'_>) {
        let by_file = separator::told_by_file(&self.text);
        if by_file.is_some() {
            let end = memchr2(b'\n', b'\r', self.text.as_bytes()).unwrap_or(self.text.len());
            let pair = self.text[end..].starts_with("\r\n");
            self.start = (end + 1 + usize::from(pair)).min(self.text.len());
            self.row = 2;
        }
        let (sign, by) = match (how.separator, by_file) {
            (Some(told), _) => (told, By::Told),
            (None, Some(sign)) => (sign, By::File),
            (None, None) => (separator::found(&self.text, self.is_end, &how.heading), By::Found),
        };
        self.separator = sign;
        self.format.separator = char::from(sign);
        self.format.separator_by = by;
    }

    /// Reads a block more; what was used makes room first.
    fn fill(&mut self) -> Result<(), Error> {
        if !self.keeps && self.start > 0 {
            self.text.drain(..self.start);
            self.start = 0;
        }
        let count = self.input.read(&mut self.block)?;
        self.is_end = count == 0;
        let from = self.text.len();
        self.decoder.add(&self.block[..count], self.is_end, &mut self.text);
        self.drop_marks(from);
        Ok(())
    }

    /// Drops the byte order marks with which a line begins, in what was added from there: files that were put together
    /// have one before each.
    fn drop_marks(&mut self, from: usize) {
        if memchr::memmem::find(&self.text.as_bytes()[from..], MARK.as_bytes()).is_none() {
            return;
        }
        let added = self.text.split_off(from);
        for (at, piece) in added.split(MARK).enumerate() {
            // A text without a sign begins a line: what was used before it ended one.
            let begins_line = self.text.is_empty() || self.text.ends_with(['\n', '\r']);
            if at > 0 && !begins_line {
                self.text.push_str(MARK);
            }
            self.text.push_str(piece);
        }
    }

    /// Finds the heading: its names and its row. From there each record has to have its columns.
    pub fn find_heading(&mut self, heading: &Heading<'_>) -> Result<(Vec<String>, Option<u64>), Error> {
        let (start, row) = (self.start, self.row);
        let (mut rows, mut after): (Vec<Candidate>, _) = (Vec::new(), Vec::new());
        while rows.len() < heading.rows() && self.start - start < HEADING_BYTES {
            let Some(record) = self.next()? else { break };
            let names: Vec<String> = (0..record.len()).map(|at| crate::name(&record.shown(at))).collect();
            let candidate = (record.row(), names);
            let is_found = heading.is_found(&candidate);
            rows.push(candidate);
            after.push((self.start, self.row));
            if is_found {
                break;
            }
        }
        let chosen = heading.choose(&rows)?;
        (self.start, self.row) = chosen.map_or((start, row), |at| after[at]);
        let usual = self.usual_count()?;
        self.keeps = false;
        let Some((row, names)) = chosen.map(|at| rows.swap_remove(at)) else { return Ok((Vec::new(), None)) };
        let least = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        // A row of a list may have any number of cells.
        if !matches!(heading, Heading::Words(_)) {
            self.width = Some(Width { least, most: names.len(), usual });
        }
        Ok((names, Some(row)))
    }

    /// How many cells more than half of the next records have; they are taken again.
    fn usual_count(&mut self) -> Result<usize, Error> {
        let (start, row) = (self.start, self.row);
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for _ in 0..USUAL_ROWS {
            if self.start - start >= HEADING_BYTES {
                break;
            }
            let Some(record) = self.next()? else { break };
            *counts.entry(record.len()).or_default() += 1;
        }
        (self.start, self.row) = (start, row);
        let all: usize = counts.values().sum();
        Ok(counts.into_iter().find(|(_, rows)| rows * 2 > all).map_or(0, |(count, _)| count))
    }

    /// The next record that is not blank.
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        while let Some(taken) = self.take()? {
            self.taken = taken;
            let may_be_blank = taken.fault.is_none_or(|fault| matches!(fault, Fault::FieldCount { .. }));
            if !(may_be_blank && self.last().is_blank()) {
                return Ok(Some(self.last()));
            }
        }
        Ok(None)
    }

    /// The record that was taken last.
    pub fn last(&self) -> Record<'_> {
        let taken = &self.taken;
        Record {
            row: taken.row,
            lines: taken.lines,
            text: if self.cut.is_own { &self.cut.own } else { &self.text[taken.from..] },
            spans: &self.cut.spans,
            flaws: &[],
            may_be_damaged: self.decoder.errors > 0,
            fault: taken.fault,
        }
    }

    /// Takes the next record, blank or not.
    fn take(&mut self) -> Result<Option<Taken>, Error> {
        loop {
            let rest = &self.text[self.start..];
            if rest.is_empty() {
                if self.is_end {
                    return Ok(None);
                }
                self.fill()?;
                continue;
            }
            let (used, lines, fault) = match self.cut.record(rest, self.separator, self.is_end, self.width) {
                Piece::More => {
                    self.fill()?;
                    continue;
                }
                // What is read to find the heading is kept, to be read again: a line without an end may not be.
                Piece::TooLong if self.keeps => return Ok(None),
                Piece::TooLong => return self.pass_over().map(Some),
                Piece::Malformed { used } => (used, 1, Some(Fault::MalformedQuotes)),
                Piece::Record { used, lines } => (used, lines, self.miscounted(rest)),
            };
            let (row, from) = (self.row, self.start);
            self.row += 1;
            self.start += used;
            return Ok(Some(Taken { row, lines, from, fault }));
        }
    }

    fn miscounted(&self, rest: &str) -> Option<Fault> {
        let width = self.width?;
        let text = if self.cut.is_own { &self.cut.own } else { rest };
        let fits = self.cut.fits(width, text) && self.cut.count <= COLUMNS.max(width.most);
        (!fits).then_some(Fault::FieldCount { cells: self.cut.count, columns: width.most })
    }

    /// Passes over a line that is too long, and keeps how it begins.
    fn pass_over(&mut self) -> Result<Taken, Error> {
        let begins: String = self.text[self.start..].chars().take(BEGINS_CHARS).collect();
        self.cut.begin(begins, self.separator);
        loop {
            match memchr2(b'\n', b'\r', &self.text.as_bytes()[self.start..]) {
                Some(end) if self.start + end + 1 < self.text.len() || self.is_end => {
                    self.start += end;
                    let pair = self.text[self.start..].starts_with("\r\n");
                    self.start += 1 + usize::from(pair);
                    break;
                }
                None if self.is_end => {
                    self.start = self.text.len();
                    break;
                }
                Some(end) => self.start += end,
                None => self.start = self.text.len(),
            }
            self.fill()?;
        }
        let row = self.row;
        self.row += 1;
        Ok(Taken { row, lines: 1, from: 0, fault: Some(Fault::TooLong) })
    }
}
