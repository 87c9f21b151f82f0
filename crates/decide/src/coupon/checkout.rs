//! A coupon that several orders name: the parts of one merged checkout (S1-R02, A-S1-6).
//!
//! They share it as long as their parts together are no more than it saves; the last to leave gives it
//! back. An order whose part is too large is a conflict, as it would be with a coupon of another checkout.

use crate::book::Draft;
use domain::{
    Instant, OrderId,
    coupon::{Coupon, CouponKind, CouponStatus, OnOrder},
    limits,
    order::{self, Order, State, coupons},
};
use money::Money;

/// An order as it is now: the one that is decided about is not in the draft yet.
fn find(draft: &Draft<'_>, current: &Order, id: &OrderId) -> Option<Order> {
    if *id == current.order_id { Some(current.clone()) } else { draft.order(id) }
}

/// Whether the order shares the coupon with orders that have it already: `None` when nobody else has
/// it, `Some(false)` when its part is too large.
pub fn join(draft: &mut Draft<'_>, order: &Order, coupon: &mut Coupon, since: Instant) -> Option<bool> {
    let others: Vec<OrderId> = coupon.orders().filter(|id| **id != order.order_id).cloned().collect();
    let paid = matches!(order.state, State::Paid { .. });
    let ([first, ..], id) = (&others[..], &coupon.coupon_id) else { return None };
    let own = coupons::part(order, id);
    let batch = coupon.batch_id().and_then(|id| draft.batch(id));
    let most = batch.and_then(|row| row.record.batch.benefit.fixed()).unwrap_or_default();
    let is_part = coupon.kind() != CouponKind::Payment && own.is_positive() && own < most;
    // A checkout elsewhere holds it for an order that has not been placed: money has come before it.
    let held_ahead = |known: Option<Order>| known.is_none_or(|known| !coupons::names(&known, id));
    if others.len() == 1 && coupon.used_on.is_none() && held_ahead(draft.order(first)) {
        if paid && is_part && coupon.lock.as_ref().is_some_and(|lock| lock.payment_id.is_none()) {
            coupon.let_go();
        }
        return None;
    }
    let known: Vec<Order> = others.iter().filter_map(|other| draft.order(other)).collect();
    let whole = known.iter().map(|other| coupons::part(other, id)).sum::<Money>() + own;
    let late = since >= coupon.usable_until && !coupon.is_on(&order.order_id);
    let fits = is_part && whole <= most && others.len() < limits::COUPON_ORDERS && !late;
    let all = others.into_iter().chain(fits.then(|| order.order_id.clone()));
    stand(draft, order, coupon, all.collect());
    Some(fits)
}

/// The order no longer has the coupon. `false` when nobody else has it either: then it is as it was.
pub fn leave(draft: &Draft<'_>, order: &Order, coupon: &mut Coupon) -> bool {
    let others: Vec<OrderId> = coupon.orders().filter(|id| **id != order.order_id).cloned().collect();
    let shared = !others.is_empty() && coupon.is_on(&order.order_id);
    if shared {
        stand(draft, order, coupon, others);
    }
    shared
}

/// Looks again who holds the coupon of several orders, because a lock has run out.
pub fn end_lock(draft: &Draft<'_>, current: Option<&Order>, coupon: &mut Coupon) {
    let all: Vec<OrderId> = coupon.orders().cloned().collect();
    let first = all.first().and_then(|id| draft.order(id));
    match current.or(first.as_ref()) {
        Some(current) if !coupon.also_on.is_empty() => stand(draft, current, coupon, all),
        Some(_) | None => coupon.let_go(),
    }
}

/// Puts the coupon on those of the orders that are not cancelled.
fn stand(draft: &Draft<'_>, current: &Order, coupon: &mut Coupon, orders: Vec<OrderId>) {
    let standing = |id: OrderId| {
        let order = find(draft, current, &id)?;
        let paid_at = match order.state {
            State::Open => None,
            State::Paid { at } => Some(at),
            State::Cancelled { .. } => return None,
        };
        let held_until = order::held_until(&order, draft.now);
        Some(OnOrder { order_id: id, paid_at, held_until })
    };
    coupon.stand_on(orders.into_iter().filter_map(standing).collect(), draft.now);
}

/// Stores a coupon that came to other orders.
pub fn put(draft: &mut Draft<'_>, coupon: Coupon, from: CouponStatus) {
    match coupon.status {
        CouponStatus::Used if from != CouponStatus::Used => draft.publish_coupon("coupon.used", &coupon),
        CouponStatus::Expired if from != CouponStatus::Expired => {
            draft.publish_coupon("coupon.expired", &coupon);
        }
        CouponStatus::Available
        | CouponStatus::Locked
        | CouponStatus::Used
        | CouponStatus::Expired
        | CouponStatus::Void => {}
    }
    draft.move_coupon(coupon, from);
}
