//! Published events and their deliveries: one for each receiver, tried until delivered or dead.

use crate::tables::{DeliveryRow, Tables, at, refused};
use crate::undo::{Undo, mark, put, take, unmark};
use domain::Instant;
use port::{Changes, DeliveryStatus, OutboxRow, StoreError};
use std::collections::BTreeSet;

/// Publishes, then settles attempts, then revives; deliveries of removed webhooks go last.
pub fn write(tables: &mut Tables, undo: &mut Undo, changes: &Changes) -> Result<(), StoreError> {
    for row in &changes.outbox {
        publish(tables, undo, row, changes.deliver_from.unwrap_or(row.at))?;
    }
    for update in &changes.delivery_updates {
        if let Some(known) = tables.deliveries.get(&update.delivery_id).cloned() {
            let row = DeliveryRow {
                status: update.status,
                attempt: update.attempt,
                next_at: update.next_at,
                reason: update.reason.clone(),
                ..known
            };
            replace(tables, undo, update.delivery_id, Some(row));
        }
    }
    for (shop, webhook, from) in &changes.revived {
        let dead = |row: &DeliveryRow| {
            row.status == DeliveryStatus::Dead && row.shop_id == *shop && row.webhook_id == *webhook
        };
        for (id, known) in found(tables, dead) {
            let next_at = changes.deliver_from.unwrap_or(*from);
            let row = DeliveryRow { status: DeliveryStatus::Pending, attempt: 0, next_at, ..known };
            replace(tables, undo, id, Some(row));
        }
    }
    for (shop, webhook, turn) in &changes.turns {
        if tables.of(shop).webhooks.contains_key(webhook) {
            put(tables, undo, at(shop, |s| &mut s.turns), webhook.clone(), *turn);
        }
    }
    for (shop, webhook) in &changes.webhooks_removed {
        take(tables, undo, at(shop, |s| &mut s.turns), webhook.clone());
        for (id, _) in found(tables, |row| row.shop_id == *shop && row.webhook_id == *webhook) {
            replace(tables, undo, id, None);
        }
    }
    Ok(())
}

fn found(tables: &Tables, wanted: impl Fn(&DeliveryRow) -> bool) -> Vec<(i64, DeliveryRow)> {
    let rows = tables.deliveries.iter().filter(|(_, row)| wanted(row));
    rows.map(|(id, row)| (*id, row.clone())).collect()
}

fn publish(tables: &mut Tables, undo: &mut Undo, row: &OutboxRow, due_at: Instant) -> Result<(), StoreError> {
    let shop = &row.shop_id;
    if tables.of(shop).outbox.contains_key(&row.event_id) {
        return Err(refused(format!("event {} of shop {shop} was published already", row.event_id)));
    }
    let kept = OutboxRow { receivers: Vec::new(), ..row.clone() };
    put(tables, undo, at(shop, |s| &mut s.outbox), row.event_id.clone(), kept);
    for webhook in &row.receivers {
        if !tables.of(shop).webhooks.contains_key(webhook) {
            return Err(refused(format!("there is no webhook {webhook} in shop {shop}")));
        }
        let delivery = DeliveryRow {
            shop_id: shop.clone(),
            webhook_id: webhook.clone(),
            event_id: row.event_id.clone(),
            attempt: 0,
            status: DeliveryStatus::Pending,
            next_at: due_at,
            reason: None,
        };
        let before = tables.last_delivery;
        undo.note(move |tables| tables.last_delivery = before);
        tables.last_delivery += 1;
        replace(tables, undo, tables.last_delivery, Some(delivery));
    }
    Ok(())
}

/// Puts a delivery, or takes it away, and keeps the queue of pending ones in step.
fn replace(tables: &mut Tables, undo: &mut Undo, id: i64, row: Option<DeliveryRow>) {
    if let Some(known) = tables.deliveries.get(&id) {
        let (place, whose) = ((known.next_at, id), waiting_at(known));
        unmark(tables, undo, whose, place);
    }
    let Some(row) = row else {
        take(tables, undo, |tables| &mut tables.deliveries, id);
        return;
    };
    if row.status == DeliveryStatus::Pending {
        mark(tables, undo, waiting_at(&row), (row.next_at, id));
    }
    put(tables, undo, |tables| &mut tables.deliveries, id, row);
}

/// What waits at the receiver of a delivery.
fn waiting_at(row: &DeliveryRow) -> impl Fn(&mut Tables) -> &mut BTreeSet<(Instant, i64)> + use<> + 'static {
    let receiver = (row.shop_id.clone(), row.webhook_id.clone());
    move |tables| tables.due_deliveries.entry(receiver.clone()).or_default()
}
