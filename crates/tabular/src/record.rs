//! A record: its cells, the row in which it begins, and what is wrong with it.

use crate::{cell, encoding::DAMAGE};

/// Why a whole record cannot be relied on: its cells may stand in other columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has more or fewer cells than the heading; empty cells beyond it do not count where most
    /// records have them.
    FieldCount {
        /// Cells that it has.
        cells: usize,
        /// Columns of the heading.
        columns: usize,
    },
    /// A quote was never closed, something follows one that closes, or the lines of a record are no record together.
    /// The cells are those of its first physical line; the next record begins on its second.
    MalformedQuotes,
    /// It is longer than [`limits::RECORD_BYTES`](crate::limits::RECORD_BYTES). Its cells are those with which it begins.
    TooLong,
}

/// Why a cell is no value, although it stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Bytes of it are no text of the file's encoding.
    NotText,
    /// It holds an error of the spreadsheet, such as `#N/A`.
    Error,
    /// It is a number of more than 15 digits: the spreadsheet has dropped the last of them.
    DigitsLost,
}

/// A record. It is good until the next is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    pub(crate) row: u64,
    pub(crate) lines: u32,
    pub(crate) text: &'r str,
    /// Where each cell begins and ends in the text.
    pub(crate) spans: &'r [(u32, u32)],
    pub(crate) flaws: &'r [(u32, Flaw)],
    /// Whether bytes that are no text have been seen in the file.
    pub(crate) may_be_damaged: bool,
    pub(crate) fault: Option<Fault>,
}

impl<'r> Record<'r> {
    /// The row in which it begins; the file's first is 1.
    pub fn row(&self) -> u64 {
        self.row
    }
    /// Physical lines that it takes.
    pub fn lines(&self) -> u32 {
        self.lines
    }
    /// Cells that it has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }
    /// Whether it has no cells.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
    /// A cell as it stands there; empty where the record has none.
    pub fn raw(&self, column: usize) -> &'r str {
        self.spans.get(column).map_or("", |&(from, to)| &self.text[from as usize..to as usize])
    }
    /// A cell without the blanks around it and the wrapping of spreadsheets ([`cell::plain`]).
    pub fn cell(&self, column: usize) -> &'r str {
        cell::plain(self.raw(column))
    }
    /// All cells, as [`Record::cell`] gives them.
    pub fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let record = *self;
        (0..record.len()).map(move |column| record.cell(column))
    }
    /// What is wrong with a cell.
    pub fn flaw(&self, column: usize) -> Option<Flaw> {
        if self.may_be_damaged && self.raw(column).contains(DAMAGE) {
            return Some(Flaw::NotText);
        }
        let mut flaws = self.flaws.iter();
        flaws.find(|(at, _)| *at as usize == column).map(|(_, flaw)| *flaw)
    }
    /// A cell for people to see: what is no text is shown as `\u{fffd}`.
    pub fn shown(&self, column: usize) -> String {
        self.cell(column).replace(DAMAGE, "\u{fffd}")
    }
    /// What is wrong with all of it.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }
    /// Whether all cells are empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.flaws.is_empty() && (0..self.len()).all(|column| cell::trim(self.raw(column)).is_empty())
    }
}
