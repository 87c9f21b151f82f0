//! A transaction is all or nothing, and nobody sees the half of it.

use super::{Answer, all, load, new_order, refused, write};
use crate::build::{self, at, id};
use domain::{OrderId, ShopId};
use port::{
    BatchClaims, Change, Changes, CodeRow, Keys, Reader, Rows, Store, StoreError, StoreErrorKind, Webhook,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn s1() -> ShopId {
    id("s1")
}

/// Answers come in the order of the keys, also where there is no row, and twice for a key given twice.
pub fn every_key_is_answered_in_its_place(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.orders.extend(["o-1", "o-3"].map(|order| new_order(order, None)));
    });
    let wanted = ["o-3", "o-2", "o-1", "o-3"].map(|order| (s1(), id::<OrderId>(order)));
    let keys = Keys { shops: vec![id("s9"), s1()], orders: wanted.to_vec(), ..Keys::default() };
    let rows = load(store, &keys);
    let answered: Vec<_> = rows.orders.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(answered, wanted);
    let found: Vec<Option<&str>> =
        rows.orders.iter().map(|(_, row)| row.as_ref().map(|row| row.order.order_id.as_str())).collect();
    assert_eq!(found, [Some("o-3"), None, Some("o-1"), Some("o-3")]);
    assert!(rows.shops[0].1.is_none() && rows.shops[1].1.is_some());
}

/// Inside a transaction its own writes are there.
pub fn a_load_sees_the_writes_of_its_transaction(store: &mut dyn Store) {
    let keys = Keys { shops: vec![s1()], orders: vec![(s1(), id("o-1"))], ..Keys::default() };
    store
        .transact(&mut |open| {
            let mut rows = Rows::default();
            open.load(&keys, &mut rows)?;
            assert!(rows.shops[0].1.is_none() && rows.orders[0].1.is_none());
            let mut changes = Changes::default();
            changes.shops.push(build::shared_shop("s1"));
            changes.orders.push(new_order("o-1", None));
            open.write(&changes)?;
            let mut changes = Changes::default();
            changes.sequences.push((s1(), 3));
            changes.orders.push(Change { is_new: false, ..new_order("o-1", Some(4)) });
            open.write(&changes)?;
            let mut rows = Rows::default();
            open.load(&keys, &mut rows)?;
            assert_eq!(rows.shops[0].1.as_ref().expect("the shop is there").sequence, 3);
            assert_eq!(rows.orders[0].1.as_ref().expect("the order is there").wake_at, Some(at(4)));
            Ok(())
        })
        .answer();
    assert_eq!(load(store, &keys).shops[0].1.as_ref().expect("the shop is there").sequence, 3);
}

/// Something in every table, over a shop, an order, a webhook and a dead delivery that are there.
fn everything(changes: &mut Changes) {
    changes.shops.extend([build::shared_shop("s1"), build::shared_shop("s2")]);
    changes.sequences.push((s1(), 99));
    changes.campaigns.push((s1(), build::campaign("c2").into()));
    changes.counters.push((s1(), id("c2"), build::counters(9)));
    changes.orders.push(Change { is_new: false, old_wake: Some(at(30)), ..new_order("o-1", Some(40)) });
    changes.orders.push(new_order("o-2", Some(50)));
    let coupon = build::coupon("cp-1", "u-1", "o-1", at(0));
    changes.coupons.push(build::new_coupon(&s1(), coupon));
    changes.standings.push(build::stands(&s1(), "u-1", 1));
    changes.inbox.push(build::taken_in(&s1(), "ev-1"));
    changes.parked.push((s1(), id("o-9"), build::parked("ev-9", "o-9")));
    changes.requests.push(Change::new((s1(), "key".into()), build::request("a")));
    changes.entries.extend(build::entries(&s1(), &build::order("o-1", "u-1", at(0))));
    changes.dispatches.push(build::dispatch(&s1(), "m-1", 5));
    changes.messages.push(build::told(build::message(&s1(), "m-1", "o-1", "u-1")));
    changes.outbox.push(build::outbox(&s1(), "out-2", &["w1"]));
    changes.webhooks.push((s1(), Webhook { url: "https://changed.test/".into(), ..build::webhook("w1") }));
    changes.revived.push((s1(), id("w1"), at(70)));
    changes.batches.push((s1(), build::batch("b-1").into()));
    changes.batch_counters.push((s1(), id("b-1"), domain::coupon::BatchCounters::default()));
    changes.batch_claims.push(Change::new((s1(), id("u-1"), id("b-1")), BatchClaims(2)));
    changes.codes.push(Change::new((s1(), [7; 16]), CodeRow { batch_id: id("b-1"), coupon_id: None }));
    let coupon = build::coupon_of("b-1", "cp-2", "u-1");
    changes.coupons.push(build::new_coupon(&s1(), coupon));
    super::pool::everything(&s1(), &mut changes.pool);
    changes.sandbox_clock = Some(at(7));
}

