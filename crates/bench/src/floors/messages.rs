//! Messages on bare `SQLite`: the rows that a reminder leaves on its way, and those that a delivery report changes, with none
//! of the reading and judging in between.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    time::Instant,
};

use anyhow::{Result, ensure};
use rusqlite::Connection;

use super::sqlite;
use crate::samples::scatter;

/// The tables of our messages with their indexes, and as much of an order as a reminder changes.
const SCHEMA: &str = "
    CREATE TABLE orders (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
    CREATE TABLE timers (due INTEGER, id INTEGER, PRIMARY KEY (due, id)) WITHOUT ROWID;
    CREATE TABLE messages (shop TEXT, id TEXT, order_id TEXT, status TEXT, sent_at INTEGER, doc TEXT,
        PRIMARY KEY (shop, id)) WITHOUT ROWID;
    CREATE INDEX messages_of_order ON messages (shop, order_id, id);
    CREATE INDEX messages_sent ON messages (shop, sent_at) WHERE sent_at IS NOT NULL;
    CREATE TABLE numbers (number TEXT, shop TEXT, doc TEXT, PRIMARY KEY (number, shop)) WITHOUT ROWID;
    CREATE TABLE dispatches (shop TEXT, id TEXT, next_at INTEGER, tried_at INTEGER, said TEXT,
        PRIMARY KEY (shop, id)) WITHOUT ROWID;
    CREATE INDEX dispatches_due ON dispatches (next_at, shop, id);
    CREATE TABLE wallets (shop TEXT PRIMARY KEY, doc TEXT) WITHOUT ROWID;
    INSERT INTO wallets VALUES ('bench', '{}');";
const SHOP: &str = "bench";

/// The tables with messages that wait.
pub struct MessageTables {
    db: Connection,
    messages: u64,
}

/// What a run gave.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    /// Messages.
    pub messages: u64,
    /// How long that took, to the last commit.
    pub seconds: f64,
}

impl Moved {
    /// Messages per second.
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

fn text(bytes: usize) -> String {
    "x".repeat(bytes)
}

fn id(number: u64) -> String {
    format!("ms_{number:019}")
}

impl MessageTables {
    /// In `folder`, with so many messages that wait with their orders.
    pub fn create(folder: &Path, messages: u64) -> Result<Self> {
        let mut db = sqlite::open(folder, "messages.sqlite")?;
        db.execute_batch(SCHEMA)?;
        let transaction = db.transaction()?;
        {
            let mut order = transaction.prepare("INSERT INTO orders VALUES (?1, ?2)")?;
            let mut timer = transaction.prepare("INSERT INTO timers VALUES (?1, ?1)")?;
            let mut message =
                transaction.prepare("INSERT INTO messages VALUES (?1, ?2, ?3, 'planned', NULL, NULL)")?;
            let doc = text(750);
            for number in 0..messages {
                let row = i64::try_from(number)?;
                order.execute((row, &doc))?;
                timer.execute([row])?;
                message.execute((SHOP, id(number), format!("order{number:010}")))?;
            }
        }
        transaction.commit()?;
        db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(Self { db, messages })
    }

    /// Lets each go out, appends it to a file, and settles it: three commits and a sync of the file for so many.
    pub fn send(&mut self, folder: &Path, each: u64) -> Result<Moved> {
        let mut lines = File::create(folder.join("floor.jsonl"))?;
        let line = text(700) + "\n";
        let started = Instant::now();
        for first in (0..self.messages).step_by(usize::try_from(each)?) {
            let range = first..self.messages.min(first + each);
            self.let_out(range.clone())?;
            self.mark(range.clone())?;
            range.clone().try_for_each(|_| lines.write_all(line.as_bytes()))?;
            lines.sync_data()?;
            self.settle(range)?;
        }
        let seconds = started.elapsed().as_secs_f64();
        let left = sqlite::integer(&self.db, "SELECT count(*) FROM dispatches")?;
        let taken = sqlite::integer(&self.db, "SELECT count(*) FROM messages WHERE status = 'taken'")?;
        ensure!((left, taken) == (0, self.messages), "{left} are left, {taken} were taken");
        ensure!(fs::metadata(folder.join("floor.jsonl"))?.len() == self.messages * 701, "lines are missing");
        Ok(Moved { messages: self.messages, seconds })
    }

