//! The stretches of orders that a pass looks at.

use super::{changed_order, new_order, pool_rows, s1};
use crate::build::{self, at, id};
use crate::contract::{Answer, write};
use domain::pool::{PassKind, Stage};
use port::{Keys, PageKey, PoolKeys, Store};

/// A re-run sees the orders of its strategy that are not closed.
pub fn pages_of_a_strategys_orders(store: &mut dyn Store) {
    let mut orders: Vec<_> = (0..10)
        .map(|number| build::pool_order(&format!("o-{number}"), Stage::ALL[number % Stage::ALL.len()]))
        .collect();
    orders[6].presale_strategy = Some(id("p-2"));
    orders[7].presale_strategy = None;
    write(store, |changes| changes.pool.orders.extend(orders.iter().cloned().map(new_order)));
    let ids = |store: &mut dyn Store, strategy: &str, after: Option<&str>, limit| {
        let (strategy_id, after) = (id(strategy), after.map(id));
        let pages = vec![PageKey { shop_id: s1(), strategy_id, kind: PassKind::Rerun, after, limit }];
        let rows = pool_rows(store, PoolKeys { pages, ..PoolKeys::default() });
        rows.pages[0].1.iter().map(|order| order.order_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(store, "p-1", None, 10), ["o-0", "o-1", "o-2", "o-3", "o-5", "o-8"]);
    assert_eq!(ids(store, "p-1", Some("o-1"), 2), ["o-2", "o-3"]);
    assert_eq!(ids(store, "p-2", None, 10), ["o-6"]);
    assert_eq!(ids(store, "p-3", None, 10), [""; 0]);
    // In one transaction a page is read and its orders move.
    let (strategy_id, kind) = (id("p-1"), PassKind::Rerun);
    let pages = vec![PageKey { shop_id: s1(), strategy_id, kind, after: None, limit: 2 }];
    let keys = Keys { pool: PoolKeys { pages, ..PoolKeys::default() }, ..Keys::default() };
    let moved = store.transact(&mut |open| {
        let mut rows = port::Rows::default();
        open.load(&keys, &mut rows)?;
        let mut changes = port::Changes::default();
        for order in &rows.pool.pages[0].1 {
            let mut closed = order.clone();
            closed.go(Stage::Closed, at(60));
            changes.pool.orders.push(changed_order(closed, order));
        }
        open.write(&changes)
    });
    moved.answer();
    assert_eq!(ids(store, "p-1", None, 10), ["o-2", "o-3", "o-5", "o-8"]);
    // Shop orders of any strategy or none.
    let pages =
        vec![PageKey { shop_id: s1(), strategy_id: id("p-9"), kind: PassKind::Cover, after: None, limit: 9 }];
    let rows = pool_rows(store, PoolKeys { pages, ..PoolKeys::default() });
    let waiting: Vec<_> = rows.pages[0].1.iter().map(|order| order.order_id.to_string()).collect();
    assert_eq!(waiting, ["o-5"]);
}

/// An activation sees the orders that are in the pool and fully paid; they come and go with both.
pub fn pages_of_orders_that_are_due(store: &mut dyn Store) {
    let due = |store: &mut dyn Store, after: Option<&str>| {
        let (strategy_id, kind, after) = (id("p-1"), PassKind::Activate, after.map(id));
        let pages = vec![PageKey { shop_id: s1(), strategy_id, kind, after, limit: 10 }];
        let rows = pool_rows(store, PoolKeys { pages, ..PoolKeys::default() });
        rows.pages[0].1.iter().map(|order| order.order_id.to_string()).collect::<Vec<_>>()
    };
    let paid = |number: usize, stage| {
        let mut order = build::pool_order(&format!("o-{number}"), stage);
        order.times.balance_paid_at = Some(at(4_000));
        order
    };
    let mut unpaid = build::pool_order("o-1", Stage::PresalePool);
    unpaid.times.balance_paid_at = None;
    unpaid.times.balance_opens_at = Some(at(3_000));
    let orders =
        [unpaid.clone(), paid(2, Stage::PresalePool), paid(3, Stage::Review), paid(4, Stage::PresalePool)];
    write(store, |changes| changes.pool.orders.extend(orders.iter().cloned().map(new_order)));
    assert_eq!(due(store, None), ["o-2", "o-4"]);
    assert_eq!(due(store, Some("o-2")), ["o-4"]);
    let mut left = orders[1].clone();
    left.go(Stage::Review, at(5_000));
    let mut came = unpaid.clone();
    came.times.balance_paid_at = Some(at(5_000));
    write(store, |changes| {
        changes.pool.orders.push(changed_order(came.clone(), &unpaid));
        changes.pool.orders.push(changed_order(left.clone(), &orders[1]));
    });
    assert_eq!(due(store, None), ["o-1", "o-4"]);
}
