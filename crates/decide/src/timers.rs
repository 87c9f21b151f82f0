//! Timers: an order or a coupon has come to a moment of its own. Firing is a command that looks
//! again; fired twice or early it changes nothing.

use crate::book::Draft;
use crate::coupon::checkout;
use crate::follow;
use crate::order::life;
use domain::{
    Code, CouponId, OrderId, Refusal, campaign,
    coupon::{Coupon, CouponStatus, Lock},
    order::{self, CancelReason, State, TimelineEntry, coupons},
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
        if let Some(deadline) = order.cancel_at.filter(|deadline| *deadline <= now) {
            life::cancel(draft, &mut order, deadline, CancelReason::Timeout)?;
        } else if !campaign::due(draft, &mut order)? {
            break;
        }
    }
    follow::whole(draft, order, before);
    Ok(())
}

/// Ends a lock that has run out, then the coupon if its own time has.
pub fn coupon(draft: &mut Draft<'_>, id: &CouponId) {
    let Some(mut coupon) = draft.coupon(id) else {
        return;
    };
    let (now, from) = (draft.now, coupon.status);
    if let Some(lock) = coupon.lock.clone().filter(|lock| lock.until <= now) {
        end_lock(draft, &mut coupon, lock);
    }
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
/// open keeps it; the order is looked at again.
fn end_lock(draft: &mut Draft<'_>, coupon: &mut Coupon, lock: Lock) {
    let now = draft.now;
    if !coupon.also_on.is_empty() {
        checkout::end_lock(draft, None, coupon);
        return;
    }
    let Some(mut order) = draft.order(&lock.order_id) else {
        coupon.let_go();
        return;
    };
    let Some(payment) = lock.payment_id else {
        let until = order::held_until(&order, now);
        let placed_with_it = coupons::names(&order, &coupon.coupon_id);
        if placed_with_it && matches!(order.state, State::Open) && until > now {
            coupon.wake_at = Some(until);
            coupon.lock = Some(Lock { order_id: lock.order_id, payment_id: None, until });
        } else {
            coupon.let_go();
        }
        return;
    };
    coupon.let_go();
    order.fail_payment(&payment);
    let detail = json!({ "payment_id": payment, "coupon_id": coupon.coupon_id });
    draft.note(&mut order, TimelineEntry::new(now, "payment.timed_out").detail(detail));
    draft.put_order(order);
}
