//! What a recovery campaign says of itself.

use crate::campaign::figure::{Figure, Unit, share};
use crate::order::Method;
use serde_json::json;

/// Covered, shown, claimed, used, and what that brought.
pub const FIGURES: &[Figure] = &[
    Figure::shown("covered", Unit::Count, "Orders that it covered", "覆盖订单", |c| json!(c.covered)),
    Figure::shown(
        "displayed",
        Unit::Count,
        "Orders that were shown its coupon",
        "展示优惠券的订单",
        |c| json!(c.displayed),
    ),
    Figure::shown("claimed", Unit::Count, "Coupons claimed", "领取张数", |c| json!(c.issued)),
    Figure::shown("available", Unit::Count, "Coupons ready to be used", "可用张数", |c| {
        json!(c.available)
    }),
    Figure::shown("locked", Unit::Count, "Coupons held by a payment", "支付中锁定张数", |c| {
        json!(c.locked)
    }),
    Figure::shown("used", Unit::Count, "Coupons used", "核销张数", |c| json!(c.used)),
    Figure::shown("expired", Unit::Count, "Coupons that ran out of time", "过期张数", |c| {
        json!(c.expired)
    }),
    Figure::shown("void", Unit::Count, "Coupons whose order ended without them", "作废张数", |c| {
        json!(c.void)
    }),
    Figure::shown(
        "saved",
        Unit::Money,
        "What used coupons took off: the merchant's cost",
        "优惠金额(商家承担)",
        |c| json!(c.saved),
    ),
    Figure::shown(
        "recovered",
        Unit::Money,
        "Paid on orders that used a coupon",
        "挽回订单实付金额",
        |c| json!(c.recovered),
    ),
    Figure::shown(
        "by_method",
        Unit::ByWord,
        "Orders paid with a coupon, by method",
        "按支付方式的核销订单",
        |c| json!(c.by_method),
    ),
    Figure::shown(
        "baitiao_share_bp",
        Unit::BasisPoints,
        "Share of Baitiao among them (S0-R06)",
        "其中白条占比",
        |c| {
            let by_baitiao = c.by_method.get(&Method::Baitiao).copied().unwrap_or_default();
            let orders = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            share(orders(by_baitiao), orders(c.by_method.values().sum()))
        },
    ),
    Figure::shown(
        "withheld",
        Unit::ByWord,
        "Orders on which nothing was shown, by reason",
        "未展示原因",
        |c| json!(c.withheld),
    ),
    Figure::shown("pushed", Unit::Count, "Pushes sent", "已发推送", |c| json!(c.pushed)),
    Figure::shown("suppressed", Unit::ByWord, "Pushes not sent, by reason", "未发推送原因", |c| {
        json!(c.suppressed)
    }),
];
