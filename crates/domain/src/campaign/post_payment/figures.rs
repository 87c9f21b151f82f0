//! What a campaign of rewards says of itself, and what an order brings to it.

use super::{Terms, until::last_play};
use crate::{
    Instant,
    campaign::{
        Campaign, Counters, Roster, Tally,
        figure::{Figure, Unit},
        promotion::brought::saved,
    },
    order::Order,
    time::Zone,
};
use serde_json::json;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Orders, rewards, what they cost, and what came of them: all of orders that stand, beside `undone` and `coupons_void`, which
/// tell what was taken back (S2-R10, A-S2-21). `orders = offered + withheld`, and
/// `offered + extra_chances = given + played + open + lapsed`.
pub const FIGURES: &[Figure] = &[
    Figure::brought("orders", Unit::Count, "Paid orders that reached a tier", "达到档位的已付订单"),
    Figure::brought("paid", Unit::Money, "Paid on them", "其实付金额"),
    Figure::brought("offered", Unit::Count, "Orders that brought a reward", "获得奖励的订单"),
    Figure::brought("withheld", Unit::Count, "Orders that did not", "未获奖励的订单"),
    Figure::shown(
        "extra_chances",
        Unit::Count,
        "Extra chances that links brought",
        "分享带来的额外机会",
        |c| json!(c.extra),
    ),
    Figure::shown(
        "given",
        Unit::Count,
        "Rewards whose coupon was given at once",
        "直接发券的奖励",
        |c| json!(c.given),
    ),
    Figure::shown("played", Unit::Count, "Rewards played or answered", "已参与次数", |c| {
        json!(c.played)
    }),
    Figure::timed(
        "open",
        Unit::Count,
        "Rewards that wait for their customer",
        "等待参与的奖励",
        |of, c, at| json!(if is_over(of, at) { 0 } else { c.open }),
    ),
    Figure::timed(
        "lapsed",
        Unit::Count,
        "Rewards that were not played in time",
        "逾期未参与的奖励",
        |of, c, at| json!(if is_over(of, at) { c.open } else { 0 }),
    ),
    Figure::shown(
        "undone",
        Unit::Count,
        "Rewards of orders that stand no more",
        "订单未付或已退款而作废的奖励",
        |c| json!(c.undone),
    ),
    Figure::shown("won", Unit::ByWord, "Prizes won, by prize", "各奖品中出数", |c| json!(won(c))),
    Figure::shown(
        "prize_value",
        Unit::Money,
        "Value of goods and points won",
        "中出实物与积分价值",
        |c| json!(c.prize_value),
    ),
    Figure::shown(
        "coupons",
        Unit::Count,
        "Coupons given and not taken back",
        "发出且未收回的优惠券",
        |c| json!(c.issued.saturating_sub(c.forfeited)),
    ),
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

/// Whether nothing of a campaign can be played any more: of a draw from an urn once the days to claim of a last ticket are
/// over.
fn is_over(campaign: &Campaign, (zone, now): (&Zone, Instant)) -> bool {
    let version = campaign.current();
    let draw = version.terms.of::<Terms>().and_then(Terms::draw);
    now >= draw.map_or(version.ends_at, |draw| last_play(draw, version.ends_at, zone))
}

/// Prizes that were won by orders that stand.
fn won(counters: &Counters) -> BTreeMap<&SmolStr, u64> {
    let undone = |prize: &SmolStr| counters.unwon.get(prize).copied().unwrap_or_default();
    let won = counters.won.iter().map(|(prize, count)| (prize, count.saturating_sub(undone(prize))));
    won.filter(|(_, count)| *count > 0).collect()
}

/// What an order brings to its campaigns of rewards, and to those that gave the coupons which it was paid with: as long as it
/// is paid, and its money has not all gone back.
pub fn brings(order: &Order, rows: &Roster, tally: &mut Tally) {
    saved::<Terms>(order, rows, tally);
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
