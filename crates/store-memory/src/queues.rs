//! Reads what is worked through: timers, deliveries, dispatches, and how much of it is pending.

use crate::page::three_parts;
use crate::tables::{DispatchRow, OfShop, Tables};
use domain::{
    Instant, MessageId, ShopId, WebhookId,
    message::{
        Channel, Payer,
        numbers::{Number, NumberKey},
    },
};
use port::{BillRow, Delivery, DeliveryStatus, Dispatch, DueReceiver, Page, Pick, Subject, Timer, Totals};
use std::collections::{BTreeMap, BTreeSet};

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

/// Receivers whose turn it is, those that have been failing last, each with what is due at it.
pub fn due_receivers(tables: &Tables, pick: &Pick) -> Vec<DueReceiver> {
    let mut turns: Vec<_> = tables
        .due_deliveries
        .iter()
        .filter_map(|(key, waiting)| {
            let (first, _) = waiting.first()?;
            let turn = tables.shops.get(&key.0)?.turns.get(&key.1);
            let (free_at, failures) = turn.map_or((*first, 0), |turn| (turn.free_at, turn.failures));
            Some((failures > 0, free_at.max(*first), key, failures))
        })
        .filter(|(_, due_at, ..)| *due_at <= pick.now)
        .collect();
    turns.sort();
    let mut room = pick.room();
    let with_deliveries = turns.into_iter().filter_map(|(_, _, key, failures)| {
        let webhook = tables.shops.get(&key.0)?.webhooks.get(&key.1)?.clone();
        if !room.take(&key.0, &key.1, failures) {
            return None;
        }
        let waiting = tables.due_deliveries.get(key)?.iter().take_while(|(next_at, _)| *next_at <= pick.now);
        let found = waiting.filter_map(|(_, id)| tables.delivery(*id, tables.deliveries.get(id)?));
        let deliveries = found.take(pick.each).collect();
        Some(DueReceiver { shop_id: key.0.clone(), webhook, failures, deliveries })
    });
    with_deliveries.collect()
}

/// Messages to hand over now by a channel, longest waiting first.
pub fn due_dispatches(tables: &Tables, channel: Channel, now: Instant, limit: usize) -> Vec<Dispatch> {
    let waiting = due(tables, now, |row| row.handed_at.is_none());
    waiting.filter(|dispatch| dispatch.message.channel == channel).take(limit).collect()
}

/// Messages that were handed over and are to be asked after now, longest waiting first.
pub fn due_questions(tables: &Tables, now: Instant, limit: usize) -> Vec<Dispatch> {
    due(tables, now, |row| row.handed_at.is_some()).take(limit).collect()
}

fn due(
    tables: &Tables,
    now: Instant,
    is_such: impl Fn(&DispatchRow) -> bool,
) -> impl Iterator<Item = Dispatch> {
    let mut due: Vec<_> =
        tables.dispatches.iter().filter(|(_, row)| row.next_at <= now && is_such(row)).collect();
    due.sort_by_key(|(key, row)| (row.next_at, *key));
    due.into_iter().filter_map(|((shop, id), _)| dispatch(tables, shop, id))
}

/// A message that is on its way.
pub fn dispatch(tables: &Tables, shop: &ShopId, id: &MessageId) -> Option<Dispatch> {
    let row = tables.dispatches.get(&(shop.clone(), id.clone()))?;
    let message = tables.shops.get(shop)?.messages.get(id)?.clone();
    let DispatchRow { deliver_until, attempt, next_at, said, tried_at, handed_at } = row.clone();
    Some(Dispatch { message, deliver_until, attempt, next_at, said, tried_at, handed_at })
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
        pending_deliveries: count(tables.due_deliveries.values().map(BTreeSet::len).sum()),
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

/// What a shop's messages of a span cost, by kind, channel, payer and what became of them.
pub fn bill(of: &OfShop, from: Instant, to: Instant) -> Vec<BillRow> {
    let mut found: BTreeMap<_, BillRow> = BTreeMap::new();
    for message in of.messages.values() {
        let Some(sending) = &message.sending else { continue };
        if !message.sent_at.is_some_and(|at| from <= at && at < to) {
            continue;
        }
        let is_paid = sending.payer == Payer::Merchant;
        let (kind, channel, status) = (message.kind, message.channel, message.status);
        let charge = sending.charge();
        let place = (kind.as_str(), channel.as_str(), is_paid, status.as_str(), charge.as_str());
        let row = found.entry(place).or_insert(BillRow {
            kind,
            channel,
            is_paid,
            charge,
            status,
            messages: 0,
            segments: 0,
            provider_segments: 0,
            uncounted: 0,
        });
        row.messages += 1;
        row.segments += u64::from(sending.segments);
        match sending.provider_segments {
            Some(segments) => row.provider_segments += u64::from(segments),
            None => row.uncounted += u64::from(sending.segments),
        }
    }
    found.into_values().collect()
}

/// Shops that know any of these numbers, each with what it knows.
pub fn shops_of_numbers(tables: &Tables, numbers: &[NumberKey]) -> Vec<(ShopId, NumberKey, Number)> {
    let of = |key: &NumberKey| -> Vec<_> {
        let known =
            |(shop, of): (&ShopId, &OfShop)| Some((shop.clone(), key.clone(), of.numbers.get(key)?.clone()));
        tables.shops.iter().filter_map(known).collect()
    };
    numbers.iter().flat_map(of).collect()
}
