//! Copies a database while it is written, and puts a copy in its place.
//!
//! Always holds: what stands under the target's name is whole, before, during and after, also when
//! the machine stops midway: the copy is made under another name, synced, and then renamed.

use crate::error::{Doing, io, refused};
use crate::guard::{Guard, beside};
use crate::open;
use crate::seal::{self, Seal};
use crate::{mark, rest, schema};
use port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Pages copied between two reports of progress.
const PAGES: i32 = 128;

/// Copies `from`, as it is now, to `to`; the writer of `from` goes on meanwhile. `progress` hears how
/// many pages of how many are done. An earlier copy under that name is replaced when the new one is
/// whole; any other file is refused and stays: a store, in use or not, above all.
pub fn backup(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    if beside(from, "") == beside(to, "") {
        return Err(refused(format!("{} cannot be copied onto itself", from.display())));
    }
    let source = open::read_only(from, 8)?;
    ours(from, &source)?;
    let _guard = Guard::take(to)?;
    match target(to)? {
        Target::Nothing | Target::Copy => replace(&source, to, progress),
        Target::Store => Err(refused(format!(
            "{} is a store that has been written to, not a copy; choose another name for the backup, \
            or put one in its place with `promenade restore`",
            to.display()
        ))),
        Target::Other => Err(not_ours(to)),
    }
}

/// Puts the backup `from` in the place of `to`. Refused, with `to` as it was, when the backup is
/// damaged, of a newer schema, of an earlier build or no database of ours, while a process writes
/// `to`, and when `to` is a file of something else.
pub fn restore(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    if beside(from, "") == beside(to, "") {
        return Err(refused(format!("{} cannot be restored from itself", from.display())));
    }
    let _guard = Guard::take(to)?;
    let source = open::read_only(from, 8)?;
    ours(from, &source)?;
    if target(to)? == Target::Other {
        return Err(not_ours(to));
    }
    let found: String =
        source.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).doing("checking the backup")?;
    if found != "ok" {
        let message = format!("{} is damaged and was not restored: {found}", from.display());
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    sealed(from)?;
    settle(to)?;
    replace(&source, to, progress)
}

/// Refuses a backup whose pages are not those that were sealed. One of an earlier build has no seal.
fn sealed(from: &Path) -> Result<(), StoreError> {
    let seal = seal::check(from).map_err(|error| io(format_args!("reading {}", from.display()), &error))?;
    if !matches!(seal, Seal::Broken { .. }) || rest::has_log(from) {
        return Ok(());
    }
    let message =
        format!("{} is damaged and was not restored: its pages are not as they were sealed", from.display());
    Err(StoreError::new(StoreErrorKind::Corrupt, message))
}

/// What stands under the name that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// No file, or an empty one.
    Nothing,
    /// A copy that was made by `backup` and not written to since.
    Copy,
    /// A store of ours; also one whose pages are damaged.
    Store,
    /// Anything else.
    Other,
}

/// How every `SQLite` file begins; two bytes behind it say whether it keeps a write-ahead log.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

fn target(path: &Path) -> Result<Target, StoreError> {
    let mut head = [0; 20];
    let read = match File::open(beside(path, "")) {
        Ok(mut file) if file.metadata().is_ok_and(|found| found.is_file()) => read_head(&mut file, &mut head),
        Ok(_) => return Ok(Target::Other),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Target::Nothing),
        Err(error) => Err(error),
    };
    let read = read.map_err(|error| io(format_args!("reading {}", path.display()), &error))?;
    if read == 0 {
        return Ok(Target::Nothing);
    }
    if !head.starts_with(HEADER) {
        return Ok(Target::Other);
    }
    // A copy keeps no log until it is opened for writing.
    let is_copy = head[18] == 1;
    let schema = open::read_only(path, 1).and_then(|db| schema::made(&db));
    Ok(match schema {
        Ok(Some(_)) if is_copy => Target::Copy,
        Ok(Some(_)) => Target::Store,
        Ok(None) => Target::Other,
        Err(error) if error.kind == StoreErrorKind::Corrupt => Target::Store,
        Err(error) => return Err(error),
    })
}

fn read_head(file: &mut File, head: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < head.len() {
        match file.read(&mut head[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

fn not_ours(path: &Path) -> StoreError {
    let path = path.display();
    refused(format!("{path} exists and is no database of Promenade; choose another name, or move it away"))
}

fn ours(path: &Path, db: &Connection) -> Result<(), StoreError> {
    match schema::judge(db, path)? {
        Some(_) => Ok(()),
        None => Err(refused(format!("{} is not a database of Promenade", path.display()))),
    }
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
    mark::remove(target).map_err(|error| io(format_args!("removing {}-mark", target.display()), &error))?;
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
    // Nothing is written through what stands there, a link above all.
    let made = match fs::remove_file(partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().write(true).create_new(true).mode(0o600).open(partial).map(drop),
    };
    made.map_err(|error| io(format_args!("making {}", partial.display()), &error))?;
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
    // The store that it was copied from may be in use; the copy is whole.
    target.execute("UPDATE meta SET value = 0 WHERE key = 'in_use'", []).doing(&what)?;
    target.close().map_err(|(_, error)| error).doing(&what)?;
    seal::append(partial).map_err(|error| io(format_args!("sealing {}", partial.display()), &error))
}
