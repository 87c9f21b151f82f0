//! The comparison with customers to whom nothing is shown (A-S2-21).
//!
//! Both groups are counted at one point: when the coupon is to be shown, on an order that is unpaid then, of a campaign that
//! shows coupons then, before anything is asked that one group comes to oftener than the other. Risk control blocks who
//! left orders unpaid that had shown a coupon, so only the treated: their orders count, shown or not. A customer counts
//! once, by the first such order.

use super::{Live, Terms};
use crate::{
    campaign::{Comparison, Desk, GroupFigures, HoldoutPlan, Tally, field::Words},
    holdout::{Compared, Group, counts_from},
    order::{Order, State},
};

/// Orders, and those that were paid in their own time.
pub const COMPARISON: Comparison = Comparison {
    treated: GroupFigures { orders: "treated_orders", reached: "treated_paid" },
    holdout: GroupFigures { orders: "holdout_orders", reached: "holdout_paid" },
    outcome: "paid",
    rate: Words::new("orders paid", "支付率"),
};

/// What the terms plan.
pub fn plan(terms: &Terms) -> HoldoutPlan {
    HoldoutPlan {
        percent: terms.holdout_percent,
        planned_orders: terms.holdout_planned_orders,
        precision_points: terms.holdout_precision_points,
    }
}

/// The order has come to the point at which the groups part. The first of its customer's is remembered.
pub fn part(desk: &mut dyn Desk<'_>, order: &mut Order, live: Live<'_>) {
    let percent = live.terms.holdout_percent;
    if percent == 0 {
        return;
    }
    let mut standing = desk.standing(&order.customer_id);
    if !standing.compare(live.id()) {
        return;
    }
    desk.put_standing(&order.customer_id, standing);
    let group = Group::of(live.id(), &order.customer_id, percent);
    order.recovery.compared.push(Compared { campaign_id: live.id().clone(), group, at: desk.now() });
}

/// What an order brings to the comparisons that it is part of, once its own time is over. One that turns out to have ended
/// before the groups parted brings nothing.
pub fn brings(order: &Order, tally: &mut Tally) {
    let from = order.cancel_at.map(|ends| counts_from(order.placed_at, ends));
    for Compared { campaign_id, group, at } in &order.recovery.compared {
        let paid = match order.state {
            State::Paid { at: end } | State::Cancelled { at: end, .. } if end < *at => continue,
            State::Paid { .. } => true,
            State::Open | State::Cancelled { .. } => false,
        };
        let figures = match group {
            Group::Treated => COMPARISON.treated,
            Group::Holdout => COMPARISON.holdout,
        };
        tally.add_from(campaign_id, figures.orders, 1, from);
        tally.add_from(campaign_id, figures.reached, i64::from(paid), from);
    }
}