fn begin(store: &mut dyn Store) -> (String, Keys) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.webhooks.push((s1(), build::webhook("w1")));
        changes.orders.push(new_order("o-1", Some(30)));
        changes.outbox.push(build::outbox(&s1(), "out-1", &["w1"]));
    });
    super::queues::settle(store, 1, port::DeliveryStatus::Dead, 3, 100);
    let keys = Keys { shops: vec![s1()], ..Keys::default() };
    (everything_read(&*store.reader(), store), keys)
}

fn everything_read(reader: &dyn Reader, store: &mut dyn Store) -> String {
    let keys = Keys { shops: vec![s1(), id("s2")], requests: vec![(s1(), "key".into())], ..Keys::default() };
    let keys = Keys { inbox: vec![build::inbox(&s1(), "ev-1").0], ..keys };
    let rows = load(store, &keys);
    let timers = store.due_timers(at(1_000_000), 100).answer();
    format!("{}\n{rows:?}\n{timers:?}", super::dump::dump(reader))
}

/// Work that answers an error takes all of its writes back.
pub fn a_failing_work_leaves_nothing(store: &mut dyn Store) {
    let (before, _) = begin(store);
    let mut changes = Changes::default();
    everything(&mut changes);
    let failed = store.transact(&mut |open| {
        open.write(&changes)?;
        Err(StoreError::new(StoreErrorKind::Other, "no"))
    });
    assert_eq!(failed.expect_err("the work failed").message, "no");
    assert_eq!(everything_read(&*store.reader(), store), before);
    store.transact(&mut |open| open.write(&changes)).answer();
    assert_ne!(everything_read(&*store.reader(), store), before);
}

/// A write that breaks off midway cannot be committed, even by work that overlooks it.
pub fn a_failing_write_leaves_nothing(store: &mut dyn Store) {
    let (before, _) = begin(store);
    let mut changes = Changes::default();
    everything(&mut changes);
    changes.outbox.push(build::outbox(&s1(), "out-1", &[]));
    let failed = store.transact(&mut |open| {
        assert!(open.write(&changes).is_err());
        Ok(())
    });
    assert!(failed.is_err());
    assert_eq!(everything_read(&*store.reader(), store), before);
}

/// Work that panics leaves a store that goes on.
pub fn a_panic_leaves_nothing(store: &mut dyn Store) {
    let (before, keys) = begin(store);
    let mut changes = Changes::default();
    everything(&mut changes);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        store.transact(&mut |open| {
            open.write(&changes)?;
            panic!("on purpose");
        })
    }));
    assert!(caught.is_err());
    assert_eq!(everything_read(&*store.reader(), store), before);
    assert!(load(store, &keys).shops[0].1.is_some());
}

/// A reader taken before sees what is committed after, and never more.
pub fn readers_see_only_what_is_committed(store: &mut dyn Store) {
    let reader = store.reader();
    assert_eq!(reader.orders(&s1(), &all()).answer(), []);
    write(store, |changes| changes.orders.push(new_order("o-1", None)));
    assert_eq!(reader.orders(&s1(), &all()).answer().len(), 1);
    let failed = store.transact(&mut |open| {
        let mut changes = Changes::default();
        changes.orders.push(new_order("o-2", None));
        open.write(&changes)?;
        Err(StoreError::new(StoreErrorKind::Other, "no"))
    });
    assert!(failed.is_err());
    assert_eq!(reader.orders(&s1(), &all()).answer().len(), 1);
}

/// Changes of rows that are not there, and rows that hang on nothing, are refused.
pub fn what_is_not_there_cannot_be_changed(store: &mut dyn Store) {
    refused(store, |changes| {
        changes.orders.push(Change { is_new: false, ..new_order("o-1", None) });
    });
    refused(store, |changes| {
        changes.campaigns.push((s1(), build::campaign("c1").into()));
    });
    refused(store, |changes| {
        changes.webhooks.push((s1(), build::webhook("w1")));
    });
    refused(store, |changes| {
        changes.dispatches.push(build::dispatch(&s1(), "m-1", 0));
    });
    refused(store, |changes| {
        changes.outbox.push(build::outbox(&s1(), "out-1", &["w1"]));
    });
    assert_eq!(store.reader().outbox(&s1(), &all()).answer(), []);
}
