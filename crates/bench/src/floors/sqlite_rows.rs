//! Batched row inserts on bare `SQLite`: the floor for taking events in.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Result, ensure};
use rusqlite::Connection;

use super::sqlite;

/// One event: its id and its body.
pub type Row = (String, String);

const FILE: &str = "events.sqlite";
const SOURCE: &str = "bench";
const SCHEMA: &str = "
    CREATE TABLE events (source TEXT, id TEXT, body TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID;";
/// For filling: at most 2 GB of pages in memory until the commit.
const LEAVE_DISK_ALONE: &str = "PRAGMA synchronous=OFF; PRAGMA cache_size=-2000000";
/// What [`sqlite::open`] set, and `SQLite`'s own cache of 2 MB, emptied.
const AS_OPENED: &str = "PRAGMA synchronous=FULL; PRAGMA cache_size=-2000; PRAGMA shrink_memory";
const COUNT: &str = "SELECT count(*) FROM events";
const INSERT: &str = "INSERT OR IGNORE INTO events VALUES (?1, ?2, ?3)";

/// A table of events.
pub struct RowTable {
    db: Connection,
    file: PathBuf,
}

/// What a run of inserts gave.
#[derive(Debug, Clone, Copy)]
pub struct RowRun {
    /// Rows that are now stored.
    pub rows: u64,
    /// How long that took, to the last commit.
    pub seconds: f64,
}

impl RowRun {
    /// Rows per second.
    pub fn rows_per_second(&self) -> f64 {
        self.rows as f64 / self.seconds
    }
}

impl RowTable {
    /// A new table in `folder`.
    pub fn create(folder: &Path) -> Result<Self> {
        let db = sqlite::open(folder, FILE)?;
        db.execute_batch(SCHEMA)?;
        Ok(Self { db, file: folder.join(FILE) })
    }

    /// Fills the table: set-up, not a measurement. The disk has it all in the end, so that a measurement
    /// which follows does not pay for it.
    pub fn fill(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<()> {
        self.db.execute_batch(LEAVE_DISK_ALONE)?;
        let transaction = self.db.transaction()?;
        {
            let mut insert = transaction.prepare(INSERT)?;
            for (id, body) in rows {
                insert.execute((SOURCE, id, body))?;
            }
        }
        transaction.commit()?;
        self.db.execute_batch(&format!("PRAGMA wal_checkpoint(TRUNCATE); {AS_OPENED}"))?;
        Ok(fs::File::open(&self.file)?.sync_all()?)
    }

    /// Inserts `rows`, `per_transaction` to a commit, and starts no transaction after `seconds`.
    ///
    /// Every row must be new: rows that are there already would make the figure look better than it is.
    pub fn insert(&mut self, rows: &[Row], per_transaction: usize, seconds: f64) -> Result<RowRun> {
        let before = sqlite::integer(&self.db, COUNT)?;
        let started = Instant::now();
        let mut sent = 0;
        for group in rows.chunks(per_transaction.max(1)) {
            if started.elapsed().as_secs_f64() > seconds {
                break;
            }
            self.commit(group)?;
            sent += group.len();
        }
        let took = started.elapsed().as_secs_f64();
        let stored = sqlite::integer(&self.db, COUNT)? - before;
        ensure!(stored == u64::try_from(sent)?, "{sent} rows sent, {stored} stored");
        Ok(RowRun { rows: stored, seconds: took })
    }

    fn commit(&mut self, group: &[Row]) -> Result<()> {
        let transaction = self.db.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for (id, body) in group {
                insert.execute((SOURCE, id, body))?;
            }
        }
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: std::ops::Range<u64>) -> Vec<Row> {
        numbers.map(|n| (n.to_string(), "{}".into())).collect()
    }

    #[test]
    fn every_new_row_is_stored_and_an_old_one_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut table = RowTable::create(folder.path())?;
        table.fill(rows(0..10))?;
        assert_eq!(table.insert(&rows(10..35), 10, 60.0)?.rows, 25);
        assert!(table.insert(&rows(30..40), 10, 60.0).is_err());
        Ok(())
    }
}
