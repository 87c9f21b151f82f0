//! Records of one sheet of a workbook.
//!
//! What always holds: a workbook is unpacked only after it was seen that it stays within its bounds. A date is told to
//! the second, as `2020-10-20T20:00:01`, whatever kind of cell holds it; a number as the sheet shows it, to 15 digits.
//! A merged cell holds for every row and column that it covers. Nothing is computed: formulas give the values that were
//! saved with them.
//!
//! What it never does: guess digits. A number of more than 15 digits has lost the last of them.

use crate::{
    archive,
    cut::Cut,
    error::Error,
    format::{SheetName, WorkbookFormat},
    guarded::guarded,
    heading::{self, Candidate, Heading},
    how::How,
    limits::{COLUMNS, HEADING_BYTES, RECORD_BYTES},
    merges,
    record::{Fault, Flaw, Record},
};
use calamine::{Cell, DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};
use jiff::civil::{Date, date};
use std::{collections::VecDeque, io::Cursor, rc::Rc};

/// Day 0 of a sheet.
const OF_1900: Date = date(1899, 12, 30);
/// Day 0 of a sheet that was made on an early Macintosh.
const OF_1904: Date = date(1904, 1, 1);

/// Bytes that merged cells add to the rows of a sheet, all in all.
const SPREAD_BYTES: usize = 1 << 30;

type File = Xlsx<Cursor<Vec<u8>>>;

/// A workbook, and which of its sheets is read.
pub(crate) struct Book {
    file: File,
    has_merges: bool,
    point: char,
    pub format: WorkbookFormat,
}

impl Book {
    pub fn open(bytes: Vec<u8>, how: &How<'_>) -> Result<Self, Error> {
        let has_merges = archive::check(&bytes).map_err(Error::Workbook)?;
        let mut file = guarded(|| Xlsx::new(Cursor::new(bytes)))?;
        let sheets = file.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let sheets: Vec<SheetName> = sheets
            .map(|sheet| SheetName {
                name: sheet.name.clone(),
                is_hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect();
        let sheet = match how.sheet {
            Some(name) => named(&sheets, name)?,
            None => first(&mut file, &sheets)?,
        };
        let format = WorkbookFormat { sheet, sheets };
        let mut book = Self { file, has_merges, point: how.decimal_point, format };
        if how.sheet.is_none() {
            book.refuse_several(&how.heading)?;
        }
        Ok(book)
    }

    /// Of several sheets that could be meant none is read. The others are looked through for the heading: by its columns,
    /// or in its row for those of the sheet that would be read.
    fn refuse_several(&mut self, heading: &Heading<'_>) -> Result<(), Error> {
        if !matches!(heading, Heading::Columns(_) | Heading::Row(_)) {
            return Ok(());
        }
        let chosen = self.format.sheet.clone();
        let heads = |book: &mut Self| -> Option<Vec<String>> {
            Some(book.sheet().ok()?.find_heading(heading).ok()?.0)
        };
        let Some(first) = heads(self) else { return Ok(()) };
        let names: Vec<&str> = first.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let wanted = match heading {
            Heading::Columns(wanted) => *wanted,
            Heading::Row(_) | Heading::Words(_) | Heading::Guess => &names,
        };
        let has_all = |names: &[String]| !wanted.is_empty() && heading::named(names, wanted) == wanted.len();
        if !has_all(&first) {
            return Ok(());
        }
        let shown = self.format.sheets.iter().filter(|sheet| !sheet.is_hidden && sheet.name != chosen);
        let others: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
        let mut several = vec![chosen.clone()];
        for other in others {
            self.format.sheet.clone_from(&other);
            if heads(self).is_some_and(|names| has_all(&names)) {
                several.push(other);
            }
        }
        self.format.sheet = chosen;
        if several.len() > 1 { Err(Error::SeveralSheets { present: several.join(", ") }) } else { Ok(()) }
    }

    /// The sheet, from its first row.
    pub fn sheet(&mut self) -> Result<Sheet<'_>, Error> {
        let name = &self.format.sheet;
        let mut merges = Vec::new();
        if self.has_merges {
            merges = guarded(|| self.file.merge_cells_by_sheet_name(name))?;
            merges = merges::check(merges, name).map_err(Error::Workbook)?;
        }
        let epoch = if self.file.has_1904_epoch() { OF_1904 } else { OF_1900 };
        let cells = guarded(|| self.file.worksheet_cells_reader(name))?;
        Ok(Sheet {
            name: name.clone(),
            cells,
            next: None,
            is_end: false,
            epoch,
            point: self.point,
            merges,
            held: Vec::new(),
            copied: 0,
            spreads: false,
            ahead: VecDeque::new(),
            row: Row::default(),
        })
    }
}

fn named(sheets: &[SheetName], name: &str) -> Result<String, Error> {
    if sheets.iter().any(|known| known.name == name) {
        return Ok(name.to_owned());
    }
    let present: Vec<&str> = sheets.iter().map(|known| known.name.as_str()).collect();
    Err(Error::NoSheet { sheet: name.to_owned(), present: present.join(", ") })
}

/// The first sheet that is shown and not empty; else the first that is shown; else the first.
fn first(file: &mut File, sheets: &[SheetName]) -> Result<String, Error> {
    let shown = || sheets.iter().filter(|sheet| !sheet.is_hidden);
    for sheet in shown() {
        let mut cells = guarded(|| file.worksheet_cells_reader(&sheet.name))?;
        while let Some(cell) = guarded(|| cells.next_cell())? {
            if !matches!(cell.get_value(), DataRef::Empty) {
                return Ok(sheet.name.clone());
            }
        }
    }
    let sheet = shown().next().or(sheets.first());
    sheet
        .map(|sheet| sheet.name.clone())
        .ok_or_else(|| Error::Workbook("a workbook without a sheet of cells".into()))
}

/// A sheet that is read row by row.
pub(crate) struct Sheet<'b> {
    name: String,
    cells: XlsxCellReader<'b, Cursor<Vec<u8>>>,
    /// The first cell of the next row.
    next: Option<Cell<DataRef<'b>>>,
    is_end: bool,
    epoch: Date,
    point: char,
    /// Merged cells that begin further down, the next at the end.
    merges: Vec<Dimensions>,
    /// Merged cells that go on, each with what it holds.
    held: Vec<Held>,
    /// Bytes of their texts, counted for each row and column that they were told of.
    copied: usize,
    /// Whether merged cells hold for their columns too: not among those that name them.
    spreads: bool,
    /// Rows that were read while the heading was looked for.
    ahead: VecDeque<Row>,
    row: Row,
}

