//! Dates of a workbook that a spreadsheet has turned round.
//!
//! A spreadsheet that opens `03/04/2025` makes a date cell of it, by the order of day and month of its own country, and
//! leaves `13/04/2025` as text where that is no date there. What is in the cells may then be another day. A column with
//! date cells and with text that begins with a day or a month shows it; text that begins with the year cannot be turned
//! round.
//!
//! What always holds: one row of each such column of a file is named, the first by which it shows.

use super::bad::{BadCode, Fault, RowAt};
use tabular::Record;

/// What has been seen of a column of times.
pub(super) struct Column {
    at: usize,
    name: String,
    has_cell: bool,
    has_text: bool,
    /// Where it showed that both are there.
    shown: Option<(u64, String)>,
}

/// The columns of times of a workbook's sheet.
pub(super) struct Mixed(Vec<Column>);

impl Mixed {
    /// Columns by their names and places.
    pub fn new(columns: impl Iterator<Item = (String, usize)>) -> Self {
        let column = |(name, at)| Column { at, name, has_cell: false, has_text: false, shown: None };
        Self(columns.map(column).collect())
    }

    pub fn look(&mut self, record: &Record<'_>) {
        for column in self.0.iter_mut().filter(|column| column.shown.is_none()) {
            let text = record.cell(column.at);
            column.has_cell |= is_date_cell(text);
            column.has_text |= begins_with_day_or_month(text);
            if column.has_cell && column.has_text {
                column.shown = Some((record.row(), text.to_owned()));
            }
        }
    }

    /// What is to be told of a file.
    pub fn faults(self, file: usize) -> impl Iterator<Item = Fault> {
        self.0.into_iter().filter_map(move |Column { name, shown, .. }| {
            let (row, value) = shown?;
            Some(Fault { at: RowAt { file, row }, column: name, value, code: BadCode::DatesMixed })
        })
    }
}

/// As a date cell is told: `2025-04-03T20:00:00`.
fn is_date_cell(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 19 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// `13/04/2025`, `3.4.25 20:00`, `13-4-2025`.
fn begins_with_day_or_month(text: &str) -> bool {
    let mut parts = text.splitn(3, ['/', '.', '-']);
    let mut is_small = || {
        parts
            .next()
            .is_some_and(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    is_small()
        && is_small()
        && parts.next().is_some_and(|year| year.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_apart_by_how_they_begin() {
        for (text, cell, turned) in [
            ("2025-04-03T20:00:00", true, false),
            ("13/04/2025 20:00:01", false, true),
            ("3.4.25", false, true),
            ("13-4-2025", false, true),
            ("2025/04/13 20:00:01", false, false),
            ("25/04", false, false),
            ("2025年4月3日", false, false),
            ("", false, false),
            ("110/04/2025", false, false),
        ] {
            assert_eq!((is_date_cell(text), begins_with_day_or_month(text)), (cell, turned), "{text}");
        }
    }
}
