//! How a store begins and ends: in use, at rest, and what a log that is missing is known by.
//!
//! While a store is in use a row in its main file says so, from the first open on. A clean stop folds the log into that
//! file, takes the word back and seals the pages. So a main file that says "in use" wants its log; where neither the log
//! nor the mark of commits stands beside it, it is a copy of a half.

use crate::error::{Doing, io};
use crate::guard::beside;
use crate::mark::{self, Found, Mark};
use crate::meta::{self, Said};
use crate::seal;
use port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::path::Path;

/// Why acknowledged commits are missing; nothing where none is known to be.
pub fn lost(path: &Path, mark: Found, said: Said) -> Option<String> {
    let file = path.display();
    match mark {
        Found::At { commits, .. } if commits > said.commits => Some(format!(
            "{} commits were acknowledged, {file} ends at commit {}: its log {file}-wal is missing or damaged, or an \
            older copy was put in its place",
            commits, said.commits
        )),
        Found::Missing if said.is_in_use && !has_log(path) => {
            Some(format!("{file} was in use when it was copied or left, and its log {file}-wal is missing"))
        }
        Found::At { .. } | Found::Missing | Found::Unreadable => None,
    }
}

/// Whether a log was left behind.
pub fn has_log(path: &Path) -> bool {
    beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0)
}

/// Refuses a store whose acknowledged commits are missing.
pub fn refuse_lost(db: &Connection, path: &Path) -> Result<(), StoreError> {
    let mark = mark::read(path);
    if mark == Found::Unreadable {
        tracing::warn!(store = %path.display(), "the mark of commits beside the store cannot be read; it is made anew");
    }
    let Some(why) = lost(path, mark, meta::said(db)?) else { return Ok(()) };
    let file = path.display();
    let message = format!(
        "{why}. Put the log back beside it, or restore a backup with `promenade restore`; to go on without what is \
        missing, `promenade restore --from {file} --store sqlite:ANOTHER`"
    );
    Err(StoreError::new(StoreErrorKind::Corrupt, message))
}

/// Refuses to make a new store where one was: its mark stands there, and the file is gone or empty.
pub fn refuse_gone(path: &Path) -> Result<(), StoreError> {
    let is_there = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
    let Found::At { commits: commits @ 1.., .. } = mark::read(path) else { return Ok(()) };
    if is_there {
        return Ok(());
    }
    let file = path.display();
    let message = format!(
        "{file} is missing or empty, and {file}-mark says that {commits} commits were acknowledged there. Put the file \
        back, or restore a backup with `promenade restore`; to begin with an empty store, remove {file}-mark"
    );
    Err(StoreError::new(StoreErrorKind::Corrupt, message))
}

/// A store in use: the number of its commits, in the database and beside it.
#[derive(Debug)]
pub struct Use {
    mark: Mark,
    commits: u64,
}

impl Use {
    /// Says that the store is in use, first in the mark, then in the main file itself.
    pub fn begin(db: &Connection, path: &Path) -> Result<Self, StoreError> {
        let said = meta::said(db)?;
        let marked = Mark::open(path).and_then(|mut mark| {
            mark.put_durably(said.commits, false)?;
            Ok(mark)
        });
        let mark = marked.map_err(|error| io(format_args!("writing {}-mark", path.display()), &error))?;
        if !said.is_in_use {
            meta::say(db, Said { is_in_use: true, ..said })?;
            // Where somebody reads just now the word stays in the log for the time being: the mark stands already.
            fold(db)?;
        }
        Ok(Self { mark, commits: said.commits })
    }

    /// The number of the commit that is being made.
    pub fn next(&self) -> u64 {
        self.commits + 1
    }

    /// It was made.
    pub fn committed(&mut self) {
        self.commits += 1;
        self.mark.put(self.commits);
    }

    /// A clean stop: everything lies in the main file, which is sealed where it is no larger than that.
    pub fn end(&mut self, db: &Connection, path: &Path, largest: u64) -> Result<(), StoreError> {
        if meta::said(db)?.commits != self.commits {
            let message =
                "another process has written this store meanwhile; it was not stopped in order".to_owned();
            return Err(StoreError::new(StoreErrorKind::Busy, message));
        }
        meta::say(db, Said { commits: self.commits, is_in_use: false })?;
        if !fold(db)? {
            tracing::warn!(store = %path.display(), "somebody reads the store: its log stays beside it");
            return Ok(());
        }
        let failed = |error: std::io::Error| io(format_args!("sealing {}", path.display()), &error);
        let is_small = std::fs::metadata(path).is_ok_and(|file| file.len() <= largest);
        let sealed = if is_small { seal::append(path) } else { Ok(()) };
        if let Err(error) = &sealed {
            let cut = seal::cut(path);
            tracing::warn!(%error, ?cut, store = %path.display(), "the store is whole, but could not be sealed");
        }
        self.mark.put_durably(self.commits, is_small && sealed.is_ok()).map_err(failed)
    }
}

/// Brings the log into the main file; `false` where somebody still reads an older state.
fn fold(db: &Connection) -> Result<bool, StoreError> {
    let what = "folding the write-ahead log in";
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).doing(what)?;
    Ok(busy == 0)
}