struct Held {
    at: Dimensions,
    text: Rc<str>,
    flaw: Option<Flaw>,
}

/// A row of the sheet.
#[derive(Default)]
struct Row {
    number: u64,
    cut: Cut,
    flaws: Vec<(u32, Flaw)>,
    /// It is longer than a record may be: cells after those that fitted are not there.
    is_too_long: bool,
}

impl Row {
    fn begin(&mut self, number: u64) {
        self.cut.clear();
        self.flaws.clear();
        self.is_too_long = false;
        self.number = number;
    }

    /// Whether so many bytes more fit; once some did not, none do.
    fn fits(&mut self, bytes: usize) -> bool {
        self.is_too_long = self.is_too_long || self.cut.own.len() + bytes > RECORD_BYTES;
        !self.is_too_long
    }

    fn record(&self) -> Record<'_> {
        Record {
            row: self.number,
            lines: 1,
            text: &self.cut.own,
            spans: &self.cut.spans,
            flaws: &self.flaws,
            may_be_damaged: false,
            fault: self.is_too_long.then_some(Fault::TooLong),
        }
    }

    /// Sets a cell; those before it that were not there are empty.
    #[allow(clippy::cast_possible_truncation, reason = "a row is far shorter than 4 GiB")]
    fn set(&mut self, column: usize, write: impl FnOnce(&mut String) -> Option<Flaw>) {
        let from = self.cut.own.len();
        if let Some(flaw) = write(&mut self.cut.own) {
            self.flaws.push((column as u32, flaw));
        }
        while self.cut.spans.len() <= column {
            self.cut.spans.push((from as u32, from as u32));
        }
        self.cut.spans[column] = (from as u32, self.cut.own.len() as u32);
    }

    fn is_empty(&self, column: usize) -> bool {
        self.cut.spans.get(column).is_none_or(|(from, to)| from == to)
    }
}

