//! Pooled orders that were split from one, by their parent.

use super::{changed_order, new_order, pool_rows, write};
use crate::build::{self, id};
use domain::pool::{PoolOrder, Stage};
use port::{Change, PoolKeys, Store};

/// Orders that were split from one are found by their parent, also when it was learned later, in their shop (A-S4-24).
pub fn a_s4_24_children_are_found_by_their_parent(store: &mut dyn Store) {
    let child = |name: &str, parent: Option<&str>| {
        let mut order = build::pool_order(name, Stage::PresalePool);
        order.parent_id = parent.map(id);
        order
    };
    let (first, late, alone) = (child("o-2", Some("p")), child("o-1", None), child("p", None));
    let (other, foreign) = (child("o-3", Some("q")), child("o-4", Some("p")));
    write(store, |changes| {
        let own = [first.clone(), late.clone(), alone, other.clone()];
        changes.pool.orders.extend(own.map(new_order));
        changes.pool.orders.push(Change::new((id("s2"), foreign.order_id.clone()), foreign.clone().into()));
    });
    let asked = [("s1", "p"), ("s1", "q"), ("s2", "p"), ("s2", "q"), ("s9", "p")];
    let families: Vec<_> = asked.iter().map(|(shop, parent)| (id(shop), id(parent))).collect();
    let find = |store: &mut dyn Store| {
        let found = pool_rows(store, PoolKeys { families: families.clone(), ..PoolKeys::default() }).families;
        assert!(found.iter().map(|(key, _)| key).eq(&families));
        found.into_iter().map(|(_, children)| children).collect::<Vec<_>>()
    };
    let rest = [vec![other], vec![foreign], vec![], vec![]];
    assert_eq!(find(store)[0], std::slice::from_ref(&first));
    assert_eq!(find(store)[1..], rest);
    let learned = PoolOrder { parent_id: Some(id("p")), ..late.clone() };
    let moved = PoolOrder { refund_open: true, ..first.clone() };
    write(store, |changes| {
        changes.pool.orders.push(changed_order(learned.clone(), &late));
        changes.pool.orders.push(changed_order(moved.clone(), &first));
    });
    assert_eq!(find(store)[0], [learned, moved]);
    assert_eq!(find(store)[1..], rest);
}
