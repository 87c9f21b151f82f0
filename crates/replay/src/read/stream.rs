//! Streams one file row by row, and digests it on the way.
//!
//! What always holds: every byte is digested, whatever its rows say.

use super::{
    bad::{Bad, BadCode, Fault, RowAt},
    files::{ReadError, Source, open},
    limits::{CELL_CHARS, ROWS},
    meter::Meter,
    table::Row,
};
use crate::plan::{Plan, TablePlan};
use std::{
    fs::File,
    io::{self, Read},
};

/// A file that is digested as it is read.
struct Digested<'m, 'a> {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    meter: &'m mut Meter<'a>,
}

impl Read for Digested<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        self.meter.advance(count as u64);
        Ok(count)
    }
}

impl Source {
    /// Hands each row over that can be read; the others go to `bad`. `take` may stop the reading.
    pub fn each_row<'f>(
        &self,
        file: usize,
        plan: &Plan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let table = &plan.tables[self.table];
        let is_workbook = self.path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx"));
        if is_workbook {
            self.each_sheet_row(file, plan, meter, bad, take)
        } else {
            self.each_line(file, table, meter, bad, take)
        }
    }

    fn each_line<'f>(
        &self,
        file: usize,
        table: &TablePlan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let digested = Digested {
            file: File::open(&self.path).map_err(open(&self.path))?,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            meter,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(table.delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .from_reader(digested);
        let failed = |error: csv::Error| open(&self.path)(io::Error::from(error));
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(failed)?;
        let header: Vec<String> = record.iter().map(heading).collect();
        let columns = self.columns(table, &header, 1)?;
        let (mut rows, mut cells) = (0, Cells::default());
        while reader.read_byte_record(&mut record).map_err(failed)? {
            rows += 1;
            let at = RowAt { file, row: rows + 1 };
            match cells.fill(&record, &header, &columns) {
                Ok(()) => take(Row::new(at, &cells.text, &cells.ends), bad)?,
                Err((column, value, code)) => bad.add(Fault { at, column, value, code }),
            }
            if reader.get_ref().meter.rows() + rows > ROWS {
                return Err(ReadError::TooManyRows { file: self.name.clone() });
            }
        }
        let Digested { hasher, bytes, meter, .. } = reader.into_inner();
        meter.done_with(file, rows, bytes, hasher.finalize());
        Ok(())
    }

    /// Where the plan's columns stand in this file.
    pub fn columns(&self, table: &TablePlan, header: &[String], row: u64) -> Result<Vec<usize>, ReadError> {
        let place = |column: &String| {
            let mut places = (0..header.len()).filter(|&at| header[at] == *column);
            let (first, second) = (places.next(), places.next());
            if second.is_some() {
                return Err(ReadError::ColumnTwice { file: self.name.clone(), row, column: column.clone() });
            }
            first.ok_or_else(|| ReadError::NoColumn {
                file: self.name.clone(),
                row,
                column: column.clone(),
                present: header.join(", "),
            })
        };
        table.columns.iter().map(place).collect()
    }
}

/// A column's name, without spaces around it and the mark that some programs put before the first.
fn heading(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}').trim().to_owned()
}

/// The cells of a row, one after the other in one text that is used again for the next row.
#[derive(Default)]
pub(super) struct Cells {
    pub text: String,
    pub ends: Vec<u32>,
}

impl Cells {
    fn fill(
        &mut self,
        record: &csv::ByteRecord,
        header: &[String],
        columns: &[usize],
    ) -> Result<(), (String, String, BadCode)> {
        self.clear();
        if record.len() != header.len() {
            let found = format!("{} of {}", record.len(), header.len());
            return Err(("all columns".into(), found, BadCode::FieldCount));
        }
        for &at in columns {
            let lossy = || String::from_utf8_lossy(&record[at]).into_owned();
            let Ok(text) = std::str::from_utf8(&record[at]) else {
                return Err((header[at].clone(), lossy(), BadCode::NotUtf8));
            };
            self.push(text).map_err(|code| (header[at].clone(), lossy(), code))?;
        }
        Ok(())
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a cell, trimmed.
    pub fn push(&mut self, text: &str) -> Result<(), BadCode> {
        if text.len() > CELL_CHARS && text.chars().count() > CELL_CHARS {
            return Err(BadCode::TooLong);
        }
        self.text.push_str(text.trim());
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| BadCode::TooLong)?);
        Ok(())
    }
}
