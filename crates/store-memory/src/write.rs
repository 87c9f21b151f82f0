//! Writes a batch's changes, row by row, each with its way back.

use crate::open::Open;
use crate::orders::move_timer;
use crate::tables::{DispatchRow, OfShop, Tables, at, refused};
use crate::undo::{Undo, put, take};
use crate::{delivery, pool, undo};
use domain::{Instant, MessageId, ShopId};
use port::{Before, Changes, DispatchUpdate, Handing, Nouns, Repeats, StoreError, Subject, WalletChange};

/// Writes all of them, or breaks off at the first that no store may keep.
pub fn write(open: &mut Open<'_>, changes: &Changes) -> Result<(), StoreError> {
    settings(open.tables, &mut open.undo, changes)?;
    batches(open.tables, &mut open.undo, changes)?;
    open.write_tables(changes)?;
    let Open { tables, undo, .. } = open;
    pool::write(tables, undo, &changes.pool)?;
    for (shop, order, row) in &changes.parked {
        let key = (order.clone(), row.event.source.clone(), row.event.event_id.clone());
        put(tables, undo, at(shop, |s| &mut s.parked), key, row.clone());
    }
    if let Some(before) = changes.forget_early {
        forget_early(tables, undo, before);
    }
    for (shop, order, source, event) in &changes.unparked {
        take(tables, undo, at(shop, |s| &mut s.parked), (order.clone(), source.clone(), event.clone()));
    }
    for entry in &changes.entries {
        let key = (entry.order_id.clone(), entry.number);
        if tables.of(&entry.shop_id).entries.contains_key(&key) {
            return Err(refused(format!("entry {} of order {} exists already", key.1, key.0)));
        }
        put(tables, undo, at(&entry.shop_id, |s| &mut s.entries), key, entry.clone());
    }
    dispatches(tables, undo, changes)?;
    delivery::write(tables, undo, changes)?;
    for (shop, webhook) in &changes.webhooks_removed {
        take(tables, undo, at(shop, |s| &mut s.webhooks), webhook.clone());
    }
    if let Some(moment) = changes.sandbox_clock {
        let before = tables.sandbox_clock.replace(moment);
        undo.note(move |tables| tables.sandbox_clock = before);
    }
    Ok(())
}

fn settings(tables: &mut Tables, undo: &mut Undo, changes: &Changes) -> Result<(), StoreError> {
    for shop in &changes.shops {
        let (place, id) = (at(&shop.shop_id, |s| &mut s.shop), shop.shop_id.clone());
        let before = tables.of(&id).shop.replace(shop.clone());
        undo.note(move |tables| *place(tables) = before);
    }
    for (shop, centre) in &changes.centres {
        known_shop(tables, shop)?;
        let place = at(shop, |s| &mut s.centre);
        let before = place(tables).replace(centre.clone());
        undo.note(move |tables| *place(tables) = before);
    }
    for WalletChange { shop_id: shop, wallet, old_wake } in &changes.wallets {
        known_shop(tables, shop)?;
        let place = at(shop, |s| &mut s.wallet);
        let before = place(tables).replace(wallet.clone());
        undo.note(move |tables| *place(tables) = before);
        move_timer(tables, undo, shop, || Subject::Wallet, *old_wake, wallet.differences.tell_at);
    }
    for (shop, number) in &changes.sequences {
        known_shop(tables, shop)?;
        let place = at(shop, |s| &mut s.sequence);
        let before = std::mem::replace(place(tables), *number);
        undo.note(move |tables| *place(tables) = before);
    }
    for (shop, number) in &changes.booked {
        known_shop(tables, shop)?;
        let place = at(shop, |s| &mut s.booked);
        let before = std::mem::replace(place(tables), *number);
        undo.note(move |tables| *place(tables) = before);
    }
    for (shop, campaign) in &changes.campaigns {
        known_shop(tables, shop)?;
        put(tables, undo, at(shop, |s| &mut s.campaigns), campaign.campaign_id.clone(), campaign.clone());
    }
    for (shop, campaign, counters) in &changes.counters {
        if !tables.of(shop).campaigns.contains_key(campaign) {
            return Err(refused(format!("there is no campaign {campaign} in shop {shop} to count for")));
        }
        put(tables, undo, at(shop, |s| &mut s.counters), campaign.clone(), counters.clone());
    }
    for (shop, webhook) in &changes.webhooks {
        known_shop(tables, shop)?;
        put(tables, undo, at(shop, |s| &mut s.webhooks), webhook.webhook_id.clone(), webhook.clone());
    }
    Ok(())
}

