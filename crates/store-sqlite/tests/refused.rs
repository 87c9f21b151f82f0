//! Files that this program cannot go on with are refused by whatever opens them, and stay as they are.
//!
//! `stores/earlier-build.sqlite` was made by a build from before the tables were settled: its V02 is another one.

#![allow(clippy::unwrap_used, reason = "tests")]

use port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use store_sqlite::{SqliteStore, backup, restore};
use tempfile::TempDir;

/// A copy of one of the `stores`, in a folder of its own.
fn copy_of(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores").join(name), &path).unwrap();
    (folder, path)
}

/// What everything that opens a store answers: serving and migrating, auditing, backing up, restoring.
fn refusals(path: &Path) -> [StoreError; 4] {
    let other = path.with_extension("other");
    let errors = [
        SqliteStore::open(path).map(drop).unwrap_err(),
        SqliteStore::open_reader(path).map(drop).unwrap_err(),
        backup(path, &other, &mut |_, _| ()).unwrap_err(),
        restore(path, &other, &mut |_, _| ()).unwrap_err(),
    ];
    assert!(!other.exists(), "something was copied");
    errors
}

const EARLIER: &str = "was made by a build of Promenade from before its tables were settled";
const WHAT_TO_DO: &str = "start a new store and send the events again, or go on with the build that made it";

#[track_caller]
fn is_of_an_earlier_build(path: &Path, migration: &str) {
    for error in refusals(path) {
        assert_eq!(error.kind, StoreErrorKind::Other, "{error}");
        for words in [EARLIER, WHAT_TO_DO, migration, "store.db"] {
            assert!(error.message.contains(words), "{error}");
        }
    }
}

#[test]
fn a_store_of_an_earlier_build_is_refused_and_stays_as_it_is() {
    let (_folder, path) = copy_of("earlier-build.sqlite");
    let before = fs::read(&path).unwrap();
    is_of_an_earlier_build(&path, "V02__orders");
    assert!(fs::read(&path).unwrap() == before, "the file was changed");
}

#[test]
fn the_log_of_an_earlier_build_that_stopped_stays_as_it_is() {
    let (_folder, path) = copy_of("earlier-build.sqlite");
    let (live, log) = (path.with_extension("live"), path.with_extension("db-wal"));
    fs::rename(&path, &live).unwrap();
    let db = Connection::open(&live).unwrap();
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    db.execute_batch("UPDATE shops SET sequence = 9").unwrap();
    // As after a crash: the log holds what the file does not.
    fs::copy(&live, &path).unwrap();
    fs::copy(live.with_extension("live-wal"), &log).unwrap();
    let before = (fs::read(&path).unwrap(), fs::read(&log).unwrap());
    assert!(!before.1.is_empty());
    is_of_an_earlier_build(&path, "V02__orders");
    assert!((fs::read(&path).unwrap(), fs::read(&log).unwrap()) == before, "the file or its log was changed");
}

/// What is done to the list of a store that this program knows, and the migration that is named.
const OTHERWISE: [(&str, &str); 4] = [
    ("UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1", "V01__shops"),
    ("UPDATE refinery_schema_history SET name = 'messaging' WHERE version = 5", "V05__messaging"),
    ("DELETE FROM refinery_schema_history WHERE version = 4", "V05__messages"),
    ("UPDATE refinery_schema_history SET checksum = 'none' WHERE version = 9", "V09__shared_coupons"),
];

#[test]
fn every_migration_of_a_file_must_be_the_one_that_landed() {
    for (sql, migration) in OTHERWISE {
        let (_folder, path) = copy_of("schema-09.sqlite");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        is_of_an_earlier_build(&path, migration);
        assert!(fs::read(&path).unwrap() == before, "{sql}: the file was changed");
    }
}

#[test]
fn a_database_of_others_with_such_a_list_is_none_of_ours() {
    let (_folder, path) = copy_of("schema-09.sqlite");
    let sql = "UPDATE refinery_schema_history SET name = 'initial' WHERE version = 1";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    for error in refusals(&path) {
        assert!(error.message.contains("is not a database of Promenade"), "{error}");
    }
    // Nothing is put in its place either.
    let (_other, store) = copy_of("schema-09.sqlite");
    let refused = restore(&store, &path, &mut |_, _| ()).unwrap_err();
    assert!(refused.message.contains("is no database of Promenade"), "{refused}");
}

#[test]
fn a_store_whose_making_was_stopped_is_made_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(SqliteStore::open(&path).unwrap());
    let list = "SELECT sql FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let list: String = Connection::open(&path).unwrap().query_row(list, [], |row| row.get(0)).unwrap();
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch(&list).unwrap();
    let error = SqliteStore::open_reader(&path).map(drop).unwrap_err();
    assert!(error.message.contains("start `promenade serve` on it once"), "{error}");
    drop(SqliteStore::open(&path).unwrap());
    SqliteStore::open_reader(&path).unwrap();
}
