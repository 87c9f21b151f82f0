//! The mark: a small file beside a database that says how many commits it had, written after each of them.
//!
//! What it is for: a write-ahead log that is lost or damaged takes commits with it that were acknowledged, and `SQLite`
//! goes on without them as if they had never been. The database counts its commits in a row of its own; where it has
//! fewer than the mark says, some are missing.
//!
//! Always holds: the mark never says more than is durable, for it is written after the commit. It is not synced with each
//! commit, so after a power cut it may be behind: what was committed since then is not missed by it. It is synced at a
//! clean stop.

use crate::guard::{beside, no_follow};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// What a mark says of its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// There is none: a store of an earlier build, or a copy.
    Missing,
    /// Something else stands there, or it is damaged.
    Unreadable,
    /// So many commits.
    At {
        commits: u64,
        /// The store was stopped, and its pages were sealed.
        is_sealed: bool,
    },
}

/// An open mark.
#[derive(Debug)]
pub struct Mark {
    file: File,
    is_failing: bool,
}

impl Mark {
    /// Opens the mark of a database, made where there is none.
    pub fn open(database: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.custom_flags(no_follow()).open(beside(database, "-mark"))?;
        Ok(Self { file, is_failing: false })
    }

    /// After a commit. What cannot be written is said once: the commit stands all the same.
    pub fn put(&mut self, commits: u64) {
        let written = self.write(commits, false);
        match &written {
            Err(error) if !self.is_failing => {
                tracing::warn!(%error, "the mark of commits cannot be written; a lost log would not be noticed");
            }
            _ => {}
        }
        self.is_failing = written.is_err();
    }

    /// At a beginning or an end: durable when this returns.
    pub fn put_durably(&mut self, commits: u64, is_sealed: bool) -> io::Result<()> {
        self.write(commits, is_sealed)?;
        self.file.sync_all()
    }

    fn write(&self, commits: u64, is_sealed: bool) -> io::Result<()> {
        self.file.write_all_at(text(commits, is_sealed).as_bytes(), 0)
    }
}

/// One line of always the same length.
fn text(commits: u64, is_sealed: bool) -> String {
    let said = format!("promenade mark 1: {commits:020} commits, sealed {}", u8::from(is_sealed));
    let sum = blake3::hash(said.as_bytes()).to_hex();
    format!("{said}, {}\n", &sum[..16])
}

/// Reads the mark of a database.
pub fn read(database: &Path) -> Found {
    let text_of = match fs::read_to_string(beside(database, "-mark")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Found::Missing,
        Err(_) => return Found::Unreadable,
        Ok(text) => text,
    };
    let number = text_of.split_whitespace().nth(3).and_then(|word| word.parse().ok());
    let Some(commits) = number else { return Found::Unreadable };
    let is = [false, true].into_iter().find(|is_sealed| text(commits, *is_sealed) == text_of);
    is.map_or(Found::Unreadable, |is_sealed| Found::At { commits, is_sealed })
}

/// Takes the mark away: another file comes in the place of its database.
pub fn remove(database: &Path) -> io::Result<()> {
    match fs::remove_file(beside(database, "-mark")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_was_put_and_knows_when_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("store.db");
        assert_eq!(read(&database), Found::Missing);
        let mut mark = Mark::open(&database).unwrap();
        mark.put(7);
        assert_eq!(read(&database), Found::At { commits: 7, is_sealed: false });
        mark.put_durably(u64::MAX, true).unwrap();
        assert_eq!(read(&database), Found::At { commits: u64::MAX, is_sealed: true });
        let whole = fs::read(beside(&database, "-mark")).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(beside(&database, "-mark"), damaged).unwrap();
            assert_eq!(read(&database), Found::Unreadable, "byte {at}");
        }
        fs::write(beside(&database, "-mark"), "").unwrap();
        assert_eq!(read(&database), Found::Unreadable);
        remove(&database).unwrap();
        remove(&database).unwrap();
        assert_eq!(read(&database), Found::Missing);
    }
}
