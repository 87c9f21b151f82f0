//! Stores at rest: what lies in which file after a clean stop, and what is noticed when some of it is lost or changed.

#![allow(clippy::unwrap_used, reason = "tests")]

use port::{Change, OrderRow, Store, StoreErrorKind};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use store_sqlite::{Inspection, SqliteStore, backup, inspect, restore};
use tempfile::TempDir;
use testkit::build::{self, at};
use testkit::contract::dump::dump;
use testkit::contract::{new_order, write};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    (folder, live)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// An order whose document counts the one line of its timeline.
fn order(number: u32) -> Change<OrderRow> {
    let mut change = new_order(&format!("o-{number:05}"), Some(number.into()));
    change.row.order.timeline_entries = 1;
    change
}

fn put_orders(store: &mut dyn Store, from: u32, to: u32) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.orders.extend((from..to).map(order));
    });
}

/// The checks that found something.
fn broken(path: &Path) -> Vec<&'static str> {
    let Inspection { faults, .. } = inspect(path).unwrap();
    let mut checks: Vec<&str> = faults.iter().map(|fault| fault.check).collect();
    checks.dedup();
    checks
}

fn pages_checked(path: &Path) -> u64 {
    let found = inspect(path).unwrap();
    found.checked.iter().find(|(check, _)| *check == "pages").unwrap().1
}

#[test]
fn after_a_clean_stop_everything_lies_in_the_one_file() {
    let (_folder, live) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 40);
    let expected = dump(&*store.reader());
    drop(store);
    assert!(!beside(&live, "-wal").exists(), "nothing is left in a log");
    let copy = live.with_extension("copy");
    fs::copy(&live, &copy).unwrap();
    assert_eq!(dump(&*SqliteStore::open_reader(&copy).unwrap()), expected);
    assert_eq!((broken(&live), broken(&copy)), (vec![], vec![]));
    assert!(pages_checked(&live) > 10 && pages_checked(&copy) > 10, "the seal travels with the file");

    // It is opened again, and written: the seal of before is gone, the next stop makes another.
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 40, 80);
    assert_eq!((broken(&live), pages_checked(&live)), (vec![], 0), "a store in use has no seal");
    drop(store);
    assert_eq!(broken(&live), Vec::<&str>::new());
    assert!(pages_checked(&live) > pages_checked(&copy));
}

#[test]
fn a_reader_that_stays_does_not_keep_the_log_back() {
    let (_folder, live) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 4);
    let reader = store.reader();
    let expected = dump(&*reader);
    drop(store);
    assert_eq!(fs::metadata(beside(&live, "-wal")).map_or(0, |log| log.len()), 0);
    assert_eq!(dump(&*reader), expected, "it reads on");
    assert_eq!(broken(&live), Vec::<&str>::new());
}

/// As a machine that stops leaves it: each file as it is, none of them closed.
fn crashed(live: &Path, to: &Path, suffixes: &[&str]) {
    for suffix in suffixes {
        fs::copy(beside(live, suffix), beside(to, suffix)).unwrap();
    }
}

#[test]
fn a_store_whose_log_is_missing_says_so_and_stays_as_it_is() {
    let (folder, live) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 4);
    let expected = dump(&*store.reader());
    for (name, suffixes, is_whole) in [
        ("all", &["", "-wal", "-mark"][..], true),
        ("without-mark", &["", "-wal"], true),
        ("alone", &[""], false),
        ("without-log", &["", "-mark"], false),
    ] {
        let copy = folder.path().join(name);
        crashed(&live, &copy, suffixes);
        assert_eq!(broken(&copy), if is_whole { vec![] } else { vec!["commits"] }, "{name}");
        let before = fs::read(&copy).unwrap();
        match SqliteStore::open(&copy) {
            Ok(found) => assert!(is_whole && dump(&*found.reader()) == expected, "{name}"),
            Err(error) => {
                assert!(!is_whole && error.kind == StoreErrorKind::Corrupt, "{name}: {error}");
                assert!(error.message.contains("-wal is missing"), "{name}: {error}");
                assert_eq!(fs::read(&copy).unwrap(), before, "{name}");
                // What is left can be gone on with, by a decision of somebody's.
                let other = folder.path().join(format!("{name}-restored"));
                restore(&copy, &other, &mut |_, _| ()).unwrap();
                SqliteStore::open(&other).unwrap();
            }
        }
    }
}

