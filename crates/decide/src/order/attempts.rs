//! Attempts to pay: what they hold, and how they let go of it.

use crate::book::Draft;
use domain::{
    CouponId, Instant, PaymentId,
    order::{Order, Payment, PaymentStatus, TimelineEntry},
};
use serde_json::json;

/// Ends the other attempts of a paid order and lets go of what they hold.
pub fn close_attempts(
    draft: &mut Draft<'_>,
    order: &mut Order,
    winner: &PaymentId,
    used: Option<&CouponId>,
    at: Instant,
) {
    let open = |p: &&Payment| p.status == PaymentStatus::Started && p.payment_id != *winner;
    let others: Vec<PaymentId> = order.payments.iter().filter(open).map(|p| p.payment_id.clone()).collect();
    for id in others {
        if let Some(coupon) = order.fail_payment(&id).filter(|coupon| Some(coupon) != used) {
            release(draft, &coupon, &id);
        }
        draft.note(order, TimelineEntry::new(at, "payment.superseded").detail(json!({ "payment_id": id })));
    }
}

/// The coupons that attempts in progress hold.
pub fn held_by_attempts(order: &Order) -> Vec<(PaymentId, CouponId)> {
    let started = order.payments.iter().filter(|p| p.status == PaymentStatus::Started);
    started.filter_map(|p| Some((p.payment_id.clone(), p.coupon_id.clone()?))).collect()
}

/// A payment lets go of the coupon that it holds.
pub fn release(draft: &mut Draft<'_>, coupon: &CouponId, payment: &PaymentId) {
    let Some(mut coupon) = draft.coupon(coupon) else {
        return;
    };
    let from = coupon.status;
    if coupon.unlock(payment) {
        draft.move_coupon(coupon, from);
    }
}
