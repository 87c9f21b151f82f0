//! Coupons of batches that an order was placed with, or whose balance was paid with: its discounts name
//! them by their ids. They follow the order: held from its placing, used when it is paid, free again
//! when it ends unpaid, and back after a full refund where their batch says so.
//!
//! They take from the goods of their batch's scope, as the quote did (A-S1-6).
//!
//! The orders of one merged checkout share a coupon: see `shared`.
//!
//! Never blocks an order: a coupon that cannot follow is noted in the timeline as `coupon.conflict`, as is
//! what `judged` finds.

use super::checkout;
use crate::book::Draft;
use domain::{
    Code, CouponId, Instant, Refusal,
    catalog::Scope,
    coupon::{Coupon, CouponStatus, Lock},
    order::{self, Discount, Order, State, TimelineEntry, coupons},
};
use serde_json::json;

/// The scopes of the batches whose coupons are named; of a discount that brings its own shares none is
/// needed.
pub fn scopes<'a>(draft: &Draft<'a>, discounts: &[Discount]) -> Vec<Option<&'a Scope>> {
    let scope = |discount: &Discount| {
        let id = coupons::coupon(discount).filter(|_| discount.lines.is_empty())?;
        let row = draft.coupon(&id).and_then(|coupon| draft.batch(coupon.batch_id()?))?;
        Some(&row.record.batch.scope)
    };
    discounts.iter().map(scope).collect()
}

/// What of an order decides about its coupons, as it was before something happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// None when the order was not there.
    state: Option<State>,
    is_refunded: bool,
    named: Vec<(CouponId, Instant)>,
}

impl Before {
    /// The order as it is.
    pub fn of(order: &Order) -> Self {
        let (state, is_refunded) = (Some(order.state), order.is_refunded());
        Self { state, is_refunded, named: coupons::of_order(order) }
    }
}

/// Moves the order's coupons to where the order is now.
pub fn follow(draft: &mut Draft<'_>, order: &mut Order, before: Before) {
    let now = Before::of(order);
    if now == before {
        return;
    }
    // A payment that does not count after all takes its discounts along.
    for (id, _) in before.named.iter().filter(|(id, _)| now.named.iter().all(|(named, _)| named != id)) {
        if let Some(coupon) = draft.coupon(id) {
            free(draft, order, coupon);
        }
    }
    for (id, since) in now.named {
        let Some(coupon) = draft.coupon(&id).filter(|coupon| coupon.batch_id().is_some()) else {
            note_refusal(draft, order, &id, &Refusal::new(Code::NotFound));
            continue;
        };
        let stands = before.state == now.state && before.named.contains(&(id.clone(), since));
        let done = match order.state {
            State::Open => hold(draft, order, coupon),
            State::Paid { .. } if stands => Ok(()),
            State::Paid { at } => spend(draft, order, coupon, since, at),
            State::Cancelled { .. } => {
                free(draft, order, coupon);
                Ok(())
            }
        };
        if let Err(refusal) = done {
            note_refusal(draft, order, &id, &refusal);
        }
        // What is used anew, by a payment that is told of otherwise, goes back anew.
        if now.is_refunded && !(before.is_refunded && stands) {
            give_back(draft, order, &id);
        }
    }
}

fn note_refusal(draft: &mut Draft<'_>, order: &mut Order, id: &CouponId, refusal: &Refusal) {
    conflict(draft, order, refusal.code, json!({ "coupon_id": id, "detail": refusal.detail }));
}

/// Notes what cannot be as the platform says.
pub fn conflict(draft: &mut Draft<'_>, order: &mut Order, code: Code, detail: serde_json::Value) {
    let entry = TimelineEntry::new(draft.now, "coupon.conflict").code(code).detail(detail);
    draft.note(order, entry);
}

fn check(draft: &Draft<'_>, order: &Order, coupon: &Coupon, since: Instant) -> Result<(), Refusal> {
    if coupon.customer_id != order.customer_id {
        return Err(Code::NotOwner.into());
    }
    let record = coupon.batch_id().and_then(|id| draft.batch(id)).map(|row| &row.record);
    let voided_at = record.and_then(|record| record.voided_at);
    // What the order holds stays with it.
    if voided_at.is_some_and(|voided| since >= voided) && !coupon.is_on(&order.order_id) {
        return Err(Code::CouponVoid.into());
    }
    Ok(())
}

