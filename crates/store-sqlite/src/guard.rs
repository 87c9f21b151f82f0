//! The lock that lets one process write a database: a file beside it, locked as long as it is open.
//!
//! The kernel releases it when the process ends, `kill -9` among the ways; what is left of the file
//! means nothing.

use crate::error::io;
use port::{StoreError, StoreErrorKind};
use rustix::fs::OFlags;
use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The lock, held until this is dropped.
#[derive(Debug)]
pub struct Guard {
    _file: File,
}

impl Guard {
    /// Takes the lock of a database; refused as busy while somebody has it.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, ".lock");
        let mut options = File::options();
        options.create(true).truncate(false).write(true).mode(0o600).custom_flags(no_follow());
        let file = options.open(&path);
        let file = file.map_err(|error| io(format_args!("opening {}", path.display()), &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                let message = format!(
                    "{} is in use by another process that writes it; stop that process first",
                    database.display()
                );
                Err(StoreError::new(StoreErrorKind::Busy, message))
            }
            Err(TryLockError::Error(error)) => Err(io(format_args!("locking {}", path.display()), &error)),
        }
    }
}

/// A path beside a database: its name with something behind it, whatever links lead there.
pub fn beside(database: &Path, suffix: &str) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut name = real.into_os_string();
    name.push(suffix);
    name.into()
}

/// A link in a file's place is not followed.
pub fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}
