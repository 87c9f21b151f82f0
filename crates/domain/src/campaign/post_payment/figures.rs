//! What a campaign of rewards says of itself, and what an order brings to it.

use super::{Terms, offer::REPURCHASE_DAYS};
use crate::{
    Instant,
    campaign::{
        Comparison, GroupFigures, HoldoutPlan, Tally,
        field::Words,
        figure::{Figure, Unit},
    },
    holdout::{Group, counts_from},
    order::Order,
    reward::{Repurchase, Rewarded},
};
use serde_json::json;

/// Orders, rewards, what they cost, and what came of them.
pub const FIGURES: &[Figure] = &[
    Figure::brought("orders", Unit::Count, "Paid orders that reached a tier", "达到档位的已付订单"),
    Figure::brought("paid", Unit::Money, "Paid on them", "其实付金额"),
    Figure::brought("offered", Unit::Count, "Orders that brought a reward", "获得奖励的订单"),
    Figure::brought("withheld", Unit::Count, "Orders that did not", "未获奖励的订单"),
    Figure::shown("played", Unit::Count, "Rewards played or answered", "已参与次数", |c| {
        json!(c.played)
    }),
    Figure::shown("won", Unit::ByWord, "Prizes given, by prize", "各奖品发出数", |c| json!(c.won)),
    Figure::shown(
        "prize_value",
        Unit::Money,
        "Value of goods and points given",
        "已发实物与积分价值",
        |c| json!(c.prize_value),
    ),
    Figure::shown("coupons", Unit::Count, "Coupons given", "发出优惠券", |c| json!(c.issued)),
    Figure::shown("coupons_used", Unit::Count, "Coupons used later", "后续核销优惠券", |c| {
        json!(c.used)
    }),
    Figure::shown(
        "coupons_void",
        Unit::Count,
        "Coupons that became void with their order",
        "随订单作废的优惠券",
        |c| json!(c.void),
    ),
    Figure::shown(
        "saved",
        Unit::Money,
        "Face value of the coupons used later",
        "核销优惠券面额",
        |c| json!(c.saved),
    ),
];

/// Customers, and those among them who bought again within 30 days (S2-R06, A-S2-21).
pub const COMPARISON: Comparison = Comparison {
    treated: GroupFigures { orders: "treated_customers", reached: "treated_again" },
    holdout: GroupFigures { orders: "holdout_customers", reached: "holdout_again" },
    outcome: "bought_again",
    rate: Words::new("customers who bought again within 30 days", "30天复购率"),
};

/// What the terms plan.
pub fn plan(terms: &Terms) -> HoldoutPlan {
    HoldoutPlan {
        percent: terms.holdout_percent,
        planned_orders: terms.holdout_planned_orders,
        precision_points: terms.holdout_precision_points,
    }
}

/// What an order brings to its campaigns of rewards.
pub fn brings(order: &Order, tally: &mut Tally) {
    if order.rewards.is_empty() || super::offer::stands(order).is_none() {
        return;
    }
    for rewarded in &order.rewards {
        let id = &rewarded.campaign_id;
        tally.one(id, "orders");
        tally.money(id, "paid", order.paid());
        tally.one(id, if rewarded.reward_id.is_some() { "offered" } else { "withheld" });
        compared(rewarded, tally);
    }
}

/// What it brings to the comparison: its customer counts, and whether they bought again, once the time for that is over for
/// both groups.
fn compared(rewarded: &Rewarded, tally: &mut Tally) {
    let id = &rewarded.campaign_id;
    let over = |since: Instant| counts_from(since, since.plus_hours(24 * REPURCHASE_DAYS));
    if let (Some(group), Some(since)) = (rewarded.opens, rewarded.opened_at) {
        tally.add_from(id, of(group).orders, 1, Some(over(since)));
    }
    if let Some(Repurchase { group, since }) = rewarded.repurchase {
        tally.add_from(id, of(group).reached, 1, Some(over(since)));
    }
}

const fn of(group: Group) -> GroupFigures {
    match group {
        Group::Treated => COMPARISON.treated,
        Group::Holdout => COMPARISON.holdout,
    }
}