/// `SQLite` drops what stands behind the first frame that is not as it was, and says nothing.
#[test]
fn commits_that_a_damaged_log_dropped_are_noticed() {
    let (folder, live) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    for number in 0..6 {
        put_orders(&mut store, number * 10, number * 10 + 10);
    }
    let log = fs::metadata(beside(&live, "-wal")).unwrap().len();
    for (name, damage) in [("flipped", 32 + 24 + 100), ("late", log - 100), ("cut", 0)] {
        let copy = folder.path().join(name);
        crashed(&live, &copy, &["", "-wal", "-mark"]);
        let file = fs::File::options().read(true).write(true).open(beside(&copy, "-wal")).unwrap();
        if damage == 0 {
            file.set_len(log / 2).unwrap();
        } else {
            let mut byte = [0];
            file.read_exact_at(&mut byte, damage).unwrap();
            file.write_all_at(&[byte[0] ^ 1], damage).unwrap();
        }
        drop(file);
        let error = SqliteStore::open(&copy).map(drop).unwrap_err();
        assert!(error.message.contains("commits were acknowledged"), "{name}: {error}");
        assert!(broken(&copy).contains(&"commits"), "{name}");
    }
    let copy = folder.path().join("sound");
    crashed(&live, &copy, &["", "-wal", "-mark"]);
    drop(SqliteStore::open(&copy).unwrap());
    assert_eq!(broken(&copy), Vec::<&str>::new());
}

#[test]
fn an_older_copy_in_a_stores_place_is_noticed_and_a_restore_is_none() {
    let (folder, live) = folder();
    let old = folder.path().join("old.db");
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 4);
    backup(&live, &old, &mut |_, _| ()).unwrap();
    put_orders(&mut store, 4, 8);
    drop(store);
    restore(&old, &live, &mut |_, _| ()).unwrap();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 4, 8);
    put_orders(&mut store, 8, 9);
    drop(store);
    fs::copy(&old, &live).unwrap();
    let error = SqliteStore::open(&live).unwrap_err();
    assert!(error.message.contains("an older copy was put in its place"), "{error}");
}

#[test]
fn a_second_writer_that_got_past_the_lock_changes_nothing() {
    let (_folder, live) = folder();
    let mut first = SqliteStore::open(&live).unwrap();
    put_orders(&mut first, 0, 1);
    fs::remove_file(beside(&live, ".lock")).unwrap();
    let mut second = SqliteStore::open(&live).unwrap();
    put_orders(&mut second, 1, 2);
    let mut put = |number| {
        let order = order(number);
        let changes = port::Changes { orders: vec![order], ..port::Changes::default() };
        first.transact(&mut |open| open.write(&changes))
    };
    let error = put(2).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Busy, "{error}");
    assert!(error.message.contains("another process writes this store"), "{error}");
    put(2).unwrap_err();
    put_orders(&mut second, 2, 3);
}

/// The newest store that an earlier build kept, brought up to date and stopped.
fn kept(path: &Path) {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/schema-11.sqlite");
    fs::copy(store, path).unwrap();
    drop(SqliteStore::open(path).unwrap());
}

/// What every reader is told; nothing where one of them fails.
fn told(path: &Path) -> Option<String> {
    std::panic::catch_unwind(|| dump(&*SqliteStore::open_reader(path).unwrap())).ok()
}

