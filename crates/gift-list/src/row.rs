//! One gift of one order.

use crate::csv;
use domain::{CustomerId, GiftStrategyId, Instant, Lang, OrderId, Sku, pool::Stage, time::Zone};
use std::borrow::Cow;

/// The columns, in their order.
pub const HEADING: [&str; 9] =
    ["order_id", "customer_id", "stage", "sku", "quantity", "rank", "strategy_id", "basis_at", "manual"];

/// The columns as people read them, in the same order.
pub const fn heading(lang: Lang) -> [&'static str; 9] {
    match lang {
        Lang::En => HEADING,
        Lang::Zh => ["订单号", "买家", "阶段", "赠品", "数量", "名次", "策略", "依据的时间", "人工添加"],
    }
}

/// One gift of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct GiftRow {
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    pub stage: Stage,
    pub sku: Sku,
    pub quantity: u64,
    /// The order's place, where the strategy ranks.
    pub rank: Option<u64>,
    /// The strategy that gave it; none where a person did.
    pub strategy_id: Option<GiftStrategyId>,
    /// The customer's time that the strategy goes by, to the second.
    pub basis_at: Option<Instant>,
}

impl GiftRow {
    /// `yes` where a person added it.
    pub fn manual(&self) -> &'static str {
        if self.strategy_id.is_none() { "yes" } else { "no" }
    }

    /// The moment that its strategy goes by, in the shop's zone; empty where there is none.
    pub fn basis(&self, zone: &Zone) -> String {
        self.basis_at.map(|at| zone.format(at)).unwrap_or_default()
    }

    /// Adds it as a line of CSV.
    pub fn csv(&self, zone: &Zone, to: &mut String) {
        let own = |text: String| Cow::<str>::Owned(text);
        csv::row(
            [
                csv::cell(self.order_id.as_str()),
                csv::cell(self.customer_id.as_str()),
                self.stage.as_str().into(),
                csv::cell(self.sku.as_str()),
                own(self.quantity.to_string()),
                own(self.rank.map(|rank| rank.to_string()).unwrap_or_default()),
                csv::cell(self.strategy_id.as_ref().map(GiftStrategyId::as_str).unwrap_or_default()),
                own(self.basis(zone)),
                self.manual().into(),
            ],
            to,
        );
    }
}
