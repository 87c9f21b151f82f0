//! What cannot be as the platform says of an order's coupons and assets: noted in its timeline, listed, published, and
//! taken off the list when it holds no longer (S0-R31).

use crate::book::Draft;
use domain::{
    Code, CouponId,
    order::{CouponConflict, Order, TimelineEntry},
};
use port::ConflictRow;
use serde_json::{Value, json};

/// What was found.
pub struct Found<'a> {
    pub coupon_id: Option<&'a CouponId>,
    /// The kind of the asset or promotion, where it is no coupon.
    pub kind: &'a str,
    pub code: Code,
    pub detail: Value,
}

/// Notes it with the order; what is known already stays as it is.
pub fn note(draft: &mut Draft<'_>, order: &mut Order, found: Found<'_>) {
    let Found { coupon_id, kind, code, detail } = found;
    if order.has_conflict(coupon_id, kind, code) {
        return;
    }
    let entry = TimelineEntry::new(draft.now, "coupon.conflict").code(code).detail(detail);
    draft.note(order, entry);
    let conflict_id = draft.next("cf");
    let coupon_id = coupon_id.cloned();
    let conflict = CouponConflict { conflict_id, coupon_id, kind: kind.into(), code, at: draft.now };
    if order.shows_conflicts() {
        list(draft, order, &conflict);
        publish(draft, order, &conflict);
    }
    order.conflicts.push(conflict);
}

/// Takes away those codes of a coupon, but for one.
pub fn end(draft: &mut Draft<'_>, order: &mut Order, coupon: &CouponId, codes: &[Code], but: Option<Code>) {
    for conflict in order.drop_conflicts(coupon, codes, but) {
        let detail = json!({ "coupon_id": coupon });
        let entry = TimelineEntry::new(draft.now, "coupon.conflict_over").code(conflict.code);
        draft.note(order, entry.detail(detail));
        unlist(draft, order, &conflict);
    }
}

/// An order that was cancelled is on no list; one that is revived is on it again.
pub fn follow(draft: &mut Draft<'_>, order: &Order, was_listed: bool) {
    let is_listed = order.shows_conflicts();
    if is_listed == was_listed {
        return;
    }
    for conflict in &order.conflicts {
        if is_listed {
            list(draft, order, conflict);
        } else {
            unlist(draft, order, conflict);
        }
    }
}

fn list(draft: &mut Draft<'_>, order: &Order, conflict: &CouponConflict) {
    let row = ConflictRow { order_id: order.order_id.clone(), conflict: conflict.clone(), is_over: false };
    draft.changes().conflicts.push(row);
}

fn unlist(draft: &mut Draft<'_>, order: &Order, conflict: &CouponConflict) {
    let row = ConflictRow { order_id: order.order_id.clone(), conflict: conflict.clone(), is_over: true };
    draft.changes().conflicts.push(row);
}

fn publish(draft: &mut Draft<'_>, order: &Order, conflict: &CouponConflict) {
    let CouponConflict { conflict_id, coupon_id, kind, code, at } = conflict;
    let kind = Some(kind).filter(|kind| !kind.is_empty());
    let body = json!({
        "conflict_id": conflict_id, "order_id": order.order_id, "customer_id": order.customer_id,
        "coupon_id": coupon_id, "kind": kind, "code": code, "at": draft.show(*at),
    });
    draft.publish("coupon.conflict", order.order_id.as_str(), &body);
}
