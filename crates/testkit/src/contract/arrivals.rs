//! What was taken in is known for ever; what waits is known until it is taken away.

use super::{Answer, all, load, new_order, refused, write};
use crate::build::{self, at, id};
use domain::{OrderId, ShopId};
use port::{Change, Keys, Store};

fn s1() -> ShopId {
    id("s1")
}

/// An event is known by shop, source and id, for ever (A-G-8).
pub fn an_event_is_taken_in_once(store: &mut dyn Store) {
    let (key, row) = build::inbox(&s1(), "ev-1");
    write(store, |changes| {
        changes.inbox.push(Change::new(key.clone(), row.clone()));
    });
    let elsewhere = (id("s2"), key.1.clone(), key.2.clone());
    let other_source = (s1(), "another".into(), key.2.clone());
    let keys = Keys { inbox: vec![elsewhere.clone(), key.clone(), other_source], ..Keys::default() };
    let found: Vec<_> = load(store, &keys).inbox.into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, [None, Some(row.clone()), None]);
    write(store, |changes| {
        changes.inbox.push(Change::new(elsewhere, row.clone()));
    });
    refused(store, |changes| changes.inbox.push(Change::new(key, row)));
}

/// Events wait with their order, by source and id, until they are taken away (A-G-8).
pub fn parked_events_wait_for_their_order(store: &mut dyn Store) {
    let order: OrderId = id("o-1");
    write(store, |changes| {
        changes
            .parked
            .extend(["ev-2", "ev-1"].map(|event| (s1(), order.clone(), build::parked(event, "o-1"))));
        changes.parked.push((s1(), id("o-2"), build::parked("ev-3", "o-2")));
    });
    let keys = Keys { parked: vec![(s1(), order.clone()), (s1(), id("o-9"))], ..Keys::default() };
    let rows = load(store, &keys);
    assert_eq!(rows.parked[0].1, ["ev-1", "ev-2"].map(|event| build::parked(event, "o-1")));
    assert_eq!(rows.parked[1].1, []);
    write(store, |changes| {
        changes.unparked.push((s1(), order.clone(), "platform".into(), "ev-1".into()));
        changes.orders.push(new_order("o-1", None));
    });
    assert_eq!(load(store, &keys).parked[0].1, [build::parked("ev-2", "o-1")]);
    assert_eq!(store.reader().parked(&s1(), &all()).answer().len(), 2);
    assert_eq!(store.reader().totals().answer().parked_events, 2);
}

/// The clock stands where it was set last.
pub fn the_sandbox_clock_is_kept(store: &mut dyn Store) {
    assert_eq!(store.reader().sandbox_clock().answer(), None);
    for seconds in [5, 3, 9] {
        write(store, |changes| changes.sandbox_clock = Some(at(seconds)));
        write(store, |_| ());
        assert_eq!(store.reader().sandbox_clock().answer(), Some(at(seconds)));
    }
}
