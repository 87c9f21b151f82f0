//! Where the text of a mapping comes from: a file, or one of those that come with the program.
//!
//! What always holds: a file goes first, so that a mapping of one's own may have any name.

use super::error::MappingError;
use crate::shipped::{self, Shipped};
use std::{io::ErrorKind, path::Path};

/// The text of a mapping and its name in errors. Where no file is of that name a shipped mapping may be.
pub(crate) fn text(
    path: &Path,
    of: fn(&Shipped) -> Option<&'static str>,
) -> Result<(String, String), MappingError> {
    let file = path.display().to_string();
    let source = match std::fs::read_to_string(path) {
        Ok(text) => return Ok((text, file)),
        Err(source) => source,
    };
    let is_name = path.components().count() == 1 && path.extension().is_none();
    // A folder of that name, as of the exports themselves, is no mapping.
    let is_no_file = source.kind() == ErrorKind::NotFound || path.is_dir();
    if !is_no_file || !is_name {
        return Err(MappingError::Open { file, source });
    }
    let Some(known) = shipped::find(&file) else {
        return Err(MappingError::Unknown { name: file, names: shipped::listed() });
    };
    match of(known) {
        Some(text) => Ok((text.to_owned(), file)),
        None => Err(MappingError::NoReplay { name: file }),
    }
}
