//! Orders and coupons, and the timers that move with them.

use crate::tables::{StoredOrder, Tables, at, refused};
use crate::undo::{Undo, mark, put, unmark};
use domain::{Instant, ShopId, coupon::Coupon};
use port::{Change, OrderRow, StoreError, Subject, Timer};

/// Writes an order, adds to its timeline and moves its timer.
pub fn write(tables: &mut Tables, undo: &mut Undo, change: &Change<OrderRow>) -> Result<(), StoreError> {
    let (shop, id) = (&change.key.0, &change.key.1);
    let OrderRow { order, wake_at, timeline } = &change.row;
    let known = tables.of(shop).orders.get_mut(id);
    match (&known, change.is_new) {
        (Some(_), true) => {
            return Err(refused(format!("order {id} of shop {shop} exists already")));
        }
        (None, false) => return Err(refused(format!("there is no order {id} in shop {shop}"))),
        (Some(_), false) | (None, true) => {}
    }
    let before = known.map(|stored| (stored.timeline.len(), stored));
    if let Some((length, stored)) = before {
        append(&mut stored.timeline, timeline);
        let order = std::mem::replace(&mut stored.order, (**order).clone());
        let wake_at = std::mem::replace(&mut stored.wake_at, *wake_at);
        let (place, id) = (at(shop, |s| &mut s.orders), id.clone());
        undo.note(move |tables| {
            if let Some(stored) = place(tables).get_mut(&id) {
                stored.timeline.truncate(length);
                (stored.order, stored.wake_at) = (order, wake_at);
            }
        });
    } else {
        let mut stored = StoredOrder { order: (**order).clone(), wake_at: *wake_at, timeline: String::new() };
        append(&mut stored.timeline, timeline);
        put(tables, undo, at(shop, |s| &mut s.orders), id.clone(), stored);
    }
    move_timer(tables, undo, shop, || Subject::Order(id.clone()), change.old_wake, *wake_at);
    Ok(())
}

fn append(timeline: &mut String, lines: &str) {
    timeline.push_str(lines);
    if !lines.is_empty() && !lines.ends_with('\n') {
        timeline.push('\n');
    }
}

/// Writes a coupon and moves its timer.
pub fn write_coupon(tables: &mut Tables, undo: &mut Undo, change: &Change<Coupon>) -> Result<(), StoreError> {
    let Change { key: (shop, id), row: coupon, is_new, old_wake, .. } = change;
    match (tables.of(shop).coupons.contains_key(id), *is_new) {
        (true, true) => {
            return Err(refused(format!("coupon {id} of shop {shop} exists already")));
        }
        (false, false) => return Err(refused(format!("there is no coupon {id} in shop {shop}"))),
        (true, false) => {}
        (false, true) => {
            let (of, customer) = (at(shop, |s| &mut s.coupons_of), coupon.customer_id.clone());
            mark(tables, undo, move |tables| of(tables).entry(customer.clone()).or_default(), id.clone());
            if let Some(batch) = coupon.batch_id().cloned() {
                let of = at(shop, |s| &mut s.coupons_of_batch);
                mark(tables, undo, move |tables| of(tables).entry(batch.clone()).or_default(), id.clone());
            }
        }
    }
    put(tables, undo, at(shop, |s| &mut s.coupons), id.clone(), coupon.clone());
    move_timer(tables, undo, shop, || Subject::Coupon(id.clone()), *old_wake, coupon.wake_at);
    Ok(())
}

/// Moves the timer of a subject, if its time changed.
pub fn move_timer(
    tables: &mut Tables,
    undo: &mut Undo,
    shop: &ShopId,
    subject: impl Fn() -> Subject,
    from: Option<Instant>,
    to: Option<Instant>,
) {
    if from == to {
        return;
    }
    let timer = |due_at| Timer { due_at, shop_id: shop.clone(), subject: subject() };
    if let Some(due_at) = from {
        unmark(tables, undo, |tables| &mut tables.timers, timer(due_at));
    }
    if let Some(due_at) = to {
        mark(tables, undo, |tables| &mut tables.timers, timer(due_at));
    }
}
