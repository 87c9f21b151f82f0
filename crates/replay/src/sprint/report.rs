//! What a sprint would have come to.

use domain::Lang;
use money::Currency;
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write as _};

/// One threshold. Amounts are minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OfThreshold {
    /// The threshold.
    pub threshold: i64,
    /// Members who reached it in time.
    pub qualified: u64,
    /// Members who came to it, and whose receipts came too late or are not known.
    pub unreceived: u64,
    /// Members who came to four fifths of it and not to all.
    pub close: u64,
    /// Members who would have won.
    pub winners: u64,
    /// Coupons that they would have had.
    pub coupons: u64,
    /// What these take off at most, where each is used.
    pub cost_at_most: i64,
    /// What those who qualified bought in the sprint.
    pub sales: i64,
}

/// What a sprint would have come to, over all shops of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SprintReport {
    /// What it is called.
    pub name: String,
    /// The currency of the amounts.
    pub currency: String,
    /// Shops in which somebody bought in the sprint.
    pub shops: u64,
    /// Customers who did; all of them are taken as enrolled.
    pub members: u64,
    /// Their orders that count.
    pub orders: u64,
    /// What was paid in these.
    pub sales: i64,
    /// Events of the export that the engine refused, by code: they count for nothing.
    pub rejected: BTreeMap<String, u64>,
    /// The thresholds side by side.
    pub thresholds: Vec<OfThreshold>,
}

impl SprintReport {
    /// For a terminal.
    pub fn summary_in(&self, lang: Lang) -> String {
        let currency = Currency::of_stored(&self.currency);
        let amount = |minor: i64| currency.text(money::Money::from_minor(minor));
        let mut out = String::new();
        let (members, orders, shops) = (self.members, self.orders, self.shops);
        let sales = amount(self.sales);
        let _ = match lang {
            Lang::Zh => writeln!(
                out,
                "{}：{shops} 家店铺，{members} 位会员（冲刺期内下单者均视为已报名），{orders} 笔计入订单，实付 {sales}",
                self.name
            ),
            Lang::En => writeln!(
                out,
                "{}: {shops} shops, {members} members (whoever ordered in the sprint is taken as enrolled), {orders} orders, {sales} paid",
                self.name
            ),
        };
        let heading = lang.pick(
            [
                "threshold",
                "qualified",
                "unreceived",
                "close",
                "winners",
                "coupons",
                "cost at most",
                "their sales",
            ],
            ["门槛", "达标", "未确认收货", "接近", "获奖", "优惠券", "成本上限", "其消费"],
        );
        let mut rows = vec![heading.map(str::to_owned)];
        for of in &self.thresholds {
            rows.push([
                amount(of.threshold),
                of.qualified.to_string(),
                of.unreceived.to_string(),
                of.close.to_string(),
                of.winners.to_string(),
                of.coupons.to_string(),
                amount(of.cost_at_most),
                amount(of.sales),
            ]);
        }
        let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let widest: Vec<usize> =
            (0..heading.len()).map(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0)).collect();
        for row in &rows {
            for (cell, widest) in row.iter().zip(&widest) {
                let _ = write!(out, "  {}{cell}", " ".repeat(widest - width(cell)));
            }
            out.push('\n');
        }
        for (code, count) in &self.rejected {
            let refused = lang.pick("events refused", "被拒绝的事件");
            let _ = writeln!(out, "{refused}: {count} {code}");
        }
        out
    }
}
