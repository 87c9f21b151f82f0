//! What a campaign of rewards says of itself, and what an order brings to it.

use crate::{
    campaign::{
        Tally,
        figure::{Figure, Unit},
    },
    order::{Order, State},
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
        |c| json!(c.forfeited),
    ),
    Figure::brought(
        "saved",
        Unit::Money,
        "What coupons given took off the orders they were used on",
        "发出的优惠券在所用订单上的优惠金额",
    ),
];

/// What an order brings to its campaigns of rewards, and to those that gave the coupons which it was paid with: as long as it
/// is paid, and its money has not all gone back.
pub fn brings(order: &Order, tally: &mut Tally) {
    if matches!(order.state, State::Paid { .. }) && !order.is_refunded() {
        for from in order.came_from.iter().filter(|from| *from.id != *from.campaign_id.as_str()) {
            tally.money(&from.campaign_id, "saved", order.came_off(&from.id));
        }
    }
    if order.rewards.is_empty() || super::ticket::stands(order).is_none() {
        return;
    }
    for rewarded in &order.rewards {
        let id = &rewarded.campaign_id;
        tally.one(id, "orders");
        tally.money(id, "paid", order.paid());
        tally.one(id, if rewarded.reward_id.is_some() { "offered" } else { "withheld" });
    }
}
