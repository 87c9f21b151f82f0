//! The orders of an export while a pool runs on them, packed: each is taken in a few times, and lies still in between.
//!
//! What always holds: an order comes back as it was put in.

use super::{
    Place,
    order::{FileHead, FileOrder},
};
use crate::read::{Packed, Packer};
use domain::{
    Instant, ShopId, Sku,
    pool::{PoolLine, Said, ShopOrder, Times},
};
use std::collections::{BTreeMap, BTreeSet};

const MICROS: i64 = 1_000_000;

/// All of them, by their numbers, and what is asked of all of them at once.
#[derive(Default)]
pub(super) struct Orders {
    packed: Vec<(Place, Packed)>,
    packer: Packer,
    /// Seconds at which something of an order becomes known; in order when all are in.
    agenda: Vec<(i64, u32)>,
    /// What each shop sold.
    goods: BTreeMap<ShopId, BTreeSet<Sku>>,
    /// When balances close.
    closings: BTreeSet<Instant>,
}

/// An order as it is packed: whether a refund of it is asked for stands behind when its export was made.
type Parts = (FileHead, (Option<Instant>, bool), Vec<PoolLine>);

impl Orders {
    /// Adds an order.
    pub fn push(&mut self, place: Place, order: FileOrder) {
        let number = u32::try_from(self.packed.len()).expect("rows are counted in 32 bits");
        self.agenda.extend(seconds(&order.order.times).into_iter().flatten().map(|second| (second, number)));
        self.closings.extend(order.order.times.balance_closes_at);
        self.sold(&order);
        let parts: Parts = order.into();
        self.packed.push((place, self.packer.pack(&parts)));
    }

    fn sold(&mut self, FileOrder { shop_id, order, .. }: &FileOrder) {
        if !self.goods.contains_key(shop_id) {
            self.goods.insert(shop_id.clone(), BTreeSet::new());
        }
        let of_shop = self.goods.get_mut(shop_id).expect("it was just put in");
        for line in &order.lines {
            if !of_shop.contains(&line.sku) {
                of_shop.insert(line.sku.clone());
            }
        }
    }

    /// All are in.
    pub fn complete(&mut self) {
        self.packed.shrink_to_fit();
        self.agenda.sort_unstable();
        self.agenda.dedup();
        self.agenda.shrink_to_fit();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// The order of that number, with the place of its first row.
    pub fn get(&self, number: usize) -> (Place, FileOrder) {
        let (place, packed) = &self.packed[number];
        (*place, packed.unpack::<Parts>().into())
    }

    /// Seconds at which something becomes known of the orders of these numbers, in order.
    pub fn agenda(&self) -> &[(i64, u32)] {
        &self.agenda
    }

    /// What each shop sold.
    pub fn goods(&self) -> &BTreeMap<ShopId, BTreeSet<Sku>> {
        &self.goods
    }

    /// The moments at which unpaid balances close orders.
    pub fn closings(&self) -> &BTreeSet<Instant> {
        &self.closings
    }
}

/// When something of an order becomes known: nothing before it is placed.
fn seconds(times: &Times) -> [Option<i64>; 4] {
    let second = |at: Instant| at.micros().div_euclid(MICROS);
    let placed = second(times.ordered_at);
    let known = [Some(times.ordered_at), times.first_paid_at, times.balance_paid_at, times.closed_at];
    known.map(|at| at.map(|at| second(at).max(placed)))
}

impl From<FileOrder> for Parts {
    fn from(FileOrder { shop_id, order, refunded }: FileOrder) -> Self {
        let ShopOrder { order_id, customer_id, times, goods_paid, lines, said } = order;
        let Said { single_stage, as_of, parent_id, refund_open } = said;
        let head =
            FileHead { shop_id, order_id, customer_id, times, goods_paid, refunded, single_stage, parent_id };
        (head, (as_of, refund_open), lines)
    }
}

impl From<Parts> for FileOrder {
    fn from((head, (as_of, refund_open), lines): Parts) -> Self {
        let mut order = head.with(lines);
        (order.order.said.as_of, order.order.said.refund_open) = (as_of, refund_open);
        order
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use money::Money;

    fn at(second: i64) -> Instant {
        Instant::from_micros(second * MICROS)
    }

    fn order(number: &str, paid: Option<i64>) -> FileOrder {
        let line =
            |sku: &str| PoolLine { sku: sku.parse().unwrap(), quantity: 2, amount: Money::from_minor(5_900) };
        let times = Times {
            ordered_at: at(1_000),
            first_paid_at: paid.map(at),
            balance_paid_at: paid.map(|paid| at(paid + 3)),
            balance_opens_at: paid.map(|paid| at(paid + 1)),
            balance_closes_at: paid.map(|paid| at(paid + 2)),
            closed_at: paid.map(|paid| at(paid + 4)),
        };
        let said = Said {
            single_stage: paid.map(|_| false),
            as_of: paid.map(|_| at(9)),
            parent_id: paid.map(|_| "一号/1".parse().unwrap()),
            refund_open: paid.is_some(),
        };
        let order = ShopOrder {
            order_id: number.parse().unwrap(),
            customer_id: "张三丰88".parse().unwrap(),
            times,
            goods_paid: Money::from_minor(11_800),
            lines: vec![line("TEA-250"), line("红色 T恤/XL")],
            said,
        };
        FileOrder { shop_id: "tea".parse().unwrap(), order, refunded: Money::from_minor(1) }
    }

    #[test]
    fn an_order_comes_back_as_it_was_put_in() {
        let all = [order("1", None), order("#1001", Some(2_000)), order(&"9".repeat(128), Some(500))];
        let mut orders = Orders::default();
        for (row, order) in (7..).zip(&all) {
            orders.push((1, row), order.clone());
        }
        orders.complete();
        assert_eq!(orders.len(), all.len());
        for (number, order) in all.iter().enumerate() {
            assert_eq!(orders.get(number), ((1, number as u64 + 7), order.clone()));
        }
        // Nothing of an order is known before it was placed.
        let known = [(1_000, 0), (1_000, 1), (1_000, 2), (2_000, 1), (2_003, 1), (2_004, 1)];
        assert_eq!(orders.agenda(), known);
        assert_eq!(orders.closings().iter().copied().collect::<Vec<_>>(), [at(502), at(2_002)]);
        let sold: Vec<&str> = orders.goods().values().flatten().map(Sku::as_str).collect();
        assert_eq!(sold, ["TEA-250", "红色 T恤/XL"]);
    }
}
