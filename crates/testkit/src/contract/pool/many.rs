//! Many orders in one transaction, as an intake writes them.

use super::{change_of, changed_order, new_order, pool_rows, s1};
use crate::build::{self, id};
use domain::pool::{PoolOrder, Stage};
use money::Money;
use port::{Changes, PoolKeys, Store};

/// More than a store writes in any one go.
const ORDERS: i64 = 3_000;

/// Each keeps what it was, with its place; what is written twice in a transaction is what it was last.
pub fn many_orders_of_one_transaction(store: &mut dyn Store) {
    let order = |number: i64| {
        let mut order = build::pool_order(&format!("o-{number}"), Stage::ShopOrder);
        order.goods_paid = Money::from_minor(number);
        // Documents of different lengths.
        order.customer_id = id(&format!("u{}", "9".repeat(usize::try_from(number % 20).unwrap_or_default())));
        order
    };
    let mut orders: Vec<PoolOrder> = (0..ORDERS).map(order).collect();
    let second = |number: i64| number * 7_919 % ORDERS / 3;
    let candidate = |number: i64| build::candidate(second(number), &format!("o-{number}"));
    let mut first = Changes::default();
    first.pool.orders.extend(orders.iter().cloned().map(new_order));
    first.pool.candidates.extend((0..ORDERS).map(|number| change_of(&s1(), 1, None, candidate(number))));
    first.pool.candidates.sort_by(|one, other| one.key.cmp(&other.key));
    let before = orders[7].clone();
    orders[7].go(Stage::Review, build::at(9));
    let mut then = Changes::default();
    then.pool.orders.push(changed_order(orders[7].clone(), &before));
    let written = store.transact(&mut |tx| {
        tx.write(&first)?;
        tx.write(&then)
    });
    written.expect("a transaction may write twice");
    let keys = orders.iter().map(|order| (s1(), order.order_id.clone())).collect();
    let ranks = (0..ORDERS).map(|number| (s1(), 1, candidate(number).key)).collect();
    let found = pool_rows(store, PoolKeys { orders: keys, ranks, ..PoolKeys::default() });
    assert!(found.orders.iter().map(|(_, order)| order.as_deref()).eq(orders.iter().map(Some)));
    let mut places: Vec<_> = (0..ORDERS).map(|number| candidate(number).key).collect();
    places.sort();
    let rank = |key| places.partition_point(|place| place <= key) as u64;
    assert!(found.ranks.iter().all(|((_, _, key), found)| *found == rank(key)));
}
