//! Streams one file row by row, and digests it on the way.
//!
//! What always holds: every byte is digested, whatever its rows say; and every record of the file is handed over, those
//! that cannot be read with what is wrong with them.

use super::{
    bad::{Bad, BadCode, RowAt},
    cut_off::{CutOff, keep_last},
    files::{ReadError, Source, open},
    limits::{CELL_CHARS, ROWS},
    meter::{FileRead, Meter},
    mixed::Mixed,
    table::{Damage, Row},
    whole::{Sameness, Whole},
};
use crate::plan::{Plan, TablePlan};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};
use tabular::{By, Encoding, Error, Fault, Flaw, Format, Heading, How, Record};

/// Rows after which it is asked whether anybody waits for them.
const ASKED: u64 = 256;

/// The place of a column that a file is without: its cells are empty.
const NOWHERE: usize = usize::MAX;

/// A file that is read while somebody waits for it.
struct Asked<'a> {
    file: File,
    stops: &'a dyn Fn() -> bool,
}

impl Read for Asked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.stops)() {
            return Err(io::Error::other("nobody waits for it any more"));
        }
        self.file.read(buffer)
    }
}

impl Seek for Asked<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A file that is digested as it is read.
struct Digested<'m, 'a> {
    file: Asked<'a>,
    hasher: blake3::Hasher,
    bytes: u64,
    last: [u8; 2],
    meter: &'m mut Meter<'a>,
}

impl Read for Digested<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        keep_last(&mut self.last, &buffer[..count]);
        self.meter.advance(count as u64);
        Ok(count)
    }
}

impl Source {
    /// Hands each row over, also those that cannot be read. `take` may stop the reading, and so may whoever waits for it:
    /// the meter is asked at each block, and every so many rows.
    pub fn each_row<'f>(
        &self,
        file: usize,
        plan: &Plan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let stops = meter.stops();
        let read = self.rows(file, plan, meter, bad, take);
        if read.is_err() && stops() { Err(ReadError::Stopped) } else { read }
    }

    fn rows<'f>(
        &self,
        file: usize,
        plan: &Plan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let stops = meter.stops();
        let table = &plan.tables[self.table];
        let failed = |error| ReadError::of(&self.path, &self.name, error);
        let wanted: Vec<&str> = table.needed().collect();
        let how = how(table, &wanted, plan.amounts.decimal_point);
        let input = File::open(&self.path).map_err(open(&self.path))?;
        let mut input = Asked { file: input, stops };
        let looked = tabular::look(&mut input, &how).map_err(failed)?;
        let (before, hasher) = (meter.rows(), blake3::Hasher::new());
        let mut input = Digested { file: input, hasher, bytes: 0, last: [b'\n'; 2], meter };
        let mut opened = tabular::open(&mut input, &looked, &how).map_err(failed)?;
        let mut read = FileRead::new(file, opened.format());
        let is_workbook = opened.format().workbook().is_some();
        let guessed = guessed(opened.format());
        let unnamed = |error| failed(with_hint(error, guessed.as_deref(), &table.name));
        let mut records = opened.records(&how.heading).map_err(unnamed)?;
        let place = |column: &String| match records.column(column) {
            Err(Error::NoColumn { .. }) if table.may_lack.contains(column) => Ok(NOWHERE),
            found => found,
        };
        let columns = table.columns.iter().map(place).collect::<Result<Vec<usize>, _>>().map_err(failed)?;
        read.heading_row = records.heading_row();
        let mut sameness = self.sameness(plan, records.heading(), &columns);
        let times = table.times.iter().filter(|_| is_workbook);
        let mut mixed = Mixed::new(times.map(|&time| (table.columns[time].clone(), columns[time])));
        let (mut cut_off, mut cells) = (CutOff::default(), Cells::default());
        while let Some(record) = records.next().map_err(failed)? {
            read.rows += 1;
            if before + read.rows > ROWS {
                return Err(ReadError::TooManyRows { file: self.name.clone() });
            }
            if read.rows.is_multiple_of(ASKED) && stops() {
                return Err(ReadError::Stopped);
            }
            mixed.look(&record);
            cut_off.look(&record);
            let at = RowAt { file, row: record.row() };
            let damage = cells.fill(&record, table, &columns);
            let whole = sameness.of(&record);
            take(Row::new(at, whole, damage, (&cells.text, &cells.ends)), bad)?;
        }
        mixed.faults(file).for_each(|fault| bad.doubt_file(fault));
        read.repeated_headings = records.repeated_headings();
        drop(records);
        drop(opened);
        cut_off
            .fault(file, input.last)
            .filter(|_| !is_workbook)
            .into_iter()
            .for_each(|fault| bad.doubt_file(fault));
        (read.bytes, read.digest) = (input.bytes, Some(input.hasher.finalize()));
        input.meter.done_with(read);
        Ok(())
    }
}

