//! Writes documents as JSON text into one buffer that is used again for every row.

use crate::error::refused;
use port::StoreError;
use serde::Serialize;

/// The buffer.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    /// The document as JSON, until the next one is written.
    pub fn text(&mut self, document: &impl Serialize) -> Result<&str, StoreError> {
        self.0.clear();
        let written = serde_json::to_writer(&mut self.0, document);
        written.map_err(|error| refused(format!("a document cannot be written as JSON: {error}")))?;
        std::str::from_utf8(&self.0).map_err(|error| refused(format!("JSON is not UTF-8: {error}")))
    }
}

/// A number of ours that is never above what `SQLite` keeps.
pub fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| refused(format!("{number} is too large to be stored")))
}
