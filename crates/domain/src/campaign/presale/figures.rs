//! What a presale says of itself, and what an order brings to it.

use crate::campaign::{
    Tally,
    figure::{Figure, Unit, share},
};
use crate::order::{Order, PresaleStage, State};
use serde_json::json;

/// Orders, deposits, balances, and what became of the money.
pub const FIGURES: &[Figure] = &[
    Figure::brought("orders", Unit::Count, "Orders placed", "预售订单"),
    Figure::brought("lines", Unit::Count, "Lines of these orders that are presale", "预售订单行"),
    Figure::brought("units", Unit::Count, "Units on these lines", "预售件数"),
    Figure::brought("deposits", Unit::Count, "Orders whose deposit was paid", "已付定金订单"),
    Figure::brought("deposited", Unit::Money, "Deposits paid", "定金金额"),
    Figure::brought("balances", Unit::Count, "Orders paid in whole", "已付尾款订单"),
    Figure::brought(
        "saved",
        Unit::Money,
        "What paid orders saved by expansion or reduction",
        "定金膨胀或立减金额",
    ),
    Figure::brought("paid", Unit::Money, "Money taken, deposits among it", "实付金额(含定金)"),
    Figure::brought("refunded", Unit::Money, "What went back of it", "退款金额"),
    Figure::brought("forfeited", Unit::Count, "Orders whose deposit was forfeited", "定金不退订单"),
    Figure::brought(
        "forfeited_deposits",
        Unit::Money,
        "What the merchant keeps of deposits whose balance did not come",
        "留下的定金金额",
    ),
    Figure::shown(
        "conversion_bp",
        Unit::BasisPoints,
        "Share of deposits that became whole payments",
        "尾款转化率",
        |c| share(c.brought("converted"), c.brought("deposits")),
    ),
    Figure::shown("reminded", Unit::Count, "Reminders of the balance sent", "已发催付", |c| {
        json!(c.pushed)
    }),
    Figure::shown("suppressed", Unit::ByWord, "Reminders not sent, by reason", "未发催付原因", |c| {
        json!(c.suppressed)
    }),
];

/// What an order brings to its presale.
pub fn brings(order: &Order, tally: &mut Tally) {
    let Some(presale) = &order.presale else { return };
    let id = &presale.campaign_id;
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let lines = order.lines.iter().filter(|line| line.presale_campaign_id.is_some());
    tally.one(id, "orders");
    tally.add(id, "lines", count(lines.clone().count() as u64));
    tally.add(id, "units", count(lines.map(|line| line.quantity).sum()));
    let deposit = order.deposit_paid_at.is_some();
    if deposit {
        tally.one(id, "deposits");
        tally.money(id, "deposited", presale.deposit);
    }
    if matches!(order.state, State::Paid { .. }) {
        tally.one(id, "balances");
        tally.add(id, "converted", i64::from(deposit));
        tally.money(id, "saved", presale.gain);
    }
    tally.money(id, "paid", order.paid());
    tally.money(id, "refunded", order.refunded());
    if order.presale_stage() == Some(PresaleStage::Forfeited) {
        tally.one(id, "forfeited");
    }
    tally.money(id, "forfeited_deposits", order.kept_deposit());
}
