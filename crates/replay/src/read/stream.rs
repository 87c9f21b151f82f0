//! Streams one file row by row, and digests it on the way.
//!
//! What always holds: every byte is digested, whatever its rows say.

use super::{
    bad::{Bad, BadCode, RowAt},
    files::{ReadError, Source, open},
    limits::{CELL_CHARS, ROWS},
    meter::Meter,
    table::{Damage, Row},
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
        let is_workbook = self.path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx"));
        if is_workbook {
            self.each_sheet_row(file, plan, meter, bad, take)
        } else {
            self.each_line(file, &plan.tables[self.table], meter, bad, take)
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
            let damage = cells.fill(&record, &header, &columns);
            let whole = if self.in_parts { whole(&record) } else { 0 };
            take(Row::new(at, whole, damage, cells.written()), bad)?;
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

/// 16 bytes of the digest of all cells.
fn whole(record: &csv::ByteRecord) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for cell in record {
        hasher.update(&(cell.len() as u64).to_le_bytes()).update(cell);
    }
    first_bytes(hasher.finalize())
}

/// The first 16 bytes of a digest.
pub(super) fn first_bytes(digest: blake3::Hash) -> u128 {
    digest.as_bytes()[..16].iter().fold(0, |sum, &byte| sum << 8 | u128::from(byte))
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
    /// Takes a record's needed cells. What is wrong with it is answered; a cell that cannot be read is empty.
    fn fill(
        &mut self,
        record: &csv::ByteRecord,
        header: &[String],
        columns: &[usize],
    ) -> Option<Box<Damage>> {
        self.clear();
        let lossy = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        let mut damage = None;
        if record.len() != header.len() {
            let value = format!("{} of {}", record.len(), header.len());
            let loose = record.iter().map(lossy).collect();
            damage = Some(Damage { column: "all columns".into(), value, code: BadCode::FieldCount, loose });
        }
        for &at in columns {
            let cell = record.get(at).unwrap_or_default();
            let pushed = match std::str::from_utf8(cell) {
                Ok(text) => self.push(text),
                Err(_) => Err(BadCode::NotUtf8),
            };
            if let Err(code) = pushed {
                self.push_empty();
                let loose = Box::default();
                damage.get_or_insert_with(|| Damage {
                    column: header[at].clone(),
                    value: lossy(cell),
                    code,
                    loose,
                });
            }
        }
        damage.map(Box::new)
    }

    /// What was written: the texts, and where each ends.
    pub fn written(&self) -> (&str, &[u32]) {
        (&self.text, &self.ends)
    }

    /// Adds an empty cell.
    pub fn push_empty(&mut self) {
        self.ends.push(self.ends.last().copied().unwrap_or_default());
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
