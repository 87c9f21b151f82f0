//! Timers: rows in the order of firing, moved in the transaction that decides them.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{all, at_most, one, three_parts};
use domain::{Instant, ShopId};
use port::{Page, Read, StoreError, Subject, Timer};
use rusqlite::{CachedStatement, Connection, Row, params};

/// What a timer is about, by its place among [`Subject::KINDS`].
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Order,
    Coupon,
    PresaleStrategy,
    GiftRun,
    PoolOrder,
    Wallet,
    Sprint,
    Invitation,
}

/// Takes timers away and puts new ones.
pub struct Timers<'c> {
    put: CachedStatement<'c>,
    take: CachedStatement<'c>,
    kind: Kind,
}

impl<'c> Timers<'c> {
    /// For what is of that kind.
    pub fn of(db: &'c Connection, kind: Kind) -> Result<Self, StoreError> {
        let put = "INSERT INTO timers (due_at, shop_id, kind, subject_id) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING";
        let take = "DELETE FROM timers WHERE due_at = ?1 AND shop_id = ?2 AND kind = ?3 AND subject_id = ?4";
        let prepare = |sql| db.prepare_cached(sql).doing("writing a timer");
        Ok(Self { put: prepare(put)?, take: prepare(take)?, kind })
    }

    /// Moves the timer of a subject, if its time changed.
    pub fn shift(
        &mut self,
        shop: &ShopId,
        id: &str,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        for (statement, at) in [(&mut self.take, from), (&mut self.put, to)] {
            if let Some(at) = at {
                let row = params![at.micros(), shop.as_str(), self.kind as i64, id];
                statement.execute(row).doing("writing a timer")?;
            }
        }
        Ok(())
    }
}

fn timer(row: &Row<'_>) -> Result<Timer, StoreError> {
    let cells = Cells::new(row, "timers", 4);
    let number: usize = cells.number(2)?;
    let kind = Subject::KINDS.get(number).ok_or_else(|| cells.unknown(2, number))?;
    let subject = cells.parsed(3, |id| Subject::read(kind, id))?;
    Ok(Timer { due_at: cells.instant(0)?, shop_id: cells.id(1)?, subject })
}

/// The number of a kind; one that is none stands behind all.
fn number(kind: &str) -> i64 {
    let place = Subject::KINDS.iter().position(|known| *known == kind);
    i64::try_from(place.unwrap_or(Subject::KINDS.len())).unwrap_or(i64::MAX)
}

/// Timers due by that moment, in the order of firing.
pub fn due(db: &Connection, until: Instant, limit: usize) -> Read<Vec<Timer>> {
    let sql = "SELECT due_at, shop_id, kind, subject_id FROM timers WHERE due_at <= ?1
        ORDER BY due_at, shop_id, kind, subject_id LIMIT ?2";
    all(db, sql, params![until.micros(), at_most(limit)], "reading timers", timer)
}

/// When the first timer is due.
pub fn next(db: &Connection) -> Read<Option<Instant>> {
    let sql = "SELECT due_at FROM timers ORDER BY due_at LIMIT 1";
    one(db, sql, [], "reading timers", |row| Cells::new(row, "timers", 1).instant(0))
}

/// A shop's timers, after `due_at|kind|id`.
pub fn of_shop(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Timer>> {
    let (due_at, kind, id) = three_parts(page.after.as_deref().unwrap_or_default());
    let due_at = match page.after {
        None => i64::MIN,
        Some(_) => due_at.parse().unwrap_or(i64::MAX),
    };
    let kind = number(kind);
    let sql = "SELECT due_at, shop_id, kind, subject_id FROM timers
        WHERE shop_id = ?1 AND due_at >= ?2 AND (due_at, kind, subject_id) > (?2, ?3, ?4)
        ORDER BY due_at, kind, subject_id LIMIT ?5";
    all(db, sql, params![shop.as_str(), due_at, kind, id, at_most(page.limit)], "reading timers", timer)
}