impl<'b> Sheet<'b> {
    /// Finds the heading; the rows above it are passed over.
    pub fn find_heading(&mut self, heading: &Heading<'_>) -> Result<(Vec<String>, Option<u64>), Error> {
        let mut rows: Vec<Candidate> = Vec::new();
        let mut bytes = 0;
        while rows.len() < heading.rows() && bytes < HEADING_BYTES && self.read()? {
            bytes += self.row.cut.own.len();
            let record = self.row.record();
            let names: Vec<String> = record.cells().map(crate::name).collect();
            let candidate = (record.row(), names);
            let is_found = heading.is_found(&candidate);
            rows.push(candidate);
            self.ahead.push_back(std::mem::take(&mut self.row));
            if is_found {
                break;
            }
        }
        if rows.is_empty() {
            return Err(Error::Workbook(format!("the sheet `{}` is empty", self.name)));
        }
        let chosen = heading.choose(&rows)?;
        self.spreads = true;
        let Some(at) = chosen else { return Ok((Vec::new(), None)) };
        self.ahead.drain(..=at);
        let (row, names) = rows.swap_remove(at);
        Ok((names, Some(row)))
    }

    /// The next row that is not blank.
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        if let Some(row) = self.ahead.pop_front() {
            self.row = row;
            return Ok(Some(self.row.record()));
        }
        Ok(if self.read()? { Some(self.row.record()) } else { None })
    }

    /// The row that was answered last.
    pub fn last(&self) -> Record<'_> {
        self.row.record()
    }

    /// Reads the next row that is not blank; none at the end.
    fn read(&mut self) -> Result<bool, Error> {
        loop {
            let Some(first) = self.take()? else { return Ok(false) };
            let at = first.get_position().0;
            self.row.begin(u64::from(at) + 1);
            self.add(&first);
            while let Some(cell) = self.take()? {
                if cell.get_position().0 != at {
                    self.next = Some(cell);
                    break;
                }
                self.add(&cell);
            }
            let is_blank = !self.row.is_too_long && self.row.record().is_blank();
            self.hold(at);
            if !is_blank {
                self.spread(at)?;
                return Ok(true);
            }
        }
    }

    fn take(&mut self) -> Result<Option<Cell<DataRef<'b>>>, Error> {
        if self.is_end || self.next.is_some() {
            return Ok(self.next.take());
        }
        let cell = guarded(|| self.cells.next_cell())?;
        self.is_end = cell.is_none();
        Ok(cell)
    }

    fn add(&mut self, cell: &Cell<DataRef<'b>>) {
        let column = cell.get_position().1 as usize;
        let (epoch, point) = (self.epoch, self.point);
        // The heading is refused where it goes beyond; no row has a named column there.
        let value = cell.get_value();
        if column <= COLUMNS && !matches!(value, DataRef::Empty) && self.row.fits(text_of(value).len()) {
            self.row.set(column, |to| write(value, epoch, point, to));
        }
    }

    /// Takes note of what merged cells hold that begin in a row, and forgets those that have ended.
    fn hold(&mut self, at: u32) {
        self.held.retain(|held| held.at.end.0 >= at);
        while self.merges.last().is_some_and(|merge| merge.start.0 <= at) {
            let Some(merge) = self.merges.pop() else { return };
            let column = merge.start.1 as usize;
            if merge.start.0 == at && !self.row.is_empty(column) {
                let record = self.row.record();
                let (text, flaw) = (Rc::from(record.raw(column)), record.flaw(column));
                self.held.push(Held { at: merge, text, flaw });
            }
        }
    }

    /// Fills the cells that merged ones cover.
    fn spread(&mut self, at: u32) -> Result<(), Error> {
        for held in &self.held {
            let last = if self.spreads { held.at.end.1 } else { held.at.start.1 };
            for column in held.at.start.1 as usize..=(last as usize).min(COLUMNS) {
                if held.at.start.0 <= at && self.row.is_empty(column) && self.row.fits(held.text.len()) {
                    self.copied += held.text.len();
                    self.row.set(column, |to| {
                        to.push_str(&held.text);
                        held.flaw
                    });
                }
            }
        }
        if self.copied > SPREAD_BYTES {
            return Err(Error::Workbook(format!(
                "the merged cells of the sheet `{}` hold too long a text for too many rows: unmerge them, or save as \
                CSV / 合并单元格内容过多，请取消合并或另存为 CSV",
                self.name
            )));
        }
        Ok(())
    }
}

