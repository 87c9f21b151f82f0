//! Timers: an order or a coupon has come to a moment of its own. Firing is a command that looks
//! again; fired twice or early it changes nothing.

use super::{orders, recovery};
use crate::draft::Draft;
use crate::rows::TimelineEntry;
use domain::{
    Code, CouponId, Instant, OrderId, Refusal,
    coupon::{Bind, CouponStatus},
    order::{CancelReason, Order, State},
};
use serde_json::json;

/// When an order must be looked at next: its trigger, its push or its deadline.
pub fn order_wake(order: &Order) -> Option<Instant> {
    if !matches!(order.state, State::Open) {
        return None;
    }
    let trigger = order.recovery.candidates.first().map(|candidate| candidate.trigger_at);
    let push = order.recovery.push.planned.as_ref().map(|(_, due_at)| *due_at);
    [trigger, push, order.cancel_at].into_iter().flatten().min()
}

/// Does everything that is due on an order. An order past its deadline is cancelled as of the
/// deadline; what else was due by then is not made up for.
pub fn order(draft: &mut Draft<'_>, id: &OrderId) -> Result<(), Refusal> {
    let Some(mut order) = draft.order(id) else {
        return Ok(());
    };
    let now = draft.now;
    while order_wake(&order).is_some_and(|due| due <= now) {
        if let Some(deadline) = order.cancel_at.filter(|deadline| *deadline <= now) {
            orders::cancel(draft, &mut order, deadline, CancelReason::Timeout)?;
        } else if let Some((id, due_at)) = order.recovery.push.planned.clone().filter(|(_, due)| *due <= now)
        {
            order.recovery.push.planned = None;
            recovery::send_push(draft, &mut order, &id, due_at)?;
        } else {
            recovery::trigger(draft, &mut order)?;
        }
    }
    draft.put_order(order);
    Ok(())
}

/// Ends a lock that has run out, then the coupon if its own time has.
pub fn coupon(draft: &mut Draft<'_>, id: &CouponId) {
    let Some(mut coupon) = draft.coupon(id) else {
        return;
    };
    let (now, from) = (draft.now, coupon.status);
    if let Some(lock) = coupon.lock.clone().filter(|lock| lock.until <= now) {
        coupon.unlock(&lock.payment_id);
        if let Some(mut order) = draft.order(&lock.order_id) {
            order.fail_payment(&lock.payment_id);
            let detail = json!({ "payment_id": lock.payment_id, "coupon_id": coupon.coupon_id });
            draft.note(&mut order, TimelineEntry::new(now, "payment.timed_out").detail(detail));
            draft.put_order(order);
        }
    }
    let origin = draft.order(&coupon.origin_order_id);
    let ends_with_order = coupon.bind == Bind::OriginOrder
        && origin.as_ref().is_some_and(|order| order.cancel_at == Some(coupon.usable_until));
    if ends_with_order && coupon.status == CouponStatus::Available {
        // The order's own timer makes it void at the same moment (A-S0-8).
        coupon.wake_at = None;
    } else if coupon.expire(now) {
        draft.publish_coupon("coupon.expired", &coupon);
        if let Some(mut order) = origin {
            let detail = json!({ "coupon_id": coupon.coupon_id });
            let entry = TimelineEntry::new(now, "coupon.expired").code(Code::CouponExpired);
            draft.note(&mut order, entry.detail(detail));
            draft.put_order(order);
        }
    }
    draft.move_coupon(coupon, from);
}
