//! Coupons of batches that an order was placed with, or whose balance was paid with: its discounts name
//! them by their ids. They follow the order: held from its placing, used when it is paid, free again
//! when it ends unpaid, and back after a full refund where their batch says so.
//!
//! They take from the goods of their batch's scope, as the quote did (A-S1-6).
//!
//! The orders of one merged checkout share a coupon: see `checkout`.
//!
//! Never blocks an order: a coupon that cannot follow is noted in the timeline as `coupon.conflict`, as is
//! what `verdict` finds.

use super::{
    checkout,
    conflicts::{self, Found},
};
use crate::book::Draft;
use domain::{
    Code, CouponId, Instant, Refusal,
    catalog::Scope,
    coupon::CouponStatus,
    order::{Discount, Order, State, TimelineEntry, coupons},
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// None when the order was not there.
    state: Option<State>,
    is_refunded: bool,
    shows_conflicts: bool,
    named: Vec<(CouponId, Instant)>,
}

impl Default for Before {
    /// The order was not there.
    fn default() -> Self {
        Self { state: None, is_refunded: false, shows_conflicts: true, named: Vec::new() }
    }
}

impl Before {
    /// The order as it is.
    pub fn of(order: &Order) -> Self {
        Self {
            state: Some(order.state),
            is_refunded: order.is_refunded(),
            shows_conflicts: order.shows_conflicts(),
            named: coupons::of_order(order),
        }
    }
}

/// Moves the order's coupons to where the order is now.
pub fn follow(draft: &mut Draft<'_>, order: &mut Order, before: Before) {
    let now = Before::of(order);
    if now == before {
        return;
    }
    conflicts::follow(draft, order, before.shows_conflicts);
    // A payment that does not count after all takes its discounts along.
    for (id, _) in before.named.iter().filter(|(id, _)| now.named.iter().all(|(named, _)| named != id)) {
        if let Some(coupon) = draft.coupon(id).filter(|coupon| coupon.batch_id().is_some()) {
            checkout::settle(draft, Some(order), coupon);
        }
    }
    for (id, since) in now.named {
        let Some(coupon) = draft.coupon(&id).filter(|coupon| coupon.batch_id().is_some()) else {
            note_refusal(draft, order, &id, &Refusal::new(Code::NotFound));
            continue;
        };
        if let Err(refusal) = checkout::admit(draft, order, &coupon, since)
            && !matches!(order.state, State::Cancelled { .. })
        {
            note_refusal(draft, order, &id, &refusal);
        }
        let was_on = coupon.is_on(&order.order_id);
        checkout::settle(draft, Some(order), coupon);
        if now.is_refunded && !before.is_refunded && was_on {
            note_return(draft, order, &id);
        }
    }
}

fn note_refusal(draft: &mut Draft<'_>, order: &mut Order, id: &CouponId, refusal: &Refusal) {
    let detail = json!({ "coupon_id": id, "detail": draft.say(&refusal.detail) });
    conflicts::note(draft, order, Found { coupon_id: Some(id), kind: "", code: refusal.code, detail });
}

/// Everything went back: the coupon too, where its batch says so and its time is not over, unless another order of the
/// checkout keeps it.
fn note_return(draft: &mut Draft<'_>, order: &mut Order, id: &CouponId) {
    let Some(coupon) = draft.coupon(id) else { return };
    let Some(row) = coupon.batch_id().and_then(|batch| draft.batch(batch)) else { return };
    let detail = json!({ "coupon_id": id });
    if !row.record.batch.return_on_full_refund && order.called_off.is_none() {
        return;
    }
    if coupon.is_on(&order.order_id) {
        let over = draft.now >= coupon.usable_until;
        let code = if over { Code::CouponExpired } else { Code::CouponVoid };
        let entry = TimelineEntry::new(draft.now, "coupon.not_returned").code(code);
        draft.note(order, entry.detail(detail));
    } else if coupon.status == CouponStatus::Available {
        draft.note(order, TimelineEntry::new(draft.now, "coupon.returned").detail(detail));
        draft.publish_coupon("coupon.returned", &coupon);
    }
}
