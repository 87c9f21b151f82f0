//! Every peer holds the limits, counts a key once and leaves its rows; the one on `SQLite` leaves the rows of ours.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Arc};

use anyhow::Result;
use engine::Input;
use rusqlite::{Connection, types::Value};

use super::{
    can_test,
    postgres_claims::{ReadyPostgres, Transactions},
    postgres_server, redis_same_work, sqlite_same_rows,
};
use crate::{
    closed_loop::{ClaimRun, Plan, Users},
    floors::redis_claims,
    ours::{self, Ours, Shown},
    ready::ReadyStore,
};

const ORDERS: u64 = 60;
const COUPONS: u64 = 40;

/// Every order twice, with one key: more orders than coupons, more claims than clients.
fn twice_each() -> Plan {
    Plan {
        clients: 16,
        seconds: 60.0,
        attempts: u64::MAX,
        tries_per_user: 2,
        first_user: 1,
        users: Users::InOrder,
    }
}

/// A store with fewer coupons than orders, and what every peer answers there.
fn with_few_coupons(folder: &Path) -> Result<(ReadyStore, [u64; 4])> {
    let answers = [COUPONS, COUPONS, 2 * (ORDERS - COUPONS), 0];
    Ok((ReadyStore::fill(folder, ORDERS, COUPONS)?, answers))
}

/// A store in which two orders are one customer's, who may have one coupon a day, and what every peer answers there.
fn with_one_buyer_of_two(folder: &Path) -> Result<(ReadyStore, [u64; 4])> {
    let mut ready = ReadyStore::fill(folder, ORDERS, ORDERS)?;
    let mut shown = (*ready.shown).clone();
    let (buyer, other) = (shown[0].customer.clone(), shown[1].customer.clone());
    Connection::open(Ours::file(folder))?.execute(
        "UPDATE orders SET customer_id = ?1, doc = replace(doc, ?2, ?1) WHERE customer_id = ?2",
        [buyer.as_str(), other.as_str()],
    )?;
    shown[1].customer = buyer;
    ready.shown = Arc::new(shown);
    Ok((ready, [ORDERS - 1, ORDERS - 1, 0, 2]))
}

/// A way to fill a store in a folder, with the answers that are right there.
type Case = fn(&Path) -> Result<(ReadyStore, [u64; 4])>;
const CASES: [Case; 2] = [with_few_coupons, with_one_buyer_of_two];

/// Each run itself compares what it granted with the rows that are stored.
fn answers(run: ClaimRun) -> [u64; 4] {
    [run.granted, run.repeated, run.sold_out, run.already_claimed]
}

#[test]
fn sqlite_holds_the_limits_and_counts_a_key_once() -> Result<()> {
    for case in CASES {
        let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (ready, right) = case(ours.path())?;
        assert_eq!(answers(sqlite_same_rows::run(&ready, theirs.path(), twice_each())?), right);
    }
    Ok(())
}

#[test]
fn redis_holds_the_limits_and_counts_a_key_once() -> Result<()> {
    if !can_test(redis_claims::absent_because())? {
        return Ok(());
    }
    for case in CASES {
        let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (ready, right) = case(ours.path())?;
        assert_eq!(answers(redis_same_work::run(&ready, theirs.path(), twice_each())?), right);
    }
    Ok(())
}

#[test]
fn postgresql_holds_the_limits_and_counts_a_key_once() -> Result<()> {
    let absent = postgres_server::find_programs().is_none().then_some("postgresql is not installed");
    if !can_test(absent)? {
        return Ok(());
    }
    for case in CASES {
        let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (ready, right) = case(ours.path())?;
        let postgres = ReadyPostgres::fill(&ready, theirs.path())?;
        for transactions in [Transactions::OneEach, Transactions::Batched] {
            assert_eq!(answers(postgres.run(twice_each(), transactions)?), right, "{transactions:?}");
        }
    }
    Ok(())
}

/// Rows that came, changed and went in a table, and the bytes of those that are there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changed {
    came: u64,
    changed: u64,
    went: u64,
    bytes: usize,
}

#[test]
fn sqlite_writes_the_rows_that_our_claims_write() -> Result<()> {
    let (before, ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let ready = ReadyStore::fill(before.path(), ORDERS, COUPONS)?;
    ready.copy_to(ours.path())?;
    claim_by_ours(ours.path(), &ready.shown[..30])?;
    let thirty = Plan { attempts: 30, tries_per_user: 1, ..twice_each() };
    sqlite_same_rows::run(&ready, theirs.path(), thirty)?;
    let [ours, theirs] = [&ours, &theirs].map(|folder| changes(before.path(), folder.path()));
    let (mut ours, mut theirs) = (ours?, theirs?);
    assert_eq!(ours["orders"].changed, 30);
    assert_eq!(ours["coupons"].came, 30);
    for (table, our_rows) in &mut ours {
        let their_rows = theirs.get_mut(table).unwrap_or_else(|| panic!("nothing in {table}"));
        let (our_bytes, their_bytes) = (our_rows.bytes, their_rows.bytes);
        assert!(our_bytes.abs_diff(their_bytes) * 20 <= our_bytes, "{table}: {our_bytes} {their_bytes}");
        (our_rows.bytes, their_rows.bytes) = (0, 0);
    }
    assert_eq!(ours, theirs);
    Ok(())
}

fn claim_by_ours(folder: &Path, shown: &[Shown]) -> Result<()> {
    let ours = Ours::open(folder)?;
    let claim = |(user, shown): (u64, &Shown)| Input {
        shop_id: ours::shop_id(),
        idempotency: Some(ours::claim_key(user)),
        command: shown.claim(),
        chance: None,
    };
    let outcomes = ours.engine.submit_many_blocking((1..).zip(shown).map(claim).collect())?;
    for outcome in outcomes {
        outcome?;
    }
    Ok(())
}

/// What differs between two stores, table by table; tables without a difference are left out.
fn changes(before: &Path, after: &Path) -> Result<BTreeMap<String, Changed>> {
    let db = Connection::open(Ours::file(after))?;
    db.execute("ATTACH ?1 AS before", [Ours::file(before).to_str()])?;
    let tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let tables: Vec<String> =
        db.prepare(tables)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut found = BTreeMap::new();
    for table in tables {
        let came = rows(&db, "main", "before", &table)?;
        let went = rows(&db, "before", "main", &table)?;
        if came.is_empty() && went.is_empty() {
            continue;
        }
        let changed = came.keys().filter(|key| went.contains_key(*key)).count() as u64;
        let bytes = came.values().sum();
        let (came, went) = (came.len() as u64 - changed, went.len() as u64 - changed);
        found.insert(table, Changed { came, changed, went, bytes });
    }
    Ok(found)
}

/// The rows of a table that one store has and the other does not, by their keys, with their bytes.
fn rows(db: &Connection, here: &str, there: &str, table: &str) -> Result<BTreeMap<String, usize>> {
    let keys: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let differ = format!("SELECT * FROM {here}.{table} EXCEPT SELECT * FROM {there}.{table}");
    let mut statement = db.prepare(&differ)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (mut key, mut bytes) = (String::new(), 0);
        for (column, name) in names.iter().enumerate() {
            let value: Value = row.get(column)?;
            if keys.contains(name) {
                let _ = write!(key, "{value:?} ");
            }
            bytes += match value {
                Value::Null => 0,
                Value::Integer(_) | Value::Real(_) => 8,
                Value::Text(text) => text.len(),
                Value::Blob(blob) => blob.len(),
            };
        }
        found.insert(key, bytes);
    }
    Ok(found)
}
