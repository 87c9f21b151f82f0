//! What went wrong in `SQLite`, in the words of the port.

use port::document::Unreadable;
use port::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;
use std::fmt::Display;

/// How `SQLite` says that nothing more can be written, beside "full": the index of the log could not grow; a quota or a limit
/// of the file's size was reached, or the disk fails.
const NO_ROOM: [i32; 2] = [rusqlite::ffi::SQLITE_IOERR_SHMSIZE, rusqlite::ffi::SQLITE_IOERR_WRITE];

/// An error of the database while doing `what`.
pub fn failed(what: &str, error: rusqlite::Error) -> StoreError {
    let kind = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => StoreErrorKind::Full,
            _ if NO_ROOM.contains(&failure.extended_code) => StoreErrorKind::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Corrupt,
            _ => StoreErrorKind::Other,
        },
        _ => StoreErrorKind::Other,
    };
    let message = match kind {
        StoreErrorKind::Full => {
            format!(
                "the disk is full; free space and try again, what is stored stays readable ({what}: {error})"
            )
        }
        StoreErrorKind::Busy => {
            format!("another process holds the database; try again ({what}: {error})")
        }
        StoreErrorKind::Corrupt => {
            format!(
                "the database file is damaged; restore a backup with `promenade restore` ({what}: {error})"
            )
        }
        StoreErrorKind::Newer | StoreErrorKind::Other => format!("{what}: {error}"),
    };
    StoreError::new(kind, message)
}

/// A row that cannot be understood.
pub fn corrupt(table: &str, key: impl Display, why: impl Display) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, format!("row {key} of table {table} cannot be read: {why}"))
}

/// A document that cannot be read.
pub fn unreadable(table: &str, key: impl Display, why: &Unreadable) -> StoreError {
    match why {
        Unreadable::Newer { .. } => {
            StoreError::new(StoreErrorKind::Newer, format!("row {key} of table {table}: {why}"))
        }
        Unreadable::Broken(why) => corrupt(table, key, why),
    }
}

/// What a caller did that no store may keep.
pub fn refused(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Other, message)
}

/// An error of the file system.
pub fn io(what: impl Display, error: &std::io::Error) -> StoreError {
    let kind = match error.kind() {
        std::io::ErrorKind::StorageFull => StoreErrorKind::Full,
        _ => StoreErrorKind::Other,
    };
    StoreError::new(kind, format!("{what}: {error}"))
}

/// Says what was being done when the database failed.
pub trait Doing<T> {
    /// Names it.
    fn doing(self, what: &str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, rusqlite::Error> {
    fn doing(self, what: &str) -> Result<T, StoreError> {
        self.map_err(|error| failed(what, error))
    }
}