fn batches(tables: &mut Tables, undo: &mut Undo, changes: &Changes) -> Result<(), StoreError> {
    for (shop, record) in &changes.batches {
        known_shop(tables, shop)?;
        put(tables, undo, at(shop, |s| &mut s.batches), record.batch.batch_id.clone(), record.clone());
    }
    for ((shop, campaign, wave, quarter), sums) in &changes.happened {
        let key = (campaign.clone(), wave.clone(), *quarter);
        let mut now = tables.of(shop).happened.get(&key).copied().unwrap_or_default();
        now.add(sums, 1);
        put(tables, undo, at(shop, |s| &mut s.happened), key, now);
    }
    for (shop, batch, counters) in &changes.batch_counters {
        if !tables.of(shop).batches.contains_key(batch) {
            return Err(refused(format!("there is no coupon batch {batch} in shop {shop} to count for")));
        }
        put(tables, undo, at(shop, |s| &mut s.batch_counters), batch.clone(), *counters);
    }
    Ok(())
}

fn known_shop(tables: &mut Tables, shop: &ShopId) -> Result<(), StoreError> {
    let known = tables.of(shop).shop.is_some();
    known.then_some(()).ok_or_else(|| refused(format!("there is no shop {shop}")))
}

/// Forgets early reports of before.
fn forget_early(tables: &mut Tables, undo: &mut Undo, before: Instant) {
    let of = |(shop, of): (&ShopId, &OfShop)| -> Vec<_> {
        let old = of.early_reports.iter().filter(|(_, row)| row.told_at < before);
        old.map(|(id, _)| (shop.clone(), id.clone())).collect()
    };
    let old: Vec<_> = tables.shops.iter().flat_map(of).collect();
    for (shop, id) in old {
        take(tables, undo, at(&shop, |s| &mut s.early_reports), id);
    }
}

/// Changes a message on its way, where there is one.
fn change(
    tables: &mut Tables,
    undo: &mut Undo,
    (shop, message): (&ShopId, &MessageId),
    change: impl FnOnce(&mut DispatchRow),
) {
    let key = (shop.clone(), message.clone());
    if let Some(mut row) = tables.dispatches.get(&key).cloned() {
        change(&mut row);
        put(tables, undo, |tables| &mut tables.dispatches, key, row);
    }
}

/// Marks messages as handed over; whether each may be sent.
pub fn hand_over(open: &mut Open<'_>, messages: &[Handing]) -> Vec<bool> {
    let mut mark = |one: &Handing| {
        let key = (one.shop_id.clone(), one.message_id.clone());
        let known = open.tables.dispatches.get(&key);
        let may_be_sent = known.is_some_and(|row| row.handed_at.is_none() && row.next_at <= one.at);
        if may_be_sent {
            change(open.tables, &mut open.undo, (&key.0, &key.1), |row| match one.repeats {
                Repeats::Dropped => row.tried_at = row.tried_at.or(Some(one.at)),
                Repeats::Sent { ask_at } => (row.handed_at, row.next_at) = (Some(one.at), ask_at),
            });
        }
        may_be_sent
    };
    messages.iter().map(&mut mark).collect()
}

fn dispatches(tables: &mut Tables, undo: &mut Undo, changes: &Changes) -> Result<(), StoreError> {
    for dispatch in &changes.dispatches {
        let (shop, id) = (&dispatch.message.shop_id, &dispatch.message.message_id);
        if !tables.of(shop).messages.contains_key(id) {
            return Err(refused(format!("there is no message {id} in shop {shop} to dispatch")));
        }
        let row = DispatchRow {
            deliver_until: dispatch.deliver_until,
            attempt: dispatch.attempt,
            next_at: dispatch.next_at,
            said: dispatch.said.clone(),
            tried_at: dispatch.tried_at,
            handed_at: dispatch.handed_at,
        };
        put(tables, undo, |tables| &mut tables.dispatches, (shop.clone(), id.clone()), row);
    }
    for update in &changes.dispatch_updates {
        match update {
            DispatchUpdate::Done { shop_id, message_id } => {
                undo::take(tables, undo, |t| &mut t.dispatches, (shop_id.clone(), message_id.clone()));
            }
            DispatchUpdate::Retry { shop_id, message_id, attempt, next_at, before } => {
                change(tables, undo, (shop_id, message_id), |row| {
                    (row.attempt, row.next_at, row.handed_at) = (*attempt, *next_at, None);
                    row.tried_at = match before {
                        Before::NotTaken => None,
                        Before::PerhapsTaken => row.tried_at.or(Some(*next_at)),
                    };
                });
            }
            DispatchUpdate::PutOff { shop_id, message_id, next_at } => {
                change(tables, undo, (shop_id, message_id), |row| row.next_at = *next_at);
            }
            DispatchUpdate::Ask { shop_id, message_id, at, next_at } => {
                change(tables, undo, (shop_id, message_id), |row| {
                    row.handed_at = row.handed_at.or(row.tried_at).or(Some(*at));
                    row.next_at = *next_at;
                });
            }
        }
    }
    Ok(())
}
