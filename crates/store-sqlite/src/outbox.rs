//! What happened here, for the outside, and its deliveries to webhooks.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::query::{after, all, at_most};
use domain::{ShopId, WebhookId};
use port::{Changes, Delivery, DeliveryStatus, DueReceiver, OutboxRow, Page, Pick, Read, Room, StoreError};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;

const WRITING: &str = "writing the outbox";
const READING: &str = "reading deliveries";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.delivery_id, d.shop_id, d.webhook_id, d.event_id, o.type, o.body, o.at, d.attempt, d.status,
            d.next_at, d.reason ",
            $rest
        )
    };
}

/// Publishes events with a delivery for each receiver, settles attempts, revives dead deliveries; then says when each
/// receiver that they concern is served next.
pub fn write(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    publish(db, changes)?;
    // Most batches settle nothing.
    if changes.delivery_updates.is_empty() && changes.revived.is_empty() && changes.turns.is_empty() {
        return Ok(());
    }
    let mut concerned = settle(db, changes)?;
    let revive = "UPDATE deliveries SET status = 'pending', attempt = 0, next_at = ?3
        WHERE shop_id = ?1 AND webhook_id = ?2 AND status = 'dead'";
    for (shop, webhook, from) in &changes.revived {
        let from = changes.deliver_from.unwrap_or(*from);
        let mut revive = db.prepare_cached(revive).doing(WRITING)?;
        revive.execute(params![shop.as_str(), webhook.as_str(), from.micros()]).doing(WRITING)?;
        concerned.insert((shop.to_string(), webhook.to_string()));
    }
    let turn = "UPDATE webhooks SET free_at = ?3, failures = ?4 WHERE shop_id = ?1 AND webhook_id = ?2";
    for (shop, webhook, next) in &changes.turns {
        let mut turn = db.prepare_cached(turn).doing(WRITING)?;
        let (free_at, failures) = (next.free_at.micros(), next.failures);
        turn.execute(params![shop.as_str(), webhook.as_str(), free_at, failures]).doing(WRITING)?;
        concerned.insert((shop.to_string(), webhook.to_string()));
    }
    let look = "UPDATE webhooks SET due_at = max(free_at, (
            SELECT next_at FROM deliveries d
            WHERE d.shop_id = webhooks.shop_id AND d.webhook_id = webhooks.webhook_id AND d.status = 'pending'
            ORDER BY next_at LIMIT 1))
        WHERE shop_id = ?1 AND webhook_id = ?2";
    for (shop, webhook) in concerned {
        db.prepare_cached(look).doing(WRITING)?.execute(params![shop, webhook]).doing(WRITING)?;
    }
    Ok(())
}

fn publish(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let publish =
        "INSERT INTO outbox (shop_id, event_id, type, subject, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let deliver = "INSERT INTO deliveries (shop_id, webhook_id, event_id, attempt, status, next_at)
        SELECT shop_id, webhook_id, ?3, 0, 'pending', ?4 FROM webhooks WHERE shop_id = ?1 AND webhook_id = ?2";
    // Where more waits already, nothing changes.
    let tell = "UPDATE webhooks SET due_at = max(free_at, ?3)
        WHERE shop_id = ?1 AND webhook_id = ?2 AND (due_at IS NULL OR due_at > max(free_at, ?3))";
    let mut publish = db.prepare_cached(publish).doing(WRITING)?;
    let mut deliver = db.prepare_cached(deliver).doing(WRITING)?;
    let mut tell = db.prepare_cached(tell).doing(WRITING)?;
    for event in &changes.outbox {
        let (shop, id, at) = (event.shop_id.as_str(), &event.event_id, event.at.micros());
        publish.execute(params![shop, id, event.event_type, event.subject, at, event.body]).doing(WRITING)?;
        let from = changes.deliver_from.unwrap_or(event.at).micros();
        for webhook in &event.receivers {
            if deliver.execute(params![shop, webhook.as_str(), id, from]).doing(WRITING)? == 0 {
                return Err(refused(format!("there is no webhook {webhook} in shop {shop}")));
            }
            tell.execute(params![shop, webhook.as_str(), from]).doing(WRITING)?;
        }
    }
    Ok(())
}

/// Settles attempts; the receivers, by shop and id, whose they were.
fn settle(db: &Connection, changes: &Changes) -> Result<BTreeSet<(String, String)>, StoreError> {
    let settle = "UPDATE deliveries SET status = ?2, attempt = ?3, next_at = ?4, reason = ?5
        WHERE delivery_id = ?1 RETURNING shop_id, webhook_id";
    let mut whose = BTreeSet::new();
    for update in &changes.delivery_updates {
        let (id, next_at) = (update.delivery_id, update.next_at.micros());
        let row = params![id, update.status.as_str(), update.attempt, next_at, update.reason];
        let mut settle = db.prepare_cached(settle).doing(WRITING)?;
        let mut found = settle.query(row).doing(WRITING)?;
        while let Some(row) = found.next().doing(WRITING)? {
            whose.insert((row.get(0).doing(WRITING)?, row.get(1).doing(WRITING)?));
        }
    }
    Ok(whose)
}

fn status(text: &str) -> Option<DeliveryStatus> {
    [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Dead]
        .into_iter()
        .find(|status| status.as_str() == text)
}

