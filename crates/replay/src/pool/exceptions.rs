//! What people must look at in the orders of a run (A-S4-20): it is listed, and what needs a person's word is held.

use domain::{
    Code, Lang, ShopId,
    pool::{PoolOrder, Stage},
};
use port::{Page, Reader, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;

/// Orders that are told one by one, of each code.
const TOLD: usize = 100;
/// Orders that a terminal is told of.
const FIRST: usize = 3;
/// Orders that are read at once.
const PAGE: usize = 1_000;

/// An exception, and the orders that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionReport {
    /// Its code: `looks_partly_paid` and the like.
    pub code: &'static str,
    /// How many orders have it.
    pub count: u64,
    /// How many of them take part: they were submitted and are not closed.
    pub taking_part: u64,
    /// The first orders, by shop and number.
    pub orders: Vec<ExceptionOrder>,
}

/// An order with an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionOrder {
    /// The shop.
    pub shop_id: String,
    /// The order.
    pub order_id: String,
}

impl ExceptionReport {
    /// Whether its orders are held until somebody says in how many stages they are paid.
    pub fn is_held(&self) -> bool {
        [Code::LooksPartlyPaid, Code::StagesUnknown].map(Code::as_str).contains(&self.code)
    }

    /// In words, for a terminal: what of the code.
    pub(super) fn told(&self, lang: Lang) -> String {
        let first: Vec<&str> = self.orders.iter().take(FIRST).map(|order| order.order_id.as_str()).collect();
        let (first, count) = (first.join(", "), self.count);
        let more = if self.count > FIRST as u64 { ", ..." } else { "" };
        match (lang, self.is_held()) {
            (Lang::En, true) => {
                format!("{count} orders held, say whether they are paid at once: {first}{more}")
            }
            (Lang::En, false) => format!("{count} orders to be looked at: {first}{more}"),
            (Lang::Zh, true) => format!("{count} 笔订单被扣住，请说明是否一次付清：{first}{more}"),
            (Lang::Zh, false) => format!("{count} 笔订单需要人看：{first}{more}"),
        }
    }
}

/// Every exception of the orders of these shops, by code.
pub(super) fn found(reader: &dyn Reader, shops: &[ShopId]) -> Result<Vec<ExceptionReport>, StoreError> {
    let mut by_code = BTreeMap::new();
    for shop in shops {
        let mut page = Page { after: None, limit: PAGE };
        loop {
            let orders = reader.pool_exceptions(shop, &page)?;
            for order in &orders {
                add(&mut by_code, shop, order);
            }
            match orders.last() {
                Some(last) if orders.len() == PAGE => page.after = Some(last.order_id.to_string()),
                _ => break,
            }
        }
    }
    Ok(by_code.into_values().collect())
}

/// An order counts once for each code, of however many strategies.
fn add(by_code: &mut BTreeMap<&'static str, ExceptionReport>, shop: &ShopId, order: &PoolOrder) {
    let mut codes: Vec<&'static str> = order.exceptions.iter().map(|found| found.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let new = ExceptionReport { code, count: 0, taking_part: 0, orders: Vec::new() };
        let report = by_code.entry(code).or_insert(new);
        report.count += 1;
        report.taking_part += u64::from(!matches!(order.stage, Stage::ShopOrder | Stage::Closed));
        if report.orders.len() < TOLD {
            report
                .orders
                .push(ExceptionOrder { shop_id: shop.to_string(), order_id: order.order_id.to_string() });
        }
    }
}
