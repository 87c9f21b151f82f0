//! What an intake leaves missing that earlier ones left out: a shop's ranks wait for it, whatever this one said (A-S4-25).

use super::FileGaps;
use domain::{Lang, OrderId, ShopId, pool::Gap};
use port::{Reader, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows and orders of a file that are told one by one.
const TOLD: usize = 100;
/// How many of them a terminal is told of.
const FIRST: usize = 3;

/// What of a file that was taken in before is still missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarlierGap {
    /// The shop.
    pub shop_id: String,
    /// The file's name.
    pub file: String,
    /// The first of its rows, as a spreadsheet counts; none where the file was taken in again since.
    pub rows: Vec<u64>,
    /// The first orders that have names.
    pub orders: Vec<String>,
    /// How many orders they are in all.
    pub orders_in_all: u64,
}

impl EarlierGap {
    /// `gap` as the shop has it, without what this run has told of the same file. `None` where nothing is left.
    fn of(shop: &ShopId, gap: &Gap, told: Option<&Gap>) -> Option<Self> {
        gap.since()?;
        let is_old = |order: &&OrderId| told.is_none_or(|told| !told.orders.contains_key(*order));
        let orders: Vec<&OrderId> = gap.orders.keys().filter(is_old).collect();
        let unnamed = gap.unnamed.is_some() && told.is_none();
        if orders.is_empty() && !unnamed {
            return None;
        }
        let known: BTreeSet<u64> = told.iter().flat_map(|told| &told.rows).map(|row| row.row).collect();
        let rows = gap.rows.iter().map(|row| row.row).filter(|row| !known.contains(row));
        Some(Self {
            shop_id: shop.to_string(),
            file: gap.source.clone(),
            rows: rows.take(TOLD).collect(),
            orders_in_all: orders.len() as u64,
            orders: orders.into_iter().take(TOLD).map(ToString::to_string).collect(),
        })
    }

    /// In words, for a terminal: `orders.csv rows 7, 9, orders 合计`.
    pub(super) fn told(&self, lang: Lang) -> String {
        let rows: Vec<String> = self.rows.iter().map(ToString::to_string).collect();
        let orders = usize::try_from(self.orders_in_all).unwrap_or(usize::MAX);
        let parts = [
            listed(lang.pick("row", "行"), &rows, rows.len(), lang),
            listed(lang.pick("order", "订单"), &self.orders, orders, lang),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{} {}", self.file, parts.join(lang.pick(", ", "，"))).trim_end().to_owned()
    }
}

/// The first of some names, the word before them in its number.
fn listed(word: &str, names: &[String], in_all: usize, lang: Lang) -> Option<String> {
    let first = names.get(..FIRST).unwrap_or(names).join(", ");
    let many = if in_all > 1 { lang.pick("s", "") } else { "" };
    let more = if in_all > FIRST { ", ..." } else { "" };
    (!names.is_empty()).then(|| format!("{word}{many} {first}{more}"))
}

/// What of these shops earlier intakes left out, and nobody has answered for.
pub(super) fn found(
    reader: &dyn Reader,
    shops: &BTreeSet<ShopId>,
    gaps: &FileGaps,
) -> Result<Vec<EarlierGap>, StoreError> {
    let mut earlier = Vec::new();
    for shop in shops {
        let told = gaps.of(shop);
        for gap in reader.pool(shop)?.gaps.values() {
            let told = told.iter().find(|told| told.source == gap.source);
            earlier.extend(EarlierGap::of(shop, gap, told));
        }
    }
    Ok(earlier)
}
