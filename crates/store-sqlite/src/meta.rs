//! What there is one of: the sandbox clock, and the totals that monitoring reads.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::one;
use domain::Instant;
use port::{Read, StoreError, Totals};
use rusqlite::Connection;

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
