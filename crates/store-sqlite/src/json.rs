//! Writes documents as JSON text: into one buffer that is used again for every row, or all of many rows at once.

use crate::error::refused;
use port::document::{self, Document};
use port::{Change, Row, StoreError};
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
        written.map_err(unwritable)?;
        std::str::from_utf8(&self.0).map_err(no_text)
    }
}

/// Documents of one kind, one behind the other.
#[derive(Debug, Default)]
pub struct Documents {
    text: String,
    ends: Vec<usize>,
}

impl Documents {
    /// Those of rows that are to be written.
    pub fn of<R: Row + Document>(changes: &[Change<R>]) -> Result<Self, StoreError> {
        let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(changes.len()));
        for change in changes {
            document::write(&change.row, &mut text).map_err(unwritable)?;
            ends.push(text.len());
        }
        let text = String::from_utf8(text).map_err(|error| no_text(error.utf8_error()))?;
        Ok(Self { text, ends })
    }

    /// In the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }
}

fn unwritable(error: serde_json::Error) -> StoreError {
    refused(format!("a document cannot be written as JSON: {error}"))
}

fn no_text(error: std::str::Utf8Error) -> StoreError {
    refused(format!("JSON is not UTF-8: {error}"))
}

/// A number of ours that is never above what `SQLite` keeps.
pub fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| refused(format!("{number} is too large to be stored")))
}
