//! What was taken in: events, events that wait, and requests with an idempotency key.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::Json;
use crate::query::{all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{OrderId, ShopId};
use port::{Change, Changes, InboxKey, InboxRow, Noun, Page, Parked, Read, RequestRow, Row, StoreError};
use rusqlite::{Connection, params};

impl Noun<InboxRow> for Open<'_> {
    fn load(&mut self, keys: &[InboxKey]) -> Result<Vec<Option<InboxRow>>, StoreError> {
        let sql = "SELECT shop_id, source, event_id, digest, received_at FROM inbox
            WHERE shop_id = ?1 AND source = ?2 AND event_id = ?3";
        let mut find = self.db.prepare_cached(sql).doing("reading the inbox")?;
        each(keys, |(shop, source, event)| {
            let key = params![shop.as_str(), source.as_str(), event.as_str()];
            first(&mut find, key, "reading the inbox", |row| {
                let cells = Cells::new(row, "inbox", 3);
                Ok(InboxRow { digest: cells.digest(3)?, received_at: cells.instant(4)? })
            })
        })
    }

    fn write(&mut self, changes: &[Change<InboxRow>]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO inbox (shop_id, source, event_id, digest, received_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut put = self.db.prepare_cached(sql).doing("writing the inbox")?;
        for Change { key: (shop, source, event), row, .. } in changes {
            let (digest, received_at) = (row.digest.as_slice(), row.received_at.micros());
            let row = params![shop.as_str(), source.as_str(), event.as_str(), digest, received_at];
            put.execute(row).doing("writing the inbox")?;
        }
        Ok(())
    }
}

impl Noun<RequestRow> for Open<'_> {
    fn load(&mut self, keys: &[<RequestRow as Row>::Key]) -> Result<Vec<Option<RequestRow>>, StoreError> {
        let sql = "SELECT shop_id, key, digest, at, reply FROM requests WHERE shop_id = ?1 AND key = ?2";
        let mut find = self.db.prepare_cached(sql).doing("reading a request")?;
        each(keys, |(shop, key)| {
            first(&mut find, params![shop.as_str(), key], "reading a request", |row| {
                let cells = Cells::new(row, "requests", 2);
                let reply = cells.text(4)?.to_owned();
                Ok(RequestRow { digest: cells.digest(2)?, at: cells.instant(3)?, reply })
            })
        })
    }

    fn write(&mut self, changes: &[Change<RequestRow>]) -> Result<(), StoreError> {
        let sql = "INSERT INTO requests (shop_id, key, digest, at, reply) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut put = self.db.prepare_cached(sql).doing("writing a request")?;
        for Change { key: (shop, key), row, .. } in changes {
            let row = params![shop.as_str(), key, row.digest.as_slice(), row.at.micros(), row.reply];
            put.execute(row).doing("writing a request")?;
        }
        Ok(())
    }
}

/// Loads the events that wait for each order, by source and event id.
pub fn load_parked(db: &Connection, keys: &[(ShopId, OrderId)]) -> Result<Vec<Vec<Parked>>, StoreError> {
    // Nearly always nobody waits; then one look answers for the whole batch.
    let waits = "SELECT EXISTS (SELECT 1 FROM parked)";
    let somebody = one(db, waits, [], "reading waiting events", |row| {
        row.get::<_, bool>(0).doing("reading waiting events")
    })?;
    if somebody != Some(true) {
        return Ok(keys.iter().map(|_| Vec::new()).collect());
    }
    let sql = "SELECT shop_id, order_id, source, event_id, doc FROM parked
        WHERE shop_id = ?1 AND order_id = ?2 ORDER BY source, event_id";
    each(keys, |(shop, order)| {
        all(db, sql, params![shop.as_str(), order.as_str()], "reading waiting events", |row| {
            Cells::new(row, "parked", 4).document(4)
        })
    })
}

/// Writes events that wait, and takes away those that wait no longer.
pub fn write_parked(db: &Connection, json: &mut Json, changes: &Changes) -> Result<(), StoreError> {
    let sql = "INSERT INTO parked (shop_id, order_id, source, event_id, doc) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (shop_id, order_id, source, event_id) DO UPDATE SET doc = excluded.doc";
    for (shop, order, parked) in &changes.parked {
        let mut put = db.prepare_cached(sql).doing("writing a waiting event")?;
        let (source, event) = (&parked.event.source, &parked.event.event_id);
        put.execute(params![shop.as_str(), order.as_str(), source, event, json.document(parked)?])
            .doing("writing a waiting event")?;
    }
    let sql = "DELETE FROM parked WHERE shop_id = ?1 AND order_id = ?2 AND source = ?3 AND event_id = ?4";
    for (shop, order, source, event) in &changes.unparked {
        let mut take = db.prepare_cached(sql).doing("removing a waiting event")?;
        take.execute(params![shop.as_str(), order.as_str(), source, event])
            .doing("removing a waiting event")?;
    }
    Ok(())
}

/// A shop's waiting events, after a [`Parked::cursor`].
pub fn parked(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Parked>> {
    let (order, source, event) = Parked::read_cursor(page.after.as_deref().unwrap_or_default());
    let sql = "SELECT shop_id, order_id, source, event_id, doc FROM parked
        WHERE shop_id = ?1 AND (order_id, source, event_id) > (?2, ?3, ?4)
        ORDER BY order_id, source, event_id LIMIT ?5";
    all(
        db,
        sql,
        params![shop.as_str(), order, source, event, at_most(page.limit)],
        "reading waiting events",
        |row| Cells::new(row, "parked", 4).document(4),
    )
}
