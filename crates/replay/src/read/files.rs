//! The files of an export: which belongs to which table, how they are streamed, and their digests.

use super::{
    InputFile, ROWS,
    bad::{Bad, BadCode, Fault, RowAt},
    table::Row,
};
use crate::plan::{Plan, TablePlan};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Why an export cannot be read at all. Paths are as they were named.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder cannot be read.
    #[error("{path}: {source}")]
    Open {
        /// The file or folder.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// No file for a table of the mapping.
    #[error("no file named {pattern} for the table `{table}` among the inputs")]
    NoFile {
        /// The table of the mapping.
        table: String,
        /// The file name that the mapping gives it.
        pattern: String,
    },
    /// The header lacks a column that the mapping names.
    #[error("{file} row 1: no column `{column}`; there are {present}")]
    NoColumn {
        /// The file.
        file: String,
        /// The column that the mapping names.
        column: String,
        /// The columns that are there.
        present: String,
    },
    /// The header names a column twice.
    #[error("{file} row 1: the column `{column}` stands twice")]
    ColumnTwice {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// More rows than are read in one go.
    #[error("{file}: more than {ROWS} rows; replay a shorter time")]
    TooManyRows {
        /// The file that went over the limit.
        file: String,
    },
}

/// One file and its place among all of them.
#[derive(Debug)]
pub(super) struct Source {
    table: usize,
    path: PathBuf,
    name: String,
    bytes: u64,
}

/// The files of the export, by table and name.
#[derive(Debug)]
pub(super) struct Found(Vec<Source>);

impl Found {
    pub fn find(plan: &Plan, inputs: &[PathBuf]) -> Result<Self, ReadError> {
        let mut paths = Vec::new();
        for input in inputs {
            if std::fs::metadata(input).map_err(open(input))?.is_dir() {
                for entry in std::fs::read_dir(input).map_err(open(input))? {
                    paths.push(entry.map_err(open(input))?.path());
                }
            } else {
                paths.push(input.clone());
            }
        }
        let mut found = Vec::new();
        for (slot, table) in plan.tables.iter().enumerate() {
            let before = found.len();
            for path in &paths {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let metadata = std::fs::metadata(path).map_err(open(path))?;
                if metadata.is_file() && matches(&table.file, &name) {
                    found.push(Source {
                        table: slot,
                        path: path.clone(),
                        name: name.into_owned(),
                        bytes: metadata.len(),
                    });
                }
            }
            if found.len() == before {
                return Err(ReadError::NoFile {
                    table: table.name.clone(),
                    pattern: table.file.clone(),
                });
            }
        }
        found.sort_by(|a, b| (a.table, &a.name, &a.path).cmp(&(b.table, &b.name, &b.path)));
        // A file named on its own and by its folder is one file.
        found.dedup_by(|a, b| a.table == b.table && a.path == b.path);
        Ok(Self(found))
    }

    pub fn of_table(&self, slot: usize) -> impl Iterator<Item = (usize, &Source)> {
        let all = self.0.iter().enumerate();
        all.filter(move |(_, source)| source.table == slot)
    }
    pub fn name(&self, file: usize) -> &str {
        &self.0[file].name
    }
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|source| source.bytes).sum()
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| matches(rest, &name[at..]))
        }),
    }
}

fn open(path: &Path) -> impl Fn(io::Error) -> ReadError {
    let path = path.display().to_string();
    move |source| ReadError::Open {
        path: path.clone(),
        source,
    }
}

/// Counts what was read, for the progress and for the report.
pub(super) struct Meter<'a> {
    done: u64,
    total: u64,
    rows: u64,
    tell: &'a mut dyn FnMut(u64, u64),
    read: Vec<(usize, u64, u64, String)>,
}

impl<'a> Meter<'a> {
    pub fn new(total: u64, tell: &'a mut dyn FnMut(u64, u64)) -> Self {
        tell(0, total);
        let (done, rows, read) = (0, 0, Vec::new());
        Self {
            done,
            total,
            rows,
            tell,
            read,
        }
    }

    pub fn into_files(mut self, found: &Found, plan: &Plan) -> Vec<InputFile> {
        self.read.sort_unstable();
        let files = self.read.into_iter().map(|(file, rows, bytes, blake3)| {
            let source = &found.0[file];
            InputFile {
                table: plan.tables[source.table].name.clone(),
                file: source.name.clone(),
                rows,
                bytes,
                blake3,
            }
        });
        files.collect()
    }
}

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
        self.meter.done += count as u64;
        (self.meter.tell)(self.meter.done, self.meter.total);
        Ok(count)
    }
}

impl Source {
    /// Hands each row over that can be read; the others go to `bad`.
    pub fn each_row<'f>(
        &self,
        file: usize,
        table: &TablePlan,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'f>,
        take: &mut dyn FnMut(Row, &mut Bad<'f>),
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
        let columns = self.columns(table, &header)?;
        let mut rows = 0;
        while reader.read_byte_record(&mut record).map_err(failed)? {
            rows += 1;
            let at = RowAt {
                file,
                row: rows + 1,
            };
            match cells(&record, &header, &columns) {
                Ok(cells) => take(Row::new(at, cells), bad),
                Err((column, value, code)) => bad.add(Fault {
                    at,
                    column,
                    value,
                    code,
                }),
            }
            if reader.get_ref().meter.rows + rows > ROWS {
                return Err(ReadError::TooManyRows {
                    file: self.name.clone(),
                });
            }
        }
        let Digested {
            hasher,
            bytes,
            meter,
            ..
        } = reader.into_inner();
        meter.rows += rows;
        let digest = hasher.finalize().to_hex().to_string();
        meter.read.push((file, rows, bytes, digest));
        Ok(())
    }

    /// Where the plan's columns stand in this file.
    fn columns(&self, table: &TablePlan, header: &[String]) -> Result<Vec<usize>, ReadError> {
        let place = |column: &String| {
            let mut places = (0..header.len()).filter(|&at| header[at] == *column);
            let (first, second) = (places.next(), places.next());
            if second.is_some() {
                return Err(ReadError::ColumnTwice {
                    file: self.name.clone(),
                    column: column.clone(),
                });
            }
            first.ok_or_else(|| ReadError::NoColumn {
                file: self.name.clone(),
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

type Cells = Box<[Box<str>]>;

fn cells(
    record: &csv::ByteRecord,
    header: &[String],
    columns: &[usize],
) -> Result<Cells, (String, String, BadCode)> {
    if record.len() != header.len() {
        let found = format!("{} of {}", record.len(), header.len());
        return Err((String::new(), found, BadCode::FieldCount));
    }
    let cell = |&at: &usize| {
        let lossy = || String::from_utf8_lossy(&record[at]).into_owned();
        let Ok(text) = std::str::from_utf8(&record[at]) else {
            return Err((header[at].clone(), lossy(), BadCode::NotUtf8));
        };
        if text.len() > super::CELL_CHARS && text.chars().count() > super::CELL_CHARS {
            return Err((header[at].clone(), lossy(), BadCode::TooLong));
        }
        Ok(text.trim().into())
    };
    columns.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fits) in [
            ("orders.csv", "orders.csv", true),
            ("orders.csv", "orders.csv.gz", false),
            ("orders-*.csv", "orders-2018.csv", true),
            ("orders-*.csv", "orders-.csv", true),
            ("*订单*.csv", "六月订单1.csv", true),
            ("*a*b", "xaxb", true),
            ("*a*b", "xbxa", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