impl Source {
    /// How it is asked whether two of its rows are the same.
    fn sameness(&self, plan: &Plan, heading: &[String], columns: &[usize]) -> Sameness {
        if self.in_parts {
            // What the mapping reads otherwise counts word for word; of other columns nobody knows what they hold.
            let numbers = &plan.tables[self.table].numbers;
            let is_number = |at: &usize| numbers.iter().any(|&number| columns[number] == *at);
            let may_be = (0..heading.len()).filter(|at| !columns.contains(at) || is_number(at));
            Sameness::AcrossFiles(Whole::new(heading, &may_be.collect::<Vec<_>>()))
        } else if self.table == 0 && !plan.has_line_ids {
            Sameness::InOneFile
        } else {
            Sameness::NotAsked
        }
    }
}

fn how<'h>(table: &'h TablePlan, wanted: &'h [&'h str], decimal_point: char) -> How<'h> {
    How {
        encoding: table.encoding,
        separator: table.delimiter,
        sheet: table.sheet.as_deref(),
        decimal_point,
        heading: table.header_row.map_or(Heading::Columns(wanted), Heading::Row),
    }
}

/// The encoding that was guessed, where it may have been guessed wrong.
fn guessed(format: &Format) -> Option<String> {
    let guessed = |by| matches!(by, By::Found | By::Guessed);
    let text = format.text().filter(|text| guessed(text.encoding_by) && text.encoding != Encoding::UTF_8);
    text.map(|text| text.encoding.name())
}

/// A column that is not there may be there in another encoding.
fn with_hint(error: Error, guessed: Option<&str>, table: &str) -> Error {
    match (error, guessed) {
        (Error::NoColumn { row, column, present }, Some(encoding)) => {
            let present = format!("{present} (read as {encoding}; tables.{table}.encoding may say another)");
            Error::NoColumn { row, column, present }
        }
        (error, _) => error,
    }
}

/// The cells of a row, one after the other in one text that is used again for the next row.
#[derive(Default)]
struct Cells {
    text: String,
    ends: Vec<u32>,
}

impl Cells {
    /// Takes a record's needed cells. What is wrong with it is answered; a cell that cannot be read is empty.
    fn fill(&mut self, record: &Record<'_>, table: &TablePlan, columns: &[usize]) -> Option<Box<Damage>> {
        self.text.clear();
        self.ends.clear();
        let mut damage = record.fault().map(|fault| of_record(record, fault));
        for (name, &at) in table.columns.iter().zip(columns) {
            if let Err(code) = self.push(record, at) {
                damage.get_or_insert_with(|| Damage {
                    column: name.clone(),
                    value: record.shown(at),
                    code,
                    loose: Box::default(),
                });
            }
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        damage.map(Box::new)
    }

    fn push(&mut self, record: &Record<'_>, at: usize) -> Result<(), BadCode> {
        match record.flaw(at) {
            Some(Flaw::NotText) => return Err(BadCode::NotUtf8),
            Some(Flaw::Error) => return Err(BadCode::CellError),
            Some(Flaw::DigitsLost) => return Err(BadCode::DigitsLost),
            None => {}
        }
        let text = record.cell(at);
        if text.len() > CELL_CHARS && text.chars().count() > CELL_CHARS {
            return Err(BadCode::TooLong);
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// What is wrong with all of a record: its cells are not known to stand in their columns.
fn of_record(record: &Record<'_>, fault: Fault) -> Damage {
    let unquoted = |at: usize| record.shown(at).trim_matches('"').to_owned();
    let (code, value) = match fault {
        Fault::FieldCount { cells, columns } => (BadCode::FieldCount, format!("{cells} of {columns}")),
        Fault::MalformedQuotes => {
            let quoted = (0..record.len()).find(|&at| record.raw(at).contains('"'));
            (BadCode::MalformedQuotes, quoted.map_or_else(String::new, |at| record.shown(at)))
        }
        Fault::TooLong => (BadCode::TooLong, record.shown(0)),
    };
    let loose = (0..record.len()).map(unquoted).collect();
    Damage { column: "all columns".into(), value, code, loose }
}