/// The order was placed with it, or is open again.
fn hold(draft: &mut Draft<'_>, order: &Order, mut coupon: Coupon) -> Result<(), Refusal> {
    check(draft, order, &coupon, order.placed_at)?;
    let from = coupon.status;
    if order.placed_at >= coupon.usable_until {
        return Err(Code::CouponExpired.into());
    }
    if let Some(joined) = join(draft, order, &mut coupon, order.placed_at) {
        return joined;
    }
    if from == CouponStatus::Used && coupon.used_on.as_ref() == Some(&order.order_id) {
        coupon.give_back(draft.now, draft.now);
    }
    end_lock(&mut coupon, draft.now);
    let until = order::held_until(order, draft.now);
    coupon.lock(Lock { order_id: order.order_id.clone(), payment_id: None, until })?;
    draft.move_coupon(coupon, from);
    Ok(())
}

/// Shares a coupon that other orders have; `None` when none has it.
fn join(
    draft: &mut Draft<'_>,
    order: &Order,
    coupon: &mut Coupon,
    since: Instant,
) -> Option<Result<(), Refusal>> {
    let (from, was_on) = (coupon.status, coupon.is_on(&order.order_id));
    if coupon.lock.as_ref().is_some_and(|lock| lock.until <= draft.now) {
        checkout::end_lock(draft, Some(order), coupon);
    }
    let joined = checkout::join(draft, order, coupon, since)?;
    if joined || was_on {
        checkout::put(draft, coupon.clone(), from);
    }
    let taken = if from == CouponStatus::Used { Code::CouponUsed } else { Code::CouponLocked };
    Some(if joined { Ok(()) } else { Err(taken.into()) })
}

/// A lock that has run out holds nothing, even if its timer has not fired yet.
fn end_lock(coupon: &mut Coupon, now: Instant) {
    if coupon.lock.as_ref().is_some_and(|lock| lock.until <= now) {
        coupon.let_go();
    }
}

/// The order is paid.
fn spend(
    draft: &mut Draft<'_>,
    order: &Order,
    mut coupon: Coupon,
    since: Instant,
    at: Instant,
) -> Result<(), Refusal> {
    let from = coupon.status;
    if coupon.orders().any(|other| *other != order.order_id) {
        check(draft, order, &coupon, since)?;
        if let Some(joined) = join(draft, order, &mut coupon, since) {
            return joined;
        }
    } else if from == CouponStatus::Used && coupon.used_on.is_some() {
        // Paid by another payment than was thought.
        return Ok(());
    }
    check(draft, order, &coupon, since)?;
    if !coupon.is_held_by(&order.order_id) {
        end_lock(&mut coupon, draft.now);
    }
    coupon.redeem_placed(&order.order_id, since, at)?;
    draft.publish_coupon("coupon.used", &coupon);
    draft.move_coupon(coupon, from);
    Ok(())
}

/// The order ended unpaid: what it held or had used is free, as far as its time goes.
fn free(draft: &mut Draft<'_>, order: &Order, mut coupon: Coupon) {
    let from = coupon.status;
    if checkout::leave(draft, order, &mut coupon) {
        checkout::put(draft, coupon, from);
        return;
    }
    if coupon.is_held_by(&order.order_id) {
        coupon.let_go();
        coupon.expire(draft.now);
    } else if coupon.used_on.as_ref() == Some(&order.order_id) {
        coupon.give_back(draft.now, draft.now);
    } else {
        return;
    }
    if coupon.status == CouponStatus::Expired {
        draft.publish_coupon("coupon.expired", &coupon);
    }
    draft.move_coupon(coupon, from);
}

/// Everything went back: the coupon too, where its batch says so and its time is not over.
fn give_back(draft: &mut Draft<'_>, order: &mut Order, id: &CouponId) {
    let Some(mut coupon) = draft.coupon(id).filter(|coupon| coupon.is_on(&order.order_id)) else {
        return;
    };
    let Some(row) = coupon.batch_id().and_then(|batch| draft.batch(batch)) else { return };
    if !row.record.batch.return_on_full_refund {
        return;
    }
    let from = coupon.status;
    // Another order of the checkout keeps it, until it is the last.
    if checkout::leave(draft, order, &mut coupon) {
        checkout::put(draft, coupon, from);
        return;
    }
    let detail = json!({ "coupon_id": id });
    let over = draft.now >= coupon.usable_until;
    if over || row.record.voided_at.is_some() {
        let code = if over { Code::CouponExpired } else { Code::CouponVoid };
        let entry = TimelineEntry::new(draft.now, "coupon.not_returned").code(code);
        draft.note(order, entry.detail(detail));
        return;
    }
    coupon.give_back(draft.now, draft.now);
    draft.note(order, TimelineEntry::new(draft.now, "coupon.returned").detail(detail));
    draft.publish_coupon("coupon.returned", &coupon);
    draft.move_coupon(coupon, from);
}
