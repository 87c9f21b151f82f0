//! Timers: an order or a coupon has come to a moment of its own. Firing is a command that looks
//! again; fired twice or early it changes nothing.

use crate::book::Draft;
use crate::coupon::{checkout, forfeits};
use crate::follow;
use crate::order::{free, life};
use domain::{
    Code, CouponId, OrderId, Refusal, campaign,
    coupon::{Coupon, CouponStatus, Lock},
    order::{CancelReason, State, TimelineEntry},
};
use serde_json::json;

/// Does everything that is due on an order. An order past its deadline is cancelled as of the
/// deadline; what else was due by then is not made up for.
pub fn order(draft: &mut Draft<'_>, id: &OrderId) -> Result<(), Refusal> {
    let Some(mut order) = draft.order(id) else {
        return Ok(());
    };
    let (now, before) = (draft.now, follow::Before::of(draft, &order));
    while campaign::order_wake(&order).is_some_and(|due| due <= now) {
        let is_open = matches!(order.state, State::Open);
        if is_open && free::settle(draft, &mut order, now)? {
            break;
        }
        if let Some(deadline) = order.cancel_at.filter(|deadline| is_open && *deadline <= now) {
            life::cancel(draft, &mut order, deadline, CancelReason::Timeout)?;
        } else if !campaign::due(draft, &mut order)? {
            break;
        }
    }
    follow::whole(draft, order, before);
    Ok(())
}

/// Ends a lock that has run out, judges the checkout of a coupon that is used (A-S1-28), then ends the coupon if its own
/// time has come.
pub fn coupon(draft: &mut Draft<'_>, id: &CouponId) {
    let Some(mut coupon) = draft.coupon(id) else {
        return;
    };
    let now = draft.now;
    if let Some(lock) = coupon.lock.clone().filter(|lock| lock.until <= now) {
        let from = coupon.status;
        end_lock(draft, &mut coupon, lock);
        draft.move_coupon(coupon.clone(), from);
        // One that was let go may be void by now: its batch was taken back, or its reward.
        coupon = draft.coupon(id).unwrap_or(coupon);
    }
    if coupon.batch_id().is_some() {
        coupon.wake_at = coupon.wake_at.filter(|_| coupon.status != CouponStatus::Used);
        draft.put_coupon(coupon.clone());
        checkout::settle(draft, None, coupon.clone());
        coupon = draft.coupon(id).unwrap_or(coupon);
    }
    let from = coupon.status;
    let origin = coupon.origin.offer().and_then(|offer| draft.order(&offer.origin_order_id));
    let ends_with_order = coupon.bound_to().is_some()
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

/// A payment that did not come lets go of the coupon. An order that was placed with it and is still
/// open keeps it: that is seen when the coupon is looked at again.
fn end_lock(draft: &mut Draft<'_>, coupon: &mut Coupon, lock: Lock) {
    let now = draft.now;
    let Some(payment) = lock.payment_id else {
        if coupon.batch_id().and_then(|batch| draft.batch(batch)).is_none() {
            coupon.let_go();
        }
        return;
    };
    coupon.let_go();
    let Some(mut order) = draft.order(&lock.order_id) else { return };
    order.fail_payment(&payment);
    let detail = json!({ "payment_id": payment, "coupon_id": coupon.coupon_id });
    draft.note(&mut order, TimelineEntry::new(now, "payment.timed_out").detail(detail));
    forfeits::let_go(draft, &mut order, &coupon.coupon_id);
    draft.put_order(order);
}
