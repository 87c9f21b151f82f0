//! `SQLite` as durable as our embedded store: WAL, and the disk confirms every commit.

use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::Connection;

/// Opens `folder/name`, creating it where needed.
pub fn open(folder: &Path, name: &str) -> Result<Connection> {
    let db = Connection::open(folder.join(name))?;
    let mode: String = db.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
    ensure!(mode == "wal", "the journal mode is {mode}, not wal");
    db.execute_batch("PRAGMA synchronous=FULL")?;
    Ok(db)
}

/// The one integer that a query gives.
pub fn integer(db: &Connection, query: &str) -> Result<u64> {
    let value: i64 = db.query_row(query, [], |row| row.get(0))?;
    Ok(u64::try_from(value)?)
}
