//! Reads one sheet of a workbook row by row.
//!
//! What always holds: a workbook is unpacked only after it was seen that it stays within its bounds. A date
//! is told to the second, as `2020-10-20T20:00:01`; a number as the sheet shows it, to 15 digits. Nothing
//! is computed: formulas give the values that were saved with them.
//!
//! What it never does: guess digits. A number of more than 15 digits has lost the last of them.

use super::{
    archive,
    bad::{Bad, BadCode, RowAt},
    files::{ReadError, Source, open},
    limits::ROWS,
    meter::Meter,
    stream::{Cells, first_bytes},
    table::{Damage, Row},
};
use crate::plan::{Plan, TablePlan};
use calamine::{DataRef, Reader, Xlsx};
use jiff::civil::{Date, date};
use std::io::Cursor;

/// Day 0 of a sheet.
const OF_1900: Date = date(1899, 12, 30);
/// Day 0 of a sheet that was made on an early Macintosh.
const OF_1904: Date = date(1904, 1, 1);

/// A sheet's row as text, column by column.
#[derive(Default)]
struct SheetRow {
    number: u64,
    cells: Vec<Result<String, (BadCode, String)>>,
}

impl SheetRow {
    /// 16 bytes of the digest of all cells; empty ones at the end are none.
    fn whole(&self) -> u128 {
        let text = |cell: &Result<String, (BadCode, String)>| match cell {
            Ok(text) => text.clone(),
            Err((_, text)) => text.clone(),
        };
        let cells: Vec<String> = self.cells.iter().map(text).collect();
        let count = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let mut hasher = blake3::Hasher::new();
        for cell in &cells[..count] {
            hasher.update(&(cell.len() as u64).to_le_bytes()).update(cell.as_bytes());
        }
        first_bytes(hasher.finalize())
    }
}

impl Source {
    /// Hands each row of the sheet over that can be read; empty rows are none.
    pub fn each_sheet_row<'f>(
        &self,
        file: usize,
        plan: &Plan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let wrong = |message: String| ReadError::Workbook { file: self.name.clone(), message };
        if self.bytes > archive::PACKED_BYTES {
            return Err(wrong(archive::too_large(self.bytes)));
        }
        let bytes = std::fs::read(&self.path).map_err(open(&self.path))?;
        archive::check(&bytes).map_err(wrong)?;
        meter.advance(bytes.len() as u64);
        let (size, digest) = (bytes.len() as u64, blake3::hash(&bytes));
        let unreadable =
            |error: calamine::XlsxError| wrong(format!("not a workbook that can be read: {error}"));
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
        let epoch = if workbook.has_1904_epoch() { OF_1904 } else { OF_1900 };
        let table = &plan.tables[self.table];
        let sheet = self.sheet(table, &workbook.sheet_names())?;
        let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(unreadable)?;
        let mut rows = Rows { source: self, file, table, columns: None, cells: Cells::default(), taken: 0 };
        let mut row = SheetRow::default();
        while let Some(cell) = cells.next_cell().map_err(unreadable)? {
            let (at, column) = cell.get_position();
            let number = u64::from(at) + 1;
            if number != row.number {
                rows.take(&row, bad, take)?;
                row.number = number;
                row.cells.clear();
            }
            let text = text(cell.get_value(), epoch, plan.amounts.decimal_point);
            row.cells.resize(row.cells.len().max(column as usize), Ok(String::new()));
            row.cells.push(text);
            if meter.rows() + rows.taken > ROWS {
                return Err(ReadError::TooManyRows { file: self.name.clone() });
            }
        }
        rows.take(&row, bad, take)?;
        if rows.columns.is_none() {
            return Err(wrong(format!("the sheet `{sheet}` is empty")));
        }
        meter.done_with(file, rows.taken, size, digest);
        Ok(())
    }

    fn sheet(&self, table: &TablePlan, names: &[String]) -> Result<String, ReadError> {
        let found = match &table.sheet {
            Some(name) => names.iter().find(|known| *known == name),
            None => names.first(),
        };
        found.cloned().ok_or_else(|| ReadError::Workbook {
            file: self.name.clone(),
            message: format!(
                "no sheet `{}`; there are {}",
                table.sheet.as_deref().unwrap_or_default(),
                names.join(", ")
            ),
        })
    }
}

/// The rows of a sheet; the first that is not empty is the header.
struct Rows<'s> {
    source: &'s Source,
    file: usize,
    table: &'s TablePlan,
    columns: Option<(Vec<String>, Vec<usize>)>,
    cells: Cells,
    taken: u64,
}

