//! A row that a newer program wrote stops what is about it, and nothing else; and it is left as it is.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use engine::EngineError;
use port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use store_sqlite::SqliteStore;
use support::*;
use tempfile::TempDir;

/// Three orders, the second as the next program would write it.
fn half_upgraded() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("promenade.db");
    let run = Run::on(Box::new(SqliteStore::open(&file).unwrap())).with_campaign(&Deal::default());
    for name in ["o1", "o2", "o3"] {
        run.apply(&placed(name, &format!("of.{name}"), at(0)));
    }
    run.engine.stop();
    raise(&file, "orders", "order_id = 'o2'");
    (folder, file)
}

fn raise(file: &Path, table: &str, which: &str) {
    let sql = format!("UPDATE {table} SET doc = '{{\"v\":2,' || substr(doc, 2) WHERE {which}");
    assert_eq!(Connection::open(file).unwrap().execute(&sql, []).unwrap(), 1);
}

fn document(file: &Path, order: &str) -> String {
    let sql = "SELECT doc FROM orders WHERE order_id = ?1";
    Connection::open(file).unwrap().query_row(sql, [order], |row| row.get(0)).unwrap()
}

fn is_newer(error: &StoreError) -> bool {
    error.kind == StoreErrorKind::Newer
        && error.message.contains("orders: a newer program wrote it in version 2, this one knows 1")
}

#[test]
fn a_newer_row_stops_its_own_decision_and_no_other() {
    let (_folder, file) = half_upgraded();
    let before = document(&file, "o2");
    let run = Run::on(Box::new(SqliteStore::open(&file).unwrap()));
    let events = ["o1", "o2", "o3"].map(|name| ingest(&cancelled(name, at(1))));
    let outcomes = run.many(events.to_vec());
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert!(matches!(&outcomes[1], Err(EngineError::Store(error)) if is_newer(error)), "{outcomes:?}");
    assert!(is_newer(&run.reader().order(&run.shop, &id("o2")).unwrap_err()));
    run.engine.stop();
    assert_eq!(document(&file, "o2"), before);
}

/// Its timer waits; those of others fire.
#[test]
fn a_newer_row_holds_up_no_other_timer() {
    let (_folder, file) = half_upgraded();
    let before = document(&file, "o2");
    let run = Run::on(Box::new(SqliteStore::open(&file).unwrap()));
    let moved = run.engine.advance_blocking(at(15));
    assert!(matches!(&moved, Err(EngineError::Store(error)) if is_newer(error)), "{moved:?}");
    for name in ["o1", "o3"] {
        assert!(run.order(name).recovery.offer.is_some(), "the coupon of {name} is shown");
    }
    run.engine.stop();
    assert_eq!(document(&file, "o2"), before);
}

/// Settings that a newer program wrote stop their shop.
#[test]
fn newer_settings_stop_their_shop() {
    let (_folder, file) = half_upgraded();
    raise(&file, "campaigns", "campaign_id = 'c1'");
    let run = Run::on(Box::new(SqliteStore::open(&file).unwrap()));
    let outcome = run.send(ingest(&cancelled("o1", at(1))));
    let stopped =
        |error: &StoreError| error.kind == StoreErrorKind::Newer && error.message.contains("campaigns");
    assert!(matches!(&outcome, Err(EngineError::Store(error)) if stopped(error)), "{outcome:?}");
    run.engine.stop();
    drop(run);
    let mut run = Run::on(Box::new(SqliteStore::open(&file).unwrap()));
    run.shop = id("s2");
    run.ok(engine::Command::PutShop(Box::new(shop("s2"))));
}
