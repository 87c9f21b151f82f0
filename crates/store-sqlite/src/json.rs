//! Writes documents as JSON text into one buffer that is used again for every row.

use crate::error::refused;
use port::StoreError;
use port::document::{self, Document};
use serde::Serialize;

/// The buffer.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    /// The document with its version, until the next one is written.
    pub fn document(&mut self, document: &impl Document) -> Result<&str, StoreError> {
        self.0.clear();
        let written = document::write(document, &mut self.0);
        self.finish(written)
    }

    /// What is no document of its own, until the next one is written.
    pub fn text(&mut self, what: &impl Serialize) -> Result<&str, StoreError> {
        self.0.clear();
        let written = serde_json::to_writer(&mut self.0, what);
        self.finish(written)
    }

    fn finish(&self, written: serde_json::Result<()>) -> Result<&str, StoreError> {
        written.map_err(|error| refused(format!("a document cannot be written as JSON: {error}")))?;
        std::str::from_utf8(&self.0).map_err(|error| refused(format!("JSON is not UTF-8: {error}")))
    }
}

/// A number of ours that is never above what `SQLite` keeps.
pub fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| refused(format!("{number} is too large to be stored")))
}
