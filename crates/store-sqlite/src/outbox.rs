//! What happened here, for the outside, and its deliveries to webhooks.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::query::{after, all, at_most};
use domain::{Instant, ShopId, WebhookId};
use port::{Changes, Delivery, DeliveryStatus, OutboxRow, Page, Read, StoreError, Webhook};
use rusqlite::{Connection, Row, params};

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

/// Publishes events with a delivery for each receiver, settles attempts, revives dead deliveries.
pub fn write(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let publish =
        "INSERT INTO outbox (shop_id, event_id, type, subject, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let deliver = "INSERT INTO deliveries (shop_id, webhook_id, event_id, attempt, status, next_at)
        SELECT shop_id, webhook_id, ?3, 0, 'pending', ?4 FROM webhooks WHERE shop_id = ?1 AND webhook_id = ?2";
    let mut publish = db.prepare_cached(publish).doing(WRITING)?;
    let mut deliver = db.prepare_cached(deliver).doing(WRITING)?;
    for event in &changes.outbox {
        let (shop, id, at) = (event.shop_id.as_str(), &event.event_id, event.at.micros());
        publish.execute(params![shop, id, event.event_type, event.subject, at, event.body]).doing(WRITING)?;
        for webhook in &event.receivers {
            let row = params![shop, webhook.as_str(), id, at];
            if deliver.execute(row).doing(WRITING)? == 0 {
                return Err(refused(format!("there is no webhook {webhook} in shop {shop}")));
            }
        }
    }
    let settle =
        "UPDATE deliveries SET status = ?2, attempt = ?3, next_at = ?4, reason = ?5 WHERE delivery_id = ?1";
    for update in &changes.delivery_updates {
        let mut settle = db.prepare_cached(settle).doing(WRITING)?;
        let (id, next_at) = (update.delivery_id, update.next_at.micros());
        settle
            .execute(params![id, update.status.as_str(), update.attempt, next_at, update.reason])
            .doing(WRITING)?;
    }
    let revive = "UPDATE deliveries SET status = 'pending', attempt = 0, next_at = ?3
        WHERE shop_id = ?1 AND webhook_id = ?2 AND status = 'dead'";
    for (shop, webhook, from) in &changes.revived {
        let mut revive = db.prepare_cached(revive).doing(WRITING)?;
        revive.execute(params![shop.as_str(), webhook.as_str(), from.micros()]).doing(WRITING)?;
    }
    Ok(())
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

/// Deliveries to try now, longest waiting first, each with its webhook.
pub fn due_deliveries(db: &Connection, now: Instant, limit: usize) -> Read<Vec<(Delivery, Webhook)>> {
    let sql = select!(
        ", w.doc FROM deliveries d JOIN outbox o ON o.shop_id = d.shop_id AND o.event_id = d.event_id
        JOIN webhooks w ON w.shop_id = d.shop_id AND w.webhook_id = d.webhook_id
        WHERE d.status = 'pending' AND d.next_at <= ?1 ORDER BY d.next_at, d.delivery_id LIMIT ?2"
    );
    all(db, sql, params![now.micros(), at_most(limit)], READING, |row| {
        Ok((delivery(row)?, Cells::new(row, "webhooks", 1).document(11)?))
    })
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