fn delivery(row: &Row<'_>) -> Result<Delivery, StoreError> {
    let cells = Cells::new(row, "deliveries", 1);
    Ok(Delivery {
        delivery_id: cells.number(0)?,
        shop_id: cells.id(1)?,
        webhook_id: cells.id(2)?,
        event_id: cells.text(3)?.to_owned(),
        event_type: cells.text(4)?.to_owned(),
        body: cells.text(5)?.to_owned(),
        at: cells.instant(6)?,
        attempt: cells.number(7)?,
        status: cells.parsed(8, status)?,
        next_at: cells.instant(9)?,
        reason: cells.text_or_null(10)?.map(str::to_owned),
    })
}

/// A webhook's deliveries of one status, after a delivery id.
pub fn deliveries(
    db: &Connection,
    shop: &ShopId,
    webhook: &WebhookId,
    status: DeliveryStatus,
    page: &Page,
) -> Read<Vec<Delivery>> {
    let last: i64 = page.after.as_ref().map_or(0, |key| key.parse().unwrap_or(i64::MAX));
    // The dead have an index of their own, which is found by the literal.
    let sql = match status {
        DeliveryStatus::Dead => select!(
            "FROM deliveries d JOIN outbox o ON o.shop_id = d.shop_id AND o.event_id = d.event_id
            WHERE d.shop_id = ?1 AND d.webhook_id = ?2 AND d.status = 'dead' AND ?3 = 'dead' AND d.delivery_id > ?4
            ORDER BY d.delivery_id LIMIT ?5"
        ),
        DeliveryStatus::Pending | DeliveryStatus::Delivered => select!(
            "FROM deliveries d JOIN outbox o ON o.shop_id = d.shop_id AND o.event_id = d.event_id
            WHERE d.shop_id = ?1 AND d.webhook_id = ?2 AND d.status = ?3 AND d.delivery_id > ?4
            ORDER BY d.delivery_id LIMIT ?5"
        ),
    };
    let wanted = params![shop.as_str(), webhook.as_str(), status.as_str(), last, at_most(page.limit)];
    all(db, sql, wanted, READING, delivery)
}

/// Receivers whose turn it is, those that have been failing last, each with what is due at it.
pub fn due_receivers(db: &Connection, pick: &Pick) -> Read<Vec<DueReceiver>> {
    let mut room = pick.room();
    let mut due = Vec::new();
    // An index of its own each: many that fail are no longer way to those that do not.
    for sql in [
        "SELECT shop_id, webhook_id, doc, failures FROM webhooks
        WHERE failures = 0 AND due_at <= ?1 ORDER BY due_at",
        "SELECT shop_id, webhook_id, doc, failures FROM webhooks
        WHERE failures > 0 AND due_at <= ?1 ORDER BY due_at",
    ] {
        walk(db, sql, pick, &mut room, &mut due)?;
    }
    for receiver in &mut due {
        receiver.deliveries = due_at(db, receiver, pick)?;
    }
    Ok(due)
}

/// Walks past those that are busy, and past shops that have all that they may have: no more than there are slots
/// and receivers of a shop.
fn walk(
    db: &Connection,
    sql: &str,
    pick: &Pick,
    room: &mut Room<'_>,
    due: &mut Vec<DueReceiver>,
) -> Result<(), StoreError> {
    let mut turns = db.prepare_cached(sql).doing(READING)?;
    let mut turns = turns.query([pick.now.micros()]).doing(READING)?;
    while let Some(row) = turns.next().doing(READING)? {
        let cells = Cells::new(row, "webhooks", 2);
        let (shop_id, webhook_id, failures) = (cells.id(0)?, cells.id(1)?, cells.number(3)?);
        if !room.is_left(failures) {
            break;
        }
        if room.take(&shop_id, &webhook_id, failures) {
            let webhook = cells.document(2)?;
            due.push(DueReceiver { shop_id, webhook, failures, deliveries: Vec::new() });
        }
    }
    Ok(())
}

fn due_at(db: &Connection, receiver: &DueReceiver, pick: &Pick) -> Read<Vec<Delivery>> {
    let sql = select!(
        "FROM deliveries d JOIN outbox o ON o.shop_id = d.shop_id AND o.event_id = d.event_id
        WHERE d.shop_id = ?1 AND d.webhook_id = ?2 AND d.status = 'pending' AND d.next_at <= ?3
        ORDER BY d.next_at, d.delivery_id LIMIT ?4"
    );
    let (shop, webhook) = (receiver.shop_id.as_str(), receiver.webhook.webhook_id.as_str());
    all(db, sql, params![shop, webhook, pick.now.micros(), at_most(pick.each)], READING, delivery)
}

/// A shop's published events by their ids; who receives them is with the deliveries.
pub fn outbox(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<OutboxRow>> {
    let sql = "SELECT shop_id, event_id, type, subject, at, body FROM outbox
        WHERE shop_id = ?1 AND event_id > ?2 ORDER BY event_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], "reading the outbox", |row| {
        let cells = Cells::new(row, "outbox", 2);
        Ok(OutboxRow {
            shop_id: cells.id(0)?,
            event_id: cells.text(1)?.to_owned(),
            event_type: cells.text(2)?.to_owned(),
            subject: cells.text(3)?.to_owned(),
            at: cells.instant(4)?,
            body: cells.text(5)?.to_owned(),
            receivers: Vec::new(),
        })
    })
}
