//! What should come out, told from the orders themselves: no row, file or mapping is looked at.
//!
//! What it never does: run the program, or share code with it.

use crate::generate::{ACTIVATION, SALE, Sale};
use std::collections::{BTreeMap, BTreeSet};

/// An order as it should be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub buyer: String,
    /// Ordered, paid, balance opens, balance paid, closed.
    pub times: [Option<i64>; 5],
    pub goods_paid: i64,
    /// Units and amount by SKU.
    pub lines: BTreeMap<String, (u64, i64)>,
}

/// Everything together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub orders: u64,
    pub units: u64,
    pub amount: i64,
    pub paid: i64,
}

impl Totals {
    pub fn of(orders: &BTreeMap<String, Known>) -> Self {
        orders.values().fold(Self::default(), |sum, order| Self {
            orders: sum.orders + 1,
            units: sum.units + order.lines.values().map(|(units, _)| units).sum::<u64>(),
            amount: sum.amount + order.lines.values().map(|(_, amount)| amount).sum::<i64>(),
            paid: sum.paid + order.goods_paid,
        })
    }
}

/// A gift that should be given: to which order, of which buyer, which gift, by which place.
pub type Gift = (String, String, String, u64);

/// Who is among the first.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub first_n: usize,
    pub once_per_buyer: bool,
}

/// From so many fen on it is the second gift.
pub const SECOND_TIER: i64 = 30_000;

pub fn orders(sales: &[Sale]) -> BTreeMap<String, Known> {
    sales.iter().map(|sale| (sale.number.clone(), known(sale))).collect()
}

fn known(sale: &Sale) -> Known {
    let mut lines: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for item in &sale.items {
        let (units, amount) = lines.entry(item.sku.clone()).or_default();
        *units += item.quantity;
        *amount += item.amount();
    }
    Known {
        buyer: sale.buyer.clone(),
        times: [Some(sale.ordered), sale.paid, sale.opens, sale.balance, sale.closed],
        goods_paid: sale.paid.map_or(0, |_| goods(sale)),
        lines,
    }
}

fn goods(sale: &Sale) -> i64 {
    sale.items.iter().map(crate::generate::Item::amount).sum()
}

/// The first by their payment, then by number; each with its place, in the order of places. One that closed before
/// gifts were decided has none, one that closed since or has not paid its balance keeps it without a gift.
pub fn gifts(sales: &[Sale], terms: Terms) -> Vec<Gift> {
    let takes_part = |sale: &&Sale| {
        let paid = sale.paid.is_some_and(|at| (SALE..ACTIVATION).contains(&at));
        paid && sale.closed.is_none_or(|at| at >= ACTIVATION)
    };
    let mut ranked: Vec<&Sale> = sales.iter().filter(takes_part).collect();
    ranked.sort_by_key(|sale| (sale.paid, sale.number.parse::<u128>().expect("digits")));
    let mut buyers = BTreeSet::new();
    ranked.retain(|sale| buyers.insert(&sale.buyer) || !terms.once_per_buyer);
    ranked.truncate(terms.first_n);
    let mut gifts = Vec::new();
    for (sale, rank) in ranked.into_iter().zip(1..) {
        let all_paid = sale.opens.is_none() || sale.balance.is_some();
        if all_paid && sale.closed.is_none() {
            let gift = if goods(sale) >= SECOND_TIER { "大礼" } else { "小礼" };
            gifts.push((sale.number.clone(), sale.buyer.clone(), gift.to_owned(), rank));
        }
    }
    gifts
}

/// What a replay counts without running a campaign: orders, lines, paid, cancelled unpaid, unpaid after 15 minutes.
pub fn replay(sales: &[Sale], lines_are_rows: bool) -> [u64; 5] {
    let count = |of: &dyn Fn(&Sale) -> bool| sales.iter().filter(|sale| of(sale)).count() as u64;
    let lines = |sale: &Sale| {
        let goods: BTreeSet<_> = sale.items.iter().map(|item| &item.sku).collect();
        if lines_are_rows { sale.items.len() } else { goods.len() }
    };
    [
        sales.len() as u64,
        sales.iter().map(|sale| lines(sale) as u64).sum(),
        count(&|sale| sale.paid.is_some()),
        count(&|sale| sale.paid.is_none() && sale.closed.is_some()),
        count(&|sale| {
            let open = |at: Option<i64>| at.is_none_or(|at| at > sale.ordered + 15 * 60);
            open(sale.paid) && (sale.paid.is_some() || open(sale.closed))
        }),
    ]
}
