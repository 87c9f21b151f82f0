//! Nothing more is to be recovered: the order is paid, or it has ended unpaid.

use super::{elsewhere, push};
use crate::{
    Code, Instant,
    campaign::Desk,
    coupon::CouponStatus,
    order::{OfferStatus, Order, State, TimelineEntry},
};
use serde_json::json;

/// The order is paid. What was shown between the payment and the news of it is no evidence against its customer.
pub fn paid(desk: &mut dyn Desk<'_>, order: &mut Order, before: State, at: Instant) {
    elsewhere::let_go(desk, order);
    order.recovery.bought_elsewhere = None;
    withdraw(desk, order, at);
    if matches!(before, State::Cancelled { .. }) && order.recovery.offer.is_some() {
        forget_unpaid(desk, order);
    }
}

/// The order has ended unpaid: one that showed its coupon is counted for its customer (A-S0-21), unless its goods had
/// been bought in another order (A-S0-25).
pub fn cancelled(desk: &mut dyn Desk<'_>, order: &mut Order, at: Instant) {
    elsewhere::let_go(desk, order);
    let bought = order.recovery.offer.is_some() && elsewhere::was_bought_by(desk, order, at);
    if withdraw(desk, order, at) && !bought {
        note_unpaid(desk, order, at);
    } else if order.recovery.offer.is_some() {
        // It had ended before its coupon was shown, or was no abandoned one: an earlier note of it goes.
        forget_unpaid(desk, order);
    }
}

fn note_unpaid(desk: &mut dyn Desk<'_>, order: &mut Order, at: Instant) {
    let mut standing = desk.standing(&order.customer_id);
    let before = standing.blocked_until;
    standing.note_unpaid(&order.order_id, at);
    if standing.blocked_until != before {
        let until = standing.blocked_until.map(|at| desk.show(at));
        let detail = json!({ "until": until, "orders": standing.unpaid.len() });
        let entry = TimelineEntry::new(at, "customer.blocked").code(Code::CustomerBlocked);
        desk.note(order, entry.detail(detail));
    }
    desk.put_standing(&order.customer_id, standing);
}

fn forget_unpaid(desk: &mut dyn Desk<'_>, order: &Order) {
    let mut standing = desk.standing(&order.customer_id);
    standing.forget_unpaid(&order.order_id);
    desk.put_standing(&order.customer_id, standing);
}

/// The offer is withdrawn, an unused coupon of this order becomes void, the push is called off. Says whether a coupon
/// had been shown before that moment.
fn withdraw(desk: &mut dyn Desk<'_>, order: &mut Order, at: Instant) -> bool {
    order.recovery.candidates.clear();
    if let Some((id, due_at)) = order.recovery.push.planned.take() {
        push::record(desk, order, &id, due_at, Err(Code::OrderClosed), at);
    }
    let Some(offer) = &mut order.recovery.offer else {
        return false;
    };
    let shown = offer.shown_at < at;
    if offer.status == OfferStatus::Displayed {
        offer.status = OfferStatus::Withdrawn;
    }
    let claimed = offer.coupon_id.clone().and_then(|id| desk.coupon(&id));
    if let Some(mut coupon) = claimed {
        let from = coupon.status;
        let live = matches!(from, CouponStatus::Available | CouponStatus::Locked);
        if live && coupon.bound_to().is_some() && coupon.void(at) {
            desk.publish_coupon("coupon.void", &coupon);
            desk.move_coupon(coupon, from);
        }
    }
    shown
}
