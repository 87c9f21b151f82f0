//! Words that a later program stores: the tables take them, this program names what it does not know. What other
//! columns rest on stays checked.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::ShopId;
use port::{MessageFilter, Reader, StoreErrorKind};
use rusqlite::{Connection, ErrorCode};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use testkit::build::id;
use testkit::contract::all;

/// A kept store that came up to date.
fn store() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/schema-09.sqlite");
    fs::copy(kept, &path).unwrap();
    drop(SqliteStore::open(&path).unwrap());
    (folder, path)
}

/// Reads every list of the shop, whole; the first error.
fn read(reader: &Arc<dyn Reader>) -> Result<(), port::StoreError> {
    let (shop, all): (ShopId, _) = (id("s1"), all());
    reader.campaigns(&shop)?;
    for order in reader.orders(&shop, &all)? {
        reader.entries(&shop, &order.order_id)?;
    }
    reader.coupons(&shop, &all)?;
    reader.standings(&shop, &all)?;
    reader.messages(&shop, &MessageFilter::default(), &all)?;
    reader.timers(&shop, &all)?;
    reader.totals().map(drop)
}

/// A word of a later program, and what the error must name: the table, the column and the word.
const NEW: [(&str, [&str; 3]); 10] = [
    ("UPDATE entries SET account = 'voucher_reserve'", ["entries", "account", "`voucher_reserve`"]),
    ("UPDATE entries SET funded_by = 'bank'", ["entries", "funded_by", "`bank`"]),
    ("UPDATE messages SET channel = 'letter'", ["messages", "channel", "`letter`"]),
    ("UPDATE messages SET status = 'held_back'", ["messages", "status", "`held_back`"]),
    ("UPDATE messages SET kind = 'birthday'", ["messages", "kind", "`birthday`"]),
    ("UPDATE coupons SET kind = 'sprint' WHERE batch_id IS NOT NULL", ["coupons", "kind", "`sprint`"]),
    ("UPDATE coupons SET kind = 'sprint' WHERE batch_id IS NULL", ["coupons", "kind", "`sprint`"]),
    ("UPDATE coupons SET bind = 'category' WHERE bind IS NOT NULL", ["coupons", "bind", "`category`"]),
    ("UPDATE timers SET kind = 8", ["timers", "kind", "`8`"]),
    (
        "UPDATE campaigns SET doc = json_set(doc, '$.versions[0].kind', 'lottery')",
        ["campaigns", "variant", "`lottery`"],
    ),
];

#[test]
fn a_word_of_a_later_program_is_stored_and_named_where_it_is_read() {
    for (sql, names) in NEW {
        let (_folder, path) = store();
        read(&SqliteStore::open_reader(&path).unwrap()).unwrap();
        assert!(Connection::open(&path).unwrap().execute(sql, []).unwrap() > 0, "{sql}");
        let error = read(&SqliteStore::open_reader(&path).unwrap()).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Corrupt, "{sql}: {error}");
        assert!(names.iter().all(|name| error.message.contains(name)), "{sql}: {error}");
        assert!(error.message.contains("row s1/") || error.message.contains("/s1/"), "{sql}: {error}");
    }
}

#[test]
fn what_else_a_customer_has_is_passed_over() {
    let (_folder, path) = store();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "INSERT INTO customers VALUES ('s1', 'u1', 4, 'points', '{}'), ('s1', 'u1', 5, 'badge', NULL)",
    )
    .unwrap();
    read(&SqliteStore::open_reader(&path).unwrap()).unwrap();
}

/// What no program may store.
const NEVER: [&str; 24] = [
    "UPDATE customers SET kind = -1 WHERE kind = 1",
    "UPDATE customers SET item = '' WHERE kind = 1",
    "UPDATE customers SET doc = NULL WHERE kind = 0",
    "UPDATE customers SET doc = '{}' WHERE kind = 2",
    "INSERT INTO customers VALUES ('s1', 'u1', 4, '', NULL)",
    "UPDATE timers SET kind = -1",
    "UPDATE coupons SET kind = ''",
    "UPDATE coupons SET bind = '' WHERE bind IS NOT NULL",
    "UPDATE coupons SET bind = NULL WHERE campaign_id IS NOT NULL",
    "UPDATE coupons SET status = 'lost' WHERE status = 'available'",
    "UPDATE coupons SET status = 'available' WHERE status = 'locked'",
    "UPDATE coupons SET used_on = NULL WHERE status = 'used'",
    "UPDATE coupons SET save = spend + 1 WHERE kind = 'payment'",
    "UPDATE coupons SET spend = 1000000000000001",
    "UPDATE coupons SET also_on = '[]' WHERE status = 'available'",
    "UPDATE entries SET account = ''",
    "UPDATE entries SET funded_by = ''",
    "UPDATE entries SET amount = 1000000000000001",
    "UPDATE messages SET channel = ''",
    "UPDATE messages SET status = ''",
    "UPDATE orders SET state = 'lost' WHERE state = 'open'",
    "UPDATE orders SET paid_at = 1 WHERE state = 'open'",
    "UPDATE deliveries SET status = 'lost'",
    "UPDATE pool_orders SET stage = 5",
];

#[test]
fn what_rests_on_other_columns_is_checked_as_before() {
    let (_folder, path) = store();
    let db = Connection::open(&path).unwrap();
    for sql in NEVER {
        let error = db.execute(sql, []).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation), "{sql}: {error}");
        assert!(error.to_string().contains("CHECK constraint failed"), "{sql}: {error}");
    }
}
