//! Copies a database while it is written, and puts a copy in its place.
//!
//! Always holds: what stands under the target's name is whole, before, during and after, also when
//! the machine stops midway: the copy is made under another name, synced, and then renamed.

use crate::error::{Doing, io, refused};
use crate::guard::{Guard, beside};
use crate::open;
use engine::port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::path::Path;

/// Pages copied between two reports of progress.
const PAGES: i32 = 128;

/// Copies `from`, as it is now, to `to`; the writer of `from` goes on meanwhile. `progress` hears how
/// many pages of how many are done. An older copy under that name is replaced when the new one is whole.
pub fn backup(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    if beside(from, "") == beside(to, "") {
        return Err(refused(format!("{} cannot be copied onto itself", from.display())));
    }
    let source = open::read_only(from, 8)?;
    ours(from, &source)?;
    replace(&source, to, progress)
}

/// Puts the backup `from` in the place of `to`. Refused, with `to` as it was, when the backup is
/// damaged, of a newer schema or no database of ours, and while a process writes `to`.
pub fn restore(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    if beside(from, "") == beside(to, "") {
        return Err(refused(format!("{} cannot be restored from itself", from.display())));
    }
    let _guard = Guard::take(to)?;
    let source = open::read_only(from, 8)?;
    ours(from, &source)?;
    let found: String =
        source.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).doing("checking the backup")?;
    if found != "ok" {
        let message = format!("{} is damaged and was not restored: {found}", from.display());
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    settle(to)?;
    replace(&source, to, progress)
}

fn ours(path: &Path, db: &Connection) -> Result<(), StoreError> {
    let current = open::schema(db)?;
    if current.is_none() {
        return Err(refused(format!("{} is not a database of Promenade", path.display())));
    }
    open::refuse_newer(path, current, open::known_schema())
}

/// Brings what the target's write-ahead log holds into its file. A log that stayed behind would be
/// read into the file that takes its place.
fn settle(target: &Path) -> Result<(), StoreError> {
    if !target.exists() {
        return Ok(());
    }
    let closed = Connection::open(target).and_then(|db| {
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        db.close().map_err(|(_, error)| error)
    });
    if let Err(error) = closed {
        tracing::warn!(%error, target = %target.display(), "the database to be replaced cannot be read");
    }
    for suffix in ["-wal", "-shm"] {
        let path = beside(target, suffix);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io(format_args!("removing {}", path.display()), &error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn replace(source: &Connection, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    let partial = beside(to, ".partial");
    let result = copy(source, &partial, progress).and_then(|()| {
        let moved = || {
            File::open(&partial)?.sync_all()?;
            fs::rename(&partial, beside(to, ""))?;
            sync_folder(to)
        };
        moved().map_err(|error| io(format_args!("writing {}", to.display()), &error))
    });
    if result.is_err() {
        // The next attempt begins by removing it, too.
        let _ = fs::remove_file(&partial);
    }
    result
}

fn sync_folder(of: &Path) -> std::io::Result<()> {
    let path = beside(of, "");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn copy(source: &Connection, partial: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    let what = format!("copying to {}", partial.display());
    if partial.exists() {
        fs::remove_file(partial)
            .map_err(|error| io(format_args!("removing {}", partial.display()), &error))?;
    }
    // Within a transaction the source stays as it is, so the writer never makes the copy start again.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").doing(&what)?;
    let mut target = Connection::open(partial).doing(&what)?;
    target.execute_batch("PRAGMA synchronous = OFF").doing(&what)?;
    {
        let backup = Backup::new(source, &mut target).doing(&what)?;
        loop {
            let step = backup.step(PAGES).doing(&what)?;
            let pages = backup.progress();
            let count = |number: i32| u64::try_from(number).unwrap_or_default();
            progress(count(pages.pagecount - pages.remaining), count(pages.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => {
                    return Err(StoreError::new(
                        StoreErrorKind::Busy,
                        format!("{what}: the database is locked"),
                    ));
                }
            }
        }
    }
    source.execute_batch("COMMIT").doing(&what)?;
    // A copy is one file: its log is made when it is opened for writing.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).doing(&what)?;
    target.close().map_err(|(_, error)| error).doing(&what)
}
