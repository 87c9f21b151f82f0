//! What was read so far: for the progress, and for the report.

use super::files::Found;
use crate::plan::Plan;
use serde::Serialize;

/// One file of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// The table it belongs to.
    pub table: String,
    /// Its name, without the folder.
    pub file: String,
    /// Its rows without the header.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

/// Counts what was read.
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
        Self { done, total, rows, tell, read }
    }

    /// A file's bytes were read in one go.
    pub fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        (self.tell)(self.done, self.total);
    }

    /// A file is done.
    pub fn done_with(&mut self, file: usize, rows: u64, bytes: u64, digest: blake3::Hash) {
        self.rows += rows;
        self.read.push((file, rows, bytes, digest.to_hex().to_string()));
    }

    /// Rows of the files that are done.
    pub fn rows(&self) -> u64 {
        self.rows
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
