//! The files: who may open them, backups and what may be restored.

#![allow(clippy::unwrap_used, reason = "tests")]

use port::{Store, StoreErrorKind};
use std::fs;
use std::path::{Path, PathBuf};
use store_sqlite::{SqliteStore, backup, restore};
use tempfile::TempDir;
use testkit::build;
use testkit::contract::dump::dump;
use testkit::contract::{new_order, write};

fn folder() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (live, copy) = (folder.path().join("live.db"), folder.path().join("copy.db"));
    (folder, live, copy)
}

fn put_orders(store: &mut dyn Store, from: u32, to: u32) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes
            .orders
            .extend((from..to).map(|number| new_order(&format!("o-{number:05}"), Some(number.into()))));
    });
}

fn read(path: &Path) -> String {
    dump(&*SqliteStore::open_reader(path).unwrap())
}

#[test]
fn a_second_writer_is_refused_until_the_first_is_gone() {
    let (_folder, live, _) = folder();
    let mut first = SqliteStore::open(&live).unwrap();
    let refused = SqliteStore::open(&live).unwrap_err();
    assert_eq!(refused.kind, StoreErrorKind::Busy);
    assert!(refused.message.contains("in use by another process"), "{refused}");
    put_orders(&mut first, 0, 1);
    SqliteStore::open_reader(&live).unwrap();
    drop(first);
    SqliteStore::open(&live).unwrap();
}

#[test]
fn a_link_leads_to_the_same_lock() {
    let (_folder, live, link) = folder();
    let _first = SqliteStore::open(&live).unwrap();
    std::os::unix::fs::symlink(&live, &link).unwrap();
    assert_eq!(SqliteStore::open(&link).unwrap_err().kind, StoreErrorKind::Busy);
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let (_folder, live, copy) = folder();
    drop(SqliteStore::open(&live).unwrap());
    let db = rusqlite::Connection::open(&live).unwrap();
    db.execute_batch(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
        VALUES (999, 'later', '2030-01-01T00:00:00Z', '1')",
    )
    .unwrap();
    drop(db);
    let errors = [
        SqliteStore::open(&live).unwrap_err(),
        SqliteStore::open_reader(&live).map(drop).unwrap_err(),
        backup(&live, &copy, &mut |_, _| ()).unwrap_err(),
        restore(&live, &copy, &mut |_, _| ()).unwrap_err(),
    ];
    for error in errors {
        assert!(error.message.contains("newer version"), "{error}");
    }
    assert!(!copy.exists());
}

#[test]
fn what_is_no_database_of_ours_is_refused() {
    let (_folder, live, copy) = folder();
    fs::write(&live, "this is a letter, and it is long enough to have a header\n".repeat(20)).unwrap();
    assert_eq!(SqliteStore::open(&live).unwrap_err().kind, StoreErrorKind::Corrupt);
    assert_eq!(restore(&live, &copy, &mut |_, _| ()).unwrap_err().kind, StoreErrorKind::Corrupt);
    fs::remove_file(&live).unwrap();
    assert!(SqliteStore::open_reader(&live).is_err(), "there is no file");
    rusqlite::Connection::open(&live).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    for error in [
        SqliteStore::open(&live).map(drop).unwrap_err(),
        SqliteStore::open_reader(&live).map(drop).unwrap_err(),
        backup(&live, &copy, &mut |_, _| ()).unwrap_err(),
        restore(&live, &copy, &mut |_, _| ()).unwrap_err(),
    ] {
        assert!(error.message.contains("not a database of Promenade"), "{error}");
    }
    let tables: i64 = rusqlite::Connection::open(&live)
        .and_then(|db| db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)))
        .unwrap();
    assert_eq!(tables, 1, "it was left as it is");
}