/// The text that a cell holds as it is; a number has a few hundred bytes at most.
fn text_of<'c>(cell: &'c DataRef<'_>) -> &'c str {
    match cell {
        DataRef::String(text) | DataRef::DurationIso(text) | DataRef::DateTimeIso(text) => text,
        DataRef::SharedString(text) => text,
        _ => "",
    }
}

/// Writes a cell as text.
fn write(cell: &DataRef<'_>, epoch: Date, point: char, to: &mut String) -> Option<Flaw> {
    match cell {
        DataRef::Empty => {}
        DataRef::String(text) | DataRef::DurationIso(text) => to.push_str(text),
        DataRef::SharedString(text) => to.push_str(text),
        DataRef::DateTimeIso(text) => to.push_str(&on_the_wall(text)),
        DataRef::Bool(is) => to.push_str(if *is { "true" } else { "false" }),
        DataRef::Int(whole) => to.push_str(&whole.to_string()),
        DataRef::Float(number) => return decimal(*number, point, to),
        DataRef::DateTime(date) => match moment(date.as_f64(), epoch) {
            Some(moment) if date.is_datetime() => to.push_str(&moment),
            Some(_) | None => return decimal(date.as_f64(), point, to),
        },
        DataRef::Error(error) => {
            to.push_str(&error.to_string());
            return Some(Flaw::Error);
        }
    }
    None
}

/// A number as the sheet shows it: 15 digits, without an exponent. More than 15 digits before the point are digits that
/// the sheet does not have.
fn decimal(number: f64, point: char, to: &mut String) -> Option<Flaw> {
    use std::fmt::Write as _;
    let from = to.len();
    if !number.is_finite() || number.abs() >= 1e15 {
        let _ = write!(to, "{number}");
        return Some(Flaw::DigitsLost);
    }
    if number.fract() == 0.0 {
        let _ = write!(to, "{number:.0}");
        return None;
    }
    // As many decimals as 15 digits leave room for.
    let whole = format!("{:.0}", number.trunc().abs()).len();
    let _ = write!(to, "{number:.*}", 15 - whole.min(15));
    if to[from..].contains('.') {
        to.truncate(from + to[from..].trim_end_matches('0').trim_end_matches('.').len());
    }
    if point != '.'
        && let Some(at) = to[from..].find('.')
    {
        to.replace_range(from + at..=from + at, point.encode_utf8(&mut [0; 4]));
    }
    None
}

/// A date that a cell holds as text of ISO 8601: what stands on the wall, to the second. Programs write a `Z` behind it
/// that means nothing; an offset is kept.
fn on_the_wall(text: &str) -> String {
    let text = text.trim();
    let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if bare.get(10..).is_some_and(|time| time.contains(['+', '-'])) {
        return bare.to_owned();
    }
    let read = bare.parse::<jiff::civil::DateTime>().ok();
    let rounded = read.and_then(|at| at.round(jiff::Unit::Second).ok());
    match rounded {
        Some(at) => at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        None => bare.to_owned(),
    }
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

    fn shown(number: f64, point: char) -> (String, Option<Flaw>) {
        let mut text = String::new();
        let flaw = decimal(number, point, &mut text);
        (text, flaw)
    }

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
            assert_eq!(shown(number, '.'), (text.to_owned(), None));
        }
        assert_eq!(shown(12.5, ',').0, "12,5");
        assert_eq!(
            shown(1_234_567_890_123_456.0, '.').1,
            Some(Flaw::DigitsLost),
            "an order number of 16 digits"
        );
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
        for (text, wall) in [
            ("2023-06-01T08:05:00.000Z", "2023-06-01T08:05:00"),
            ("2023-06-01T08:05:00", "2023-06-01T08:05:00"),
            ("2023-06-01T08:05:59.9996", "2023-06-01T08:06:00"),
            ("2023-06-01T08:05", "2023-06-01T08:05:00"),
            ("2023-06-01", "2023-06-01T00:00:00"),
            ("2023-06-01T08:05:00+08:00", "2023-06-01T08:05:00+08:00"),
            ("soon", "soon"),
        ] {
            assert_eq!(on_the_wall(text), wall, "{text}");
        }
    }
}
