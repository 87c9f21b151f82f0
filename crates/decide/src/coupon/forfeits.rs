//! Coupons of rewards whose order stands no more, while another order has them (A-S2-7, S0-R31).
//!
//! Always holds: the other order keeps what it was sold, paid or not, and is listed with `reward_void` for as long as it has
//! the coupon and the reward is void. Once it lets go, the coupon is void: see `Draft::move_coupon`.

use super::conflicts::{self, Found};
use crate::book::Draft;
use domain::{
    Code, CouponId, OrderId,
    coupon::{Coupon, CouponStatus},
    order::{Order, State},
};
use serde_json::json;

const CODES: &[Code] = &[Code::RewardVoid];

/// The rewards of an order have followed it, and it has let go of what it lets go of: orders that have coupons of void
/// rewards are listed, and those that have them no more are not.
pub fn follow(draft: &mut Draft<'_>, order: &mut Order) {
    for coupon in draft.rewarded_coupons() {
        let is_void = coupon.forfeited_at.is_some();
        match (coupon.status, is_void) {
            (CouponStatus::Locked, true) | (CouponStatus::Locked | CouponStatus::Used, false) => {
                tell_holders(draft, order, &coupon);
            }
            // Who used it before it was forfeited keeps it with right; who held it then is listed already.
            (CouponStatus::Used, true)
            | (CouponStatus::Available | CouponStatus::Expired | CouponStatus::Void, _) => {}
        }
    }
    if matches!(order.state, State::Cancelled { .. }) {
        return;
    }
    let listed = order.conflicts.iter().filter(|conflict| conflict.code == Code::RewardVoid);
    let listed: Vec<CouponId> = listed.filter_map(|conflict| conflict.coupon_id.clone()).collect();
    for id in listed {
        if draft.coupon(&id).is_none_or(|coupon| !coupon.is_on(&order.order_id)) {
            let_go(draft, order, &id);
        }
    }
}

/// An order has the coupon no more.
pub fn let_go(draft: &mut Draft<'_>, order: &mut Order, coupon: &CouponId) {
    conflicts::end(draft, order, coupon, CODES, None);
}

fn tell_holders(draft: &mut Draft<'_>, current: &mut Order, coupon: &Coupon) {
    let holders: Vec<OrderId> = coupon.orders().cloned().collect();
    for id in holders {
        if id == current.order_id {
            tell(draft, current, coupon);
        } else if let Some(mut order) = draft.order(&id) {
            let before = order.conflicts.clone();
            tell(draft, &mut order, coupon);
            if order.conflicts != before {
                draft.put_order(order);
            }
        }
    }
}

fn tell(draft: &mut Draft<'_>, order: &mut Order, coupon: &Coupon) {
    let id = &coupon.coupon_id;
    if coupon.forfeited_at.is_none() {
        return let_go(draft, order, id);
    }
    let detail =
        json!({ "coupon_id": id, "detail": "the order whose reward it is was refunded or is paid no more" });
    conflicts::note(draft, order, Found { coupon_id: Some(id), kind: "", code: Code::RewardVoid, detail });
}