#[test]
fn a_backup_replaces_an_earlier_copy_and_nothing_else() {
    let (_folder, live, copy) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 3);
    let copy_it = |to: &Path| backup(&live, to, &mut |_, _| ());
    copy_it(&copy).unwrap();
    copy_it(&copy).unwrap();
    fs::write(&copy, "").unwrap();
    copy_it(&copy).unwrap();

    // Another store, in use and at rest.
    let other = live.with_extension("other");
    let mut second = SqliteStore::open(&other).unwrap();
    put_orders(&mut second, 10, 12);
    let before = dump(&*second.reader());
    assert_eq!(copy_it(&other).unwrap_err().kind, StoreErrorKind::Busy);
    drop(second);
    assert!(copy_it(&other).unwrap_err().message.contains("is a store"));
    assert_eq!(read(&other), before);

    // Files of somebody else.
    let (keys, foreign) = (live.with_extension("json"), live.with_extension("foreign"));
    fs::write(&keys, "[]").unwrap();
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    for path in [&keys, &foreign] {
        let before = fs::read(path).unwrap();
        for refused in [copy_it(path), restore(&copy, path, &mut |_, _| ())] {
            assert!(refused.unwrap_err().message.contains("is no database of Promenade"));
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_backup_is_one_moment_however_much_is_written_meanwhile() {
    let (_folder, live, copy) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 8_000);
    let before = dump_orders(&*store.reader());
    let mut steps = Vec::new();
    backup(&live, &copy, &mut |done, total| {
        let from = 8_000 + 10 * u32::try_from(steps.len()).unwrap();
        put_orders(&mut store, from, from + 10);
        steps.push((done, total));
    })
    .unwrap();
    assert!(steps.len() > 1, "{steps:?}");
    assert!(steps.is_sorted() && steps.last().is_some_and(|(done, total)| done == total), "{steps:?}");
    assert_eq!(dump_orders(&*SqliteStore::open_reader(&copy).unwrap()), before);
    assert_ne!(dump_orders(&*store.reader()), before, "the writer went on");

    // Restored, it is the store of that moment, and is written again.
    assert_eq!(restore(&copy, &live, &mut |_, _| ()).unwrap_err().kind, StoreErrorKind::Busy);
    drop(store);
    restore(&copy, &live, &mut |_, _| ()).unwrap();
    let mut store = SqliteStore::open(&live).unwrap();
    assert_eq!(dump_orders(&*store.reader()), before);
    put_orders(&mut store, 8_000, 8_001);
}

/// Orders and timers are all that these tests write.
fn dump_orders(reader: &dyn port::Reader) -> (Vec<domain::order::Order>, Vec<port::Timer>) {
    let everything = testkit::contract::page(None, 1_000_000);
    let shop = build::id("s1");
    (reader.orders(&shop, &everything).unwrap(), reader.timers(&shop, &everything).unwrap())
}

#[test]
fn a_restore_forgets_the_old_log() {
    let (_folder, live, copy) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 3);
    backup(&live, &copy, &mut |_, _| ()).unwrap();
    let expected = dump(&*store.reader());
    put_orders(&mut store, 3, 6);
    // As after a crash: the log is still there.
    let (crashed, log) = (live.with_extension("crashed"), live.with_extension("crashed-wal"));
    fs::copy(&live, &crashed).unwrap();
    fs::copy(live.with_extension("db-wal"), &log).unwrap();
    drop(store);
    restore(&copy, &crashed, &mut |_, _| ()).unwrap();
    assert!(!log.exists());
    assert_eq!(dump(&*SqliteStore::open(&crashed).unwrap().reader()), expected);
    assert_eq!(read(&copy), expected, "the backup can be used again");
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let (_folder, live, copy) = folder();
    let mut store = SqliteStore::open(&live).unwrap();
    put_orders(&mut store, 0, 2_000);
    backup(&live, &copy, &mut |_, _| ()).unwrap();
    drop(store);
    let before = read(&live);
    let mut bytes = fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 20_000] {
        *byte ^= 0x5a;
    }
    fs::write(&copy, bytes).unwrap();
    let error = restore(&copy, &live, &mut |_, _| ()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}");
    assert_eq!(read(&live), before);
    let left: Vec<_> =
        fs::read_dir(live.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn a_database_is_not_copied_onto_itself() {
    let (_folder, live, _) = folder();
    drop(SqliteStore::open(&live).unwrap());
    assert!(backup(&live, &live, &mut |_, _| ()).unwrap_err().message.contains("onto itself"));
    assert!(restore(&live, &live, &mut |_, _| ()).unwrap_err().message.contains("from itself"));
}