    fn let_out(&mut self, range: std::ops::Range<u64>) -> Result<()> {
        let transaction = self.db.transaction()?;
        {
            let mut order = transaction.prepare_cached("UPDATE orders SET doc = ?2 WHERE id = ?1")?;
            let mut timer = transaction.prepare_cached("DELETE FROM timers WHERE due = ?1 AND id = ?1")?;
            let mut message = transaction.prepare_cached(
                "UPDATE messages SET status = 'sent', sent_at = ?3, doc = ?4 WHERE shop = ?1 AND id = ?2",
            )?;
            let mut number =
                transaction.prepare_cached("INSERT OR REPLACE INTO numbers VALUES (?1, ?2, ?3)")?;
            let mut dispatch =
                transaction.prepare_cached("INSERT INTO dispatches VALUES (?1, ?2, ?3, NULL, ?4)")?;
            let (doc, way, heard, said) = (text(900), text(150), text(60), text(330));
            for one in range {
                let (row, id) = (i64::try_from(one)?, id(one));
                order.execute((row, &doc))?;
                timer.execute([row])?;
                message.execute((SHOP, &id, row, &way))?;
                number.execute((format!("{:032x}", u128::from(scatter(one)) << 64), SHOP, &heard))?;
                dispatch.execute((SHOP, &id, row, &said))?;
            }
            transaction.prepare_cached("UPDATE wallets SET doc = ?1")?.execute([&way])?;
        }
        Ok(transaction.commit()?)
    }

    fn mark(&mut self, range: std::ops::Range<u64>) -> Result<()> {
        let transaction = self.db.transaction()?;
        {
            let mut mark = transaction
                .prepare_cached("UPDATE dispatches SET tried_at = ?3 WHERE shop = ?1 AND id = ?2")?;
            for one in range {
                mark.execute((SHOP, id(one), i64::try_from(one)?))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn settle(&mut self, range: std::ops::Range<u64>) -> Result<()> {
        let transaction = self.db.transaction()?;
        {
            let mut message = transaction.prepare_cached(
                "UPDATE messages SET status = 'taken', doc = ?3 WHERE shop = ?1 AND id = ?2",
            )?;
            let mut dispatch =
                transaction.prepare_cached("DELETE FROM dispatches WHERE shop = ?1 AND id = ?2")?;
            let way = text(150);
            for one in range {
                let id = id(one);
                message.execute((SHOP, &id, &way))?;
                dispatch.execute((SHOP, &id))?;
            }
            transaction.prepare_cached("UPDATE wallets SET doc = ?1")?.execute([&way])?;
        }
        Ok(transaction.commit()?)
    }

    /// Looks up the messages of so many reports and writes what they say, so many to a commit.
    pub fn report(&mut self, reports: u64, each: u64) -> Result<Moved> {
        let started = Instant::now();
        for first in (0..reports).step_by(usize::try_from(each)?) {
            let transaction = self.db.transaction()?;
            {
                let mut find =
                    transaction.prepare_cached("SELECT doc FROM messages WHERE shop = ?1 AND id = ?2")?;
                let mut message =
                    transaction.prepare_cached("UPDATE messages SET doc = ?3 WHERE shop = ?1 AND id = ?2")?;
                let way = text(260);
                for one in first..reports.min(first + each) {
                    let id = id(one);
                    let _: String = find.query_row((SHOP, &id), |row| row.get(0))?;
                    message.execute((SHOP, &id, &way))?;
                }
            }
            transaction.commit()?;
        }
        Ok(Moved { messages: reports, seconds: started.elapsed().as_secs_f64() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_goes_out_once() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut tables = MessageTables::create(folder.path(), 250)?;
        assert_eq!(tables.send(folder.path(), 100)?.messages, 250);
        assert_eq!(tables.report(120, 50)?.messages, 120);
        Ok(())
    }
}
