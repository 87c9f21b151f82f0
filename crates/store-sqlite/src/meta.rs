//! What there is one of: the sandbox clock, the number of commits, whether the store is in use, and the totals that
//! monitoring reads.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::whole;
use crate::query::one;
use domain::Instant;
use port::{Read, StoreError, StoreErrorKind, Totals};
use rusqlite::Connection;

/// What a database says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// Commits so far.
    pub commits: u64,
    pub is_in_use: bool,
}

/// Where the sandbox clock stands.
pub fn sandbox_clock(db: &Connection) -> Read<Option<Instant>> {
    let sql = "SELECT key, value FROM meta WHERE key = 'sandbox_clock'";
    one(db, sql, [], "reading the sandbox clock", |row| Cells::new(row, "meta", 1).instant(1))
}

/// Sets the sandbox clock.
pub fn set_sandbox_clock(db: &Connection, moment: Instant) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES ('sandbox_clock', ?1)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let mut put = db.prepare_cached(sql).doing("writing the sandbox clock")?;
    put.execute([moment.micros()]).doing("writing the sandbox clock").map(drop)
}

/// What the database says of itself; one of an earlier build says nothing.
pub fn said(db: &Connection) -> Read<Said> {
    let sql = "SELECT coalesce((SELECT value FROM meta WHERE key = 'commits'), 0),
        coalesce((SELECT value FROM meta WHERE key = 'in_use'), 0)";
    let said = one(db, sql, [], "reading the number of commits", |row| {
        let cells = Cells::new(row, "meta", 0);
        Ok(Said { commits: cells.number(0)?, is_in_use: cells.number::<u64>(1)? == 1 })
    })?;
    Ok(said.unwrap_or_default())
}

/// Writes it, in a transaction of its own.
pub fn say(db: &Connection, said: Said) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES ('commits', ?1), ('in_use', ?2)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let what = "writing the number of commits";
    let row = [whole(said.commits)?, i64::from(said.is_in_use)];
    db.execute(sql, row).doing(what).map(drop)
}

/// Counts the commit that is being made. Refused where somebody else has counted one meanwhile: the file has a second
/// writer, whatever became of the lock.
pub fn count(db: &Connection, commits: u64) -> Result<(), StoreError> {
    let what = "counting a commit";
    let sql = "UPDATE meta SET value = ?1 WHERE key = 'commits' AND value = ?1 - 1";
    let mut count = db.prepare_cached(sql).doing(what)?;
    if count.execute([whole(commits)?]).doing(what)? == 1 {
        return Ok(());
    }
    let message = "another process writes this store; nothing was changed. Stop one of them: each must have a store of \
        its own";
    Err(StoreError::new(StoreErrorKind::Busy, message))
}

/// Counts what monitoring asks for.
pub fn totals(db: &Connection) -> Read<Totals> {
    let sql =
        "SELECT (SELECT count(*) FROM shops), (SELECT count(*) FROM timers), (SELECT count(*) FROM parked),
        (SELECT count(*) FROM deliveries WHERE status = 'pending'),
        (SELECT count(*) FROM deliveries WHERE status = 'dead'), (SELECT count(*) FROM dispatches),
        (SELECT coalesce(sum(to_return), 0) FROM orders WHERE to_return > 0),
        (SELECT count(*) FROM coupon_conflicts)";
    let counted = one(db, sql, [], "counting", |row| {
        let cells = Cells::new(row, "totals", 0);
        Ok(Totals {
            shops: cells.number(0)?,
            pending_timers: cells.number(1)?,
            parked_events: cells.number(2)?,
            pending_deliveries: cells.number(3)?,
            dead_deliveries: cells.number(4)?,
            pending_dispatches: cells.number(5)?,
            money_to_return: cells.number(6)?,
            coupon_conflicts: cells.number(7)?,
        })
    })?;
    Ok(counted.unwrap_or_default())
}
