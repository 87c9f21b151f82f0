//! Due timers on bare `SQLite`: take the earliest, delete them, insert what they cause, commit.

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};
use rusqlite::Connection;

use super::sqlite;
use crate::samples::scatter;

const SCHEMA: &str = "
    CREATE TABLE timer (due INTEGER, id INTEGER, PRIMARY KEY (due, id)) WITHOUT ROWID;
    CREATE TABLE effect (id INTEGER PRIMARY KEY, timer INTEGER NOT NULL, due INTEGER NOT NULL);";

const TWO_HOURS_US: u64 = 7_200_000_000;

/// A table of timers, all of them due.
pub struct TimerTable {
    db: Connection,
    pending: u64,
}

/// What a run of firing gave.
#[derive(Debug, Clone, Copy)]
pub struct TimerRun {
    /// Timers that fired and whose effect is stored.
    pub fired: u64,
    /// How long that took, to the last commit.
    pub seconds: f64,
}

impl TimerRun {
    /// Timers fired per second.
    pub fn fired_per_second(&self) -> f64 {
        self.fired as f64 / self.seconds
    }
}

impl TimerTable {
    /// A new table in `folder` with `pending` timers spread over two hours, their ids in no order.
    pub fn create(folder: &Path, pending: u64) -> Result<Self> {
        let mut due: Vec<(u64, u64)> = (0..pending).map(|id| (scatter(id) % TWO_HOURS_US, id)).collect();
        due.sort_unstable(); // A tree fills fastest in its own order.
        let mut db = sqlite::open(folder, "timers.sqlite")?;
        db.execute_batch(SCHEMA)?;
        let transaction = db.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO timer VALUES (?1, ?2)")?;
            for (due, id) in due {
                insert.execute([i64::try_from(due)?, i64::try_from(id)?])?;
            }
        }
        transaction.commit()?;
        db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(Self { db, pending })
    }

    /// Fires, once in the life of a table, in order of due time, `per_transaction` to a commit; no transaction starts after `seconds`.
    pub fn fire(&mut self, per_transaction: usize, seconds: f64) -> Result<TimerRun> {
        let now = i64::try_from(TWO_HOURS_US)?;
        let limit = i64::try_from(per_transaction)?;
        let started = Instant::now();
        let mut fired = 0;
        while started.elapsed().as_secs_f64() < seconds {
            let batch = self.fire_batch(now, limit)?;
            if batch == 0 {
                break;
            }
            fired += batch;
        }
        let took = started.elapsed().as_secs_f64();
        let effects = sqlite::integer(&self.db, "SELECT count(*) FROM effect")?;
        let left = sqlite::integer(&self.db, "SELECT count(*) FROM timer")?;
        ensure!(
            effects == fired && left == self.pending - fired,
            "{fired} of {} fired, but {effects} effects and {left} timers are stored",
            self.pending
        );
        Ok(TimerRun { fired, seconds: took })
    }

    fn fire_batch(&mut self, now: i64, limit: i64) -> Result<u64> {
        let transaction = self.db.transaction()?;
        let mut fired = 0;
        {
            let mut select = transaction
                .prepare_cached("SELECT due, id FROM timer WHERE due <= ?1 ORDER BY due, id LIMIT ?2")?;
            let mut delete = transaction.prepare_cached("DELETE FROM timer WHERE due = ?1 AND id = ?2")?;
            let mut insert = transaction.prepare_cached("INSERT INTO effect (timer, due) VALUES (?2, ?1)")?;
            let due: Vec<(i64, i64)> = select
                .query_map([now, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for timer in due {
                delete.execute(timer)?;
                insert.execute(timer)?;
                fired += 1;
            }
        }
        transaction.commit()?;
        Ok(fired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_timer_fires_once() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut table = TimerTable::create(folder.path(), 1_000)?;
        assert_eq!(table.fire(256, 60.0)?.fired, 1_000);
        Ok(())
    }
}
