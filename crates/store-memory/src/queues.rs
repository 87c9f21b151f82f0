//! Reads what is worked through: timers, deliveries, dispatches, and how much of it is pending.

use crate::page::three_parts;
use crate::tables::{DispatchRow, Tables};
use domain::{Instant, MessageId, ShopId, WebhookId};
use port::{Delivery, DeliveryStatus, Dispatch, Page, Subject, Timer, Totals, Webhook};

/// A webhook's deliveries of one status, after a delivery id.
pub fn deliveries(
    tables: &Tables,
    shop: &ShopId,
    webhook: &WebhookId,
    status: DeliveryStatus,
    page: &Page,
) -> Vec<Delivery> {
    let last = page.after.as_ref().map_or(0, |key| key.parse().unwrap_or(i64::MAX));
    let rows = tables.deliveries.range(last.saturating_add(1)..);
    let wanted =
        rows.filter(|(_, row)| row.status == status && row.shop_id == *shop && row.webhook_id == *webhook);
    wanted.filter_map(|(id, row)| tables.delivery(*id, row)).take(page.limit).collect()
}

/// Deliveries to try now, longest waiting first, each with its webhook.
pub fn due_deliveries(tables: &Tables, now: Instant, limit: usize) -> Vec<(Delivery, Webhook)> {
    let due = tables.due_deliveries.iter().take_while(|(next_at, _)| *next_at <= now);
    let with_webhook = due.filter_map(|(_, id)| {
        let delivery = tables.delivery(*id, tables.deliveries.get(id)?)?;
        let webhook = tables.shops.get(&delivery.shop_id)?.webhooks.get(&delivery.webhook_id)?;
        Some((delivery, webhook.clone()))
    });
    with_webhook.take(limit).collect()
}

/// Messages to hand over now, longest waiting first.
pub fn due_dispatches(tables: &Tables, now: Instant, limit: usize) -> Vec<Dispatch> {
    let mut due: Vec<_> = tables.dispatches.iter().filter(|(_, row)| row.next_at <= now).collect();
    due.sort_by_key(|(key, row)| (row.next_at, *key));
    let dispatch = |((shop, id), row): (&(ShopId, MessageId), &DispatchRow)| {
        let message = tables.shops.get(shop)?.messages.get(id)?.clone();
        let (deliver_until, attempt, next_at) = (row.deliver_until, row.attempt, row.next_at);
        Some(Dispatch { message, deliver_until, attempt, next_at })
    };
    due.into_iter().filter_map(dispatch).take(limit).collect()
}

/// A shop's timers, after `due_at|kind|id`.
pub fn timers(tables: &Tables, shop: &ShopId, page: &Page) -> Vec<Timer> {
    let last = page
        .after
        .as_deref()
        .map(three_parts)
        .map(|(due_at, kind, id)| (due_at.parse().unwrap_or(i64::MAX), place(kind), id));
    let is_late = |timer: &&Timer| match last {
        None => true,
        Some(last) => {
            let (kind, id) = timer.subject.parts();
            (timer.due_at.micros(), place(kind), id) > last
        }
    };
    let of_shop = tables.timers.iter().filter(|timer| timer.shop_id == *shop);
    of_shop.filter(is_late).take(page.limit).cloned().collect()
}

/// Where a kind stands among timers of one moment.
fn place(kind: &str) -> usize {
    Subject::KINDS.iter().position(|known| *known == kind).unwrap_or(Subject::KINDS.len())
}

/// Counts what monitoring asks for.
pub fn totals(tables: &Tables) -> Totals {
    let dead = tables.deliveries.values().filter(|row| row.status == DeliveryStatus::Dead);
    Totals {
        shops: count(tables.shops.values().filter(|of| of.shop.is_some()).count()),
        pending_timers: count(tables.timers.len()),
        parked_events: count(tables.shops.values().map(|of| of.parked.len()).sum()),
        pending_deliveries: count(tables.due_deliveries.len()),
        dead_deliveries: count(dead.count()),
        pending_dispatches: count(tables.dispatches.len()),
        money_to_return: {
            let orders = tables.shops.values().flat_map(|of| of.orders.values());
            count(orders.map(|stored| stored.order.to_return().len()).sum())
        },
        coupon_conflicts: count(tables.shops.values().map(|of| of.conflicts.len()).sum()),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