/// A seeded draw.
fn dice(seed: u64, below: u64) -> u64 {
    let mixed = (seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}

#[test]
fn a_bit_that_flips_at_rest_and_changes_what_anybody_is_told_is_found() {
    let (folder, live) = folder();
    kept(&live);
    let (expected, bytes) = (told(&live).unwrap(), fs::read(&live).unwrap());
    assert_eq!(broken(&live), Vec::<&str>::new());
    let damaged = folder.path().join("damaged.db");
    let (mut changed, mut silent) = (0, 0);
    for seed in 0..u64::from(testkit::seeds(150)) {
        // Half of them anywhere, half where something stands.
        let mut at = usize::try_from(dice(seed, bytes.len() as u64)).unwrap();
        if seed.is_multiple_of(2) {
            at = (at..bytes.len()).find(|at| bytes[*at] != 0).unwrap_or(at);
        }
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (seed % 8);
        let suffixes = ["-wal", "-shm"].map(|suffix| beside(&damaged, suffix));
        for suffix in &suffixes {
            let _ = fs::remove_file(suffix);
        }
        fs::write(&damaged, &flipped).unwrap();
        let is_found = inspect(&damaged).map_or(true, |found| !found.faults.is_empty());
        let is_changed = told(&damaged).as_ref() != Some(&expected);
        changed += u64::from(is_changed);
        silent += u64::from(is_changed && !is_found);
        assert!(is_found || !is_changed, "seed {seed}: bit {} of byte {at} changes an answer", seed % 8);
    }
    assert!(changed > 20, "only {changed} flips changed anything, {silent} of them unnoticed");
}

/// What somebody changes with another tool while the store is at rest: the file is no more what was sealed; and in a
/// store without a seal, as one that was killed, what contradicts a document, a count or the books is found all the same.
#[test]
fn what_another_tool_changes_is_found_with_and_without_a_seal() {
    for (sql, check) in [
        ("UPDATE orders SET payable = payable + 1 WHERE id = 1", "columns"),
        ("UPDATE orders SET state = 'open', paid_at = NULL WHERE state = 'paid'", "columns"),
        ("UPDATE orders SET customer_id = 'thief' WHERE id = 1", "columns"),
        ("UPDATE orders SET timeline = '' WHERE id = 1", "timelines"),
        ("UPDATE orders SET timeline = 'x' || timeline WHERE id = 1", "timelines"),
        ("UPDATE counters SET issued = issued + 1 WHERE campaign_id = 'c1'", "columns"),
        ("UPDATE pool_orders SET goods_paid = goods_paid + 1 WHERE id = 1", "columns"),
        ("DELETE FROM entries WHERE booked_number = 3", "books"),
        ("UPDATE entries SET booked_number = booked_number + 1 WHERE booked_number = 4", "books"),
        ("UPDATE orders SET doc = '{}' WHERE id = 1", "columns"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM shops", "database"),
        ("PRAGMA ignore_check_constraints = ON; UPDATE orders SET payable = -1 WHERE id = 1", "columns"),
    ] {
        let (folder, live) = folder();
        kept(&live);
        let unsealed = folder.path().join("unsealed.db");
        fs::copy(&live, &unsealed).unwrap();
        for path in [&live, &unsealed] {
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
        assert!(broken(&live).contains(&"pages"), "{sql}: {:?}", broken(&live));
        assert!(broken(&unsealed).contains(&check), "{sql}: {:?}", broken(&unsealed));
        assert!(!broken(&unsealed).contains(&"pages"), "closing it cut the seal off: {sql}");
    }
}

#[test]
fn a_backup_is_sealed_and_one_that_changed_is_not_restored() {
    let (folder, live) = folder();
    let (copy, to) = (folder.path().join("copy.db"), folder.path().join("to.db"));
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 40);
    write(&mut store, |changes| changes.sandbox_clock = Some(at(1)));
    backup(&live, &copy, &mut |_, _| ()).unwrap();
    assert!(pages_checked(&copy) > 10);
    assert_eq!(broken(&copy), Vec::<&str>::new());
    let mut bytes = fs::read(&copy).unwrap();
    let place = bytes.windows(7).position(|text| text == b"o-00007").unwrap();
    bytes[place + 6] ^= 1;
    fs::write(&copy, bytes).unwrap();
    assert!(broken(&copy).contains(&"pages"));
    let error = restore(&copy, &to, &mut |_, _| ()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Corrupt);
    assert!(!to.exists());
}

/// A file of something else: no byte of it changes, and nothing is made beside it.
#[test]
fn a_file_of_something_else_is_not_touched() {
    let (folder, live) = folder();
    let made = |sql: &str| drop(rusqlite::Connection::open(&live).unwrap().execute_batch(sql));
    let letter = || fs::write(&live, "this is a letter\n".repeat(40)).unwrap();
    let cases: [(&str, &dyn Fn()); 3] = [
        ("a letter", &letter),
        ("a database", &|| made("CREATE TABLE t (x)")),
        ("a database with a log", &|| made("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")),
    ];
    for (name, make) in cases {
        make();
        let before = fs::read(&live).unwrap();
        let error = SqliteStore::open(&live).unwrap_err();
        assert!(
            error.message.contains("is not a database of Promenade and was left as it is"),
            "{name}: {error}"
        );
        assert_eq!(fs::read(&live).unwrap(), before, "{name}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{name}: nothing is made beside it");
        fs::remove_file(&live).unwrap();
    }
    fs::create_dir(&live).unwrap();
    assert!(SqliteStore::open(&live).unwrap_err().message.contains("is no file"));
    fs::remove_dir(&live).unwrap();
    // Nor is anything written through a link in the place of a file of ours.
    let precious = folder.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    for suffix in [".lock", "-mark"] {
        std::os::unix::fs::symlink(&precious, beside(&live, suffix)).unwrap();
        SqliteStore::open(&live).unwrap_err();
        fs::remove_file(beside(&live, suffix)).unwrap();
    }
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 1);
    let copy = folder.path().join("copy.db");
    std::os::unix::fs::symlink(&precious, beside(&copy, ".partial")).unwrap();
    backup(&live, &copy, &mut |_, _| ()).unwrap();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
}

#[test]
fn a_store_that_is_gone_is_not_made_anew_while_its_mark_is_there() {
    for is_emptied in [false, true] {
        let (_folder, live) = folder();
        let mut store = SqliteStore::open(&live).unwrap();
        put_orders(&mut store, 0, 3);
        drop(store);
        fs::remove_file(&live).unwrap();
        if is_emptied {
            fs::write(&live, "").unwrap();
        }
        let refused = SqliteStore::open(&live).map(drop).unwrap_err();
        assert_eq!(refused.kind, StoreErrorKind::Corrupt);
        assert!(refused.message.contains("missing or empty"), "{refused}");
        assert_eq!(live.exists(), is_emptied, "nothing is made");
        fs::remove_file(beside(&live, "-mark")).unwrap();
        SqliteStore::open(&live).unwrap();
    }
}

#[test]
fn a_backup_takes_the_place_of_a_store_that_is_gone() {
    let (folder, live) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 3);
    let copy = folder.path().join("copy.db");
    backup(&live, &copy, &mut |_, _| ()).unwrap();
    let expected = dump(&*store.reader());
    drop(store);
    fs::remove_file(&live).unwrap();
    restore(&copy, &live, &mut |_, _| ()).unwrap();
    assert_eq!(dump(&*SqliteStore::open(&live).unwrap().reader()), expected);
}
