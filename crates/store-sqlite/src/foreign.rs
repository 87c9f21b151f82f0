//! Looks at a file before it is opened for writing, without touching it or anything beside it.
//!
//! A file of something else is refused here: no lock, no log and no index is made beside it, and no byte of it changes.
//! What is ours, or cannot be told in this way, goes on to the ordinary checks.

use crate::error::{io, refused};
use crate::guard::beside;
use crate::{open, schema};
use port::{StoreError, StoreErrorKind};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Refuses what is no database of ours.
pub fn refuse(path: &Path) -> Result<(), StoreError> {
    let real = beside(path, "");
    let failed = |error: std::io::Error| io(format_args!("reading {}", path.display()), &error);
    let kind = match std::fs::metadata(&real) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        known => known.map_err(failed)?,
    };
    if !kind.is_file() {
        return Err(refused(format!("{} is no file, so it can be no store", path.display())));
    }
    let mut head = Vec::new();
    File::open(&real).and_then(|file| file.take(16).read_to_end(&mut head)).map_err(failed)?;
    if !head.is_empty() && head != b"SQLite format 3\0" {
        let message = format!(
            "{} is not a database of Promenade and was left as it is: it does not begin as one does. If it was one, \
            move it away and restore a backup with `promenade restore`",
            path.display()
        );
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    if head.is_empty() {
        return Ok(());
    }
    // Who writes it meanwhile may make it look damaged; the lock tells more.
    match open::untouched(&real).and_then(|db| schema::judge_for_writing(&db, path)) {
        Err(error) if error.kind == StoreErrorKind::Other => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}