impl Rows<'_> {
    fn take<'f>(
        &mut self,
        row: &SheetRow,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let is_empty = |cell: &Result<String, _>| cell.as_ref().is_ok_and(|text| text.trim().is_empty());
        if row.cells.iter().all(is_empty) {
            return Ok(());
        }
        let Some((header, columns)) = &self.columns else {
            let name = |cell: &Result<String, _>| cell.as_deref().unwrap_or_default().trim().to_owned();
            let header: Vec<String> = row.cells.iter().map(name).collect();
            let columns = self.source.columns(self.table, &header, row.number)?;
            self.columns = Some((header, columns));
            return Ok(());
        };
        self.taken += 1;
        let at = RowAt { file: self.file, row: row.number };
        self.cells.clear();
        let mut damage = None;
        for &column in columns {
            let cell = row.cells.get(column).map_or(Ok(""), |cell| cell.as_deref());
            let pushed = cell
                .map_err(Clone::clone)
                .and_then(|text| self.cells.push(text).map_err(|code| (code, text.to_owned())));
            if let Err((code, value)) = pushed {
                self.cells.push_empty();
                let (column, loose) = (header[column].clone(), Box::default());
                damage.get_or_insert(Box::new(Damage { column, value, code, loose }));
            }
        }
        let whole = if self.source.in_parts { row.whole() } else { 0 };
        take(Row::new(at, whole, damage, self.cells.written()), bad)
    }
}

/// A cell as text.
fn text(cell: &DataRef<'_>, epoch: Date, point: char) -> Result<String, (BadCode, String)> {
    match cell {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Ok(text.clone()),
        DataRef::SharedString(text) => Ok((*text).to_owned()),
        DataRef::Bool(is) => Ok(is.to_string()),
        DataRef::Int(whole) => Ok(whole.to_string()),
        DataRef::Float(number) => decimal(*number, point),
        DataRef::DateTime(date) => match moment(date.as_f64(), epoch) {
            Some(moment) if date.is_datetime() => Ok(moment),
            Some(_) | None => decimal(date.as_f64(), point),
        },
        DataRef::Error(error) => Err((BadCode::CellError, error.to_string())),
    }
}

/// A number as the sheet shows it: 15 digits, without an exponent. More than 15 digits before the point
/// are digits that the sheet does not have.
fn decimal(number: f64, point: char) -> Result<String, (BadCode, String)> {
    if !number.is_finite() || number.abs() >= 1e15 {
        return Err((BadCode::DigitsLost, format!("{number}")));
    }
    // As many decimals as 15 digits leave room for.
    let whole = format!("{:.0}", number.trunc().abs()).len();
    let mut text = format!("{number:.*}", 15 - whole.min(15));
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    Ok(if point == '.' { text } else { text.replace('.', &point.to_string()) })
}

/// A date of the sheet, days since its epoch, to the nearest second; none for a time of the day alone.
fn moment(days: f64, epoch: Date) -> Option<String> {
    // Ten thousand years are far below where a second gets lost.
    if !(1.0..3_000_000.0).contains(&days) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
    let seconds = (days * 86_400.0).round() as i64;
    let span = jiff::Span::new().days(seconds / 86_400).seconds(seconds % 86_400);
    let at = epoch.at(0, 0, 0, 0).checked_add(span).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_the_sheet_shows_them() {
        for (number, text) in [
            (109.9, "109.9"),
            (0.1 + 0.2, "0.3"),
            (1_234_567.89, "1234567.89"),
            (99.0, "99"),
            (-5.5, "-5.5"),
            (0.0, "0"),
            (123_456_789_012_345.0, "123456789012345"),
        ] {
            assert_eq!(decimal(number, '.').as_deref(), Ok(text));
        }
        assert_eq!(decimal(12.5, ',').as_deref(), Ok("12,5"));
        assert!(decimal(1_234_567_890_123_456.0, '.').is_err(), "an order number of 16 digits");
    }

    #[test]
    fn dates_are_told_to_the_second() {
        // 2020-10-20 is day 44124; a second is 0.0000115740...
        for (second, time) in [(0, "00:00:00"), (72_001, "20:00:01"), (86_399, "23:59:59")] {
            let days = 44_124.0 + f64::from(second) / 86_400.0;
            assert_eq!(moment(days, OF_1900), Some(format!("2020-10-20T{time}")));
        }
        assert_eq!(moment(42_662.0, OF_1904).as_deref(), Some("2020-10-20T00:00:00"));
        assert_eq!(moment(0.5, OF_1900), None, "a time of the day");
    }
}
