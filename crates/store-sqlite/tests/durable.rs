//! What was committed stays, whatever happens to the process or the disk.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::ShopId;
use port::{Change, Changes, Reader, Store, StoreErrorKind};
use store_memory::MemoryStore;
use store_sqlite::{Options, SqliteStore};
use testkit::build::{self, at, id};
use testkit::contract::dump::dump;
use testkit::contract::{all, load, new_order, write};

fn s1() -> ShopId {
    id("s1")
}

/// Orders, coupons and events in one batch.
fn batch(number: u32, size: u32) -> Changes {
    let mut changes = Changes::default();
    changes.shops.push(build::shared_shop("s1"));
    for row in number * size..(number + 1) * size {
        let order = new_order(&format!("o-{row:06}"), Some(i64::from(row)));
        let coupon = build::coupon(&format!("cp-{row:06}"), "u-1", "o-1", at(0));
        changes.coupons.push(build::new_coupon(&s1(), coupon));
        changes.inbox.push(build::taken_in(&s1(), &format!("ev-{row}")));
        changes.orders.push(order);
    }
    changes.sequences.push((s1(), u64::from(number)));
    changes
}

#[test]
fn a_store_that_is_opened_again_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let mut before = String::new();
    for round in 0..3 {
        let mut store = SqliteStore::open(&path).unwrap();
        if round > 0 {
            assert_eq!(dump(&*store.reader()), before, "round {round}");
        }
        let changes = batch(round, 3);
        store.transact(&mut |open| open.write(&changes)).unwrap();
        before = dump(&*store.reader());
    }
    let reader = SqliteStore::open_reader(&path).unwrap();
    assert_eq!(dump(&*reader), before);
}

/// Opens what a machine that stopped at this moment would have left on its disk.
fn after_a_crash(path: &std::path::Path, check: impl FnOnce(&mut SqliteStore)) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("test.db");
    std::fs::copy(path, &copy).unwrap();
    std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    check(&mut SqliteStore::open(&copy).unwrap());
}

#[test]
fn a_crash_loses_nothing_while_the_log_is_copied() {
    // A log this short is copied again and again while the batches come.
    crash_again_and_again(40);
}

#[test]
fn a_crash_loses_nothing_when_the_log_is_laid_out_ahead() {
    let length = crash_again_and_again(4_000);
    assert!(length > 4 << 20 && length.is_multiple_of(64 << 10), "{length} bytes are not laid out");
}

/// Crashes between batches; how long the log is in the end.
fn crash_again_and_again(checkpoint_pages: u32) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let options = Options { checkpoint_pages, ..Options::default() };
    let mut store = SqliteStore::open_with(&path, &options).unwrap();
    let mut memory = MemoryStore::new();
    for number in 0..24 {
        let changes = batch(number, 100);
        store.transact(&mut |open| open.write(&changes)).unwrap();
        memory.transact(&mut |open| open.write(&changes)).unwrap();
        if number % 6 == 5 {
            after_a_crash(&path, |found| {
                assert_eq!(dump(&*found.reader()), dump(&*memory.reader()), "after batch {number}");
                assert_eq!(found.due_timers(at(90), 500).unwrap(), memory.due_timers(at(90), 500).unwrap());
            });
        }
    }
    let length = std::fs::metadata(path.with_extension("db-wal")).unwrap().len();
    drop(store);
    assert_eq!(dump(&*SqliteStore::open_reader(&path).unwrap()), dump(&*memory.reader()));
    length
}

#[test]
fn a_full_disk_leaves_nothing_of_the_batch_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    drop(SqliteStore::open(&path).unwrap());
    let options = Options { most_pages: Some(120), ..Options::default() };
    let mut store = SqliteStore::open_with(&path, &options).unwrap();
    write(&mut store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
    });
    let mut committed = 0;
    let error = loop {
        let changes = batch(committed, 50);
        match store.transact(&mut |open| open.write(&changes)) {
            Ok(()) => committed += 1,
            Err(error) => break error,
        }
        assert!(committed < 1_000, "the disk never fills");
    };
    assert!(committed > 0);
    assert_eq!(error.kind, StoreErrorKind::Full);
    assert!(error.message.starts_with("the disk is full; free space and try again"), "{error}");
    let count =
        |reader: &dyn Reader| reader.orders(&s1(), &testkit::contract::page(None, 100_000)).unwrap().len();
    assert_eq!(count(&*store.reader()), committed as usize * 50);

    // The writer goes on too: with what needs no room, and with everything when there is room again.
    write(&mut store, |changes| changes.sandbox_clock = Some(at(1)));
    let keys = port::Keys { shops: vec![s1()], ..port::Keys::default() };
    assert_eq!(load(&mut store, &keys).shops[0].1.as_ref().unwrap().sequence, u64::from(committed) - 1);
    drop(store);
    let mut store = SqliteStore::open(&path).unwrap();
    let changes = batch(committed, 50);
    store.transact(&mut |open| open.write(&changes)).unwrap();
    assert_eq!(count(&*store.reader()), (committed as usize + 1) * 50);
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let mut store = SqliteStore::open(&path).unwrap();
    write(&mut store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.orders.extend([new_order("o-1", None), new_order("o-2", None)]);
        let coupon = build::coupon("cp-1", "u-1", "o-1", at(0));
        changes.coupons.push(build::new_coupon(&s1(), coupon));
    });
    drop(store);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "UPDATE orders SET doc = '{\"order_id\":' WHERE order_id = 'o-1';
        UPDATE orders SET timeline = 'nonsense' WHERE order_id = 'o-2';
        UPDATE coupons SET campaign_id = 'not an id';",
    )
    .unwrap();
    drop(db);
    let mut store = SqliteStore::open(&path).unwrap();
    let reader = store.reader();
    let keys = port::Keys { orders: vec![(s1(), id("o-1"))], ..port::Keys::default() };
    let loaded = store.transact(&mut |open| open.load(&keys, &mut port::Rows::default()));
    for (error, names) in [
        (reader.order(&s1(), &id("o-1")).unwrap_err(), ["orders", "s1/o-1"]),
        (reader.orders(&s1(), &all()).unwrap_err(), ["orders", "s1/o-1"]),
        (loaded.unwrap_err(), ["orders", "s1/o-1"]),
        (reader.timeline(&s1(), &id("o-2")).unwrap_err(), ["orders", "s1/o-2"]),
        (reader.coupon(&s1(), &id("cp-1")).unwrap_err(), ["coupons", "s1/cp-1"]),
    ] {
        assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}");
        assert!(names.iter().all(|name| error.message.contains(name)), "{error}");
    }
    assert!(reader.order(&s1(), &id("o-2")).unwrap().is_some(), "what is sound is still read");
    write(&mut store, |changes| {
        changes.orders.push(Change { is_new: false, ..new_order("o-2", None) });
    });
}
