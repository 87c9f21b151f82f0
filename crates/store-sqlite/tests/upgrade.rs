//! Stores of every schema that landed come up to date with all that they hold, and go on.
//!
//! `stores/schema-NN.sqlite` was made by the build whose newest migration was NN, with the example `kept_store`
//! of the crate `scenario`. A file is never made again: it is the witness of what that build wrote. So it is also
//! what finds a landed migration that was edited together with its checksum: the file refuses to open.

#![allow(clippy::unwrap_used, reason = "tests")]

use audit::{AuditReport, audit};
use domain::{ShopId, coupon::CouponStatus, pool::RankKey};
use engine::{Command, Engine, EngineClock, EventOutcome, Input, Reply};
use port::digest;
use port::{Page, Store};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use testkit::build::{self, id};

/// The first schema that counts: earlier migrations were still edited.
const FIRST: usize = 9;

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The names of what lies in a folder of this crate.
fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(here(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn newest() -> usize {
    names("migrations").iter().filter(|name| name.starts_with('V')).count()
}

fn kept(version: usize) -> String {
    format!("schema-{version:02}.sqlite")
}

fn all_kept() -> Vec<String> {
    let is_store = |name: &String| name.starts_with("schema-") && name.ends_with(".sqlite");
    names("tests/stores").into_iter().filter(is_store).collect()
}

/// A copy of each kept store, in a folder of its own.
fn each_kept(check: impl Fn(&str, &Path)) {
    for name in all_kept() {
        copied(&name, |path| check(&name, path));
    }
}

fn copied(name: &str, check: impl FnOnce(&Path)) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kept.sqlite");
    fs::copy(here("tests/stores").join(name), &path).unwrap();
    check(&path);
}

/// Rows as text, by table.
type Contents = BTreeMap<String, Vec<String>>;

/// What tables hold in these columns.
fn contents(path: &Path, columns: &BTreeMap<String, String>) -> Contents {
    let db = Connection::open(path).unwrap();
    let rows = |(table, columns): (&String, &String)| {
        // How many commits there were, and whether somebody writes, is of the opening.
        let of_rows = if table == "meta" { "WHERE key NOT IN ('commits', 'in_use')" } else { "" };
        let mut find = db.prepare(&format!("SELECT {columns} FROM {table} {of_rows}")).unwrap();
        let count = find.column_count();
        let rows = find.query_map([], |row| {
            let cells = (0..count).map(|at| row.get_ref(at).map(|cell| format!("{cell:?}")));
            Ok(cells.collect::<Result<Vec<_>, _>>()?.join(" "))
        });
        let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
        rows.sort();
        (table.clone(), rows)
    };
    columns.iter().map(rows).collect()
}

/// The columns of each table, but for the list of migrations.
fn columns(path: &Path) -> BTreeMap<String, String> {
    let db = Connection::open(path).unwrap();
    let sql = "SELECT t.name, group_concat(c.name, ', ') FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'refinery_schema_history' GROUP BY t.name";
    let mut find = db.prepare(sql).unwrap();
    let found = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    found.map(Result::unwrap).collect()
}

/// Definitions of tables, indexes and views, and which migrations made them.
fn schema(path: &Path) -> Vec<String> {
    texts(
        &Connection::open(path).unwrap(),
        "SELECT concat_ws(' ', type, name, sql) FROM sqlite_schema UNION ALL
        SELECT concat_ws(' ', version, name, checksum) FROM refinery_schema_history ORDER BY 1",
    )
}

fn texts(db: &Connection, sql: &str) -> Vec<String> {
    let mut find = db.prepare(sql).unwrap();
    let found = find.query_map([], |row| row.get(0)).unwrap();
    found.map(Result::unwrap).collect()
}

/// The places of rankings, whether each row names its shop and its run or their number.
fn places(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let is_numbered = db.table_exists(None, "rankings").unwrap();
    let named = if is_numbered { "JOIN rankings r ON r.id = ranking" } else { "" };
    let sql = format!(
        "SELECT concat_ws(' ', shop_id, run, second, number, counts, standing, order_id, customer_id, amount,
            amount_final, coalesce(rank, '-'), coalesce(tier, '-'), coalesce(code, '-'))
        FROM gift_candidates {named} ORDER BY shop_id, run, second, number"
    );
    texts(&db, &sql)
}

#[test]
fn every_landed_schema_but_the_newest_has_its_store() {
    let stores = all_kept();
    for version in FIRST..newest() {
        assert!(
            stores.contains(&kept(version)),
            "{} is missing: before a migration is added, keep a store of the schema before it with \
            `cargo run -p scenario --example kept_store -- FILE`",
            kept(version)
        );
    }
    let known: Vec<String> = (FIRST..=newest()).map(kept).collect();
    for store in &stores {
        assert!(known.contains(store), "{store} is of no schema");
    }
}

#[test]
fn a_kept_store_holds_something_of_everything() {
    each_kept(|name, path| {
        let held = contents(path, &columns(path));
        let empty: Vec<&String> =
            held.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
        assert_eq!(empty, [""; 0], "{name}: nothing in these tables");
        assert!(fs::metadata(path).unwrap().len() < 500_000, "{name} is not small");
    });
}

#[test]
fn a_store_comes_up_to_date_with_all_that_it_holds() {
    let folder = TempDir::new().unwrap();
    let new = folder.path().join("new.sqlite");
    drop(SqliteStore::open(&new).unwrap());
    each_kept(|name, path| {
        let mut columns = columns(path);
        // These change: see below.
        for (table, column) in [("deliveries", ", next_at"), ("requests", ", reply")] {
            let all = columns.get_mut(table).unwrap();
            *all = all.replace(column, "");
        }
        for table in ["gift_candidates", "gift_places"] {
            columns.remove(table).unwrap();
        }
        columns.entry("reward_books".to_owned()).and_modify(|all| *all = all.replace(", doc", ""));
        let (before, places) = (contents(path, &columns), places(path));
        assert!(!places.is_empty(), "{name}");
        drop(SqliteStore::open(path).unwrap());
        let after = contents(path, &columns);
        assert_eq!(self::places(path), places, "{name}");
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{name}: {table}");
        }
        assert_eq!(schema(path), schema(&new), "{name} is not what a new store is");
        let db = Connection::open(path).unwrap();
        assert_eq!(texts(&db, "PRAGMA integrity_check"), ["ok"], "{name}");
        let astray = db.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
        assert!(!astray, "{name}: a reference leads nowhere");
    });
}

/// A-S2-16: what was announced of a draw stands apart from what every play writes, word for word as it was; each campaign of
/// rewards gets a secret of its own.
#[test]
fn a_s2_16_what_was_announced_stands_apart() {
    let docs = |path: &Path, table: &str| -> Vec<serde_json::Value> {
        let sql = format!("SELECT doc FROM {table} ORDER BY shop_id, campaign_id");
        let docs = texts(&Connection::open(path).unwrap(), &sql);
        docs.iter().map(|doc| serde_json::from_str(doc).unwrap()).collect()
    };
    copied(&kept(17), |path| {
        let before = docs(path, "reward_books");
        let draws = before.iter().filter(|book| book["drawing"]["notices"][0]["text"].is_string()).count();
        assert_eq!((before.len(), draws), (4, 2));
        drop(SqliteStore::open(path).unwrap());
        let (books, charters) = (docs(path, "reward_books"), docs(path, "reward_charters"));
        let mut secrets = std::collections::BTreeSet::new();
        for (mut book, charter) in books.into_iter().zip(charters) {
            let secret = charter["secret"].as_str().unwrap().to_owned();
            assert!(secret.len() == 64 && secret.bytes().all(|digit| digit.is_ascii_hexdigit()), "{secret}");
            assert_ne!(book["seed"], secret.as_str());
            secrets.insert(secret);
            if let Some(drawing) = book.get_mut("drawing").and_then(serde_json::Value::as_object_mut) {
                drawing.extend(charter["announced"].as_object().unwrap().clone());
            }
            assert!(before.contains(&book), "{book}");
        }
        assert_eq!(secrets.len(), 4);
    });
}

/// A rank, which is summed up from stretches, is what counting the rows says; so it is behind and before every place.
#[test]
fn ranks_are_those_of_the_rows() {
    each_kept(|name, path| {
        let store = SqliteStore::open(path).unwrap();
        let db = Connection::open(path).unwrap();
        let sql = "SELECT shop_id, run, second, number, (
                SELECT count(*) FROM gift_candidates b WHERE b.ranking = a.ranking AND b.counts = 1
                AND (b.second, b.number) <= (a.second, a.number))
            FROM gift_candidates a JOIN rankings r ON r.id = a.ranking";
        let mut find = db.prepare(sql).unwrap();
        let found = find.query_map([], |row| {
            let place = RankKey { second: row.get(2)?, number: row.get::<_, String>(3)?.into() };
            Ok((id(&row.get::<_, String>(0)?), row.get::<_, u32>(1)?, place, row.get::<_, u32>(4)?))
        });
        let found: Vec<(ShopId, u32, RankKey, u32)> = found.unwrap().map(Result::unwrap).collect();
        assert!(!found.is_empty(), "{name}");
        for (shop, run, place, rank) in found {
            let reader = store.reader();
            let ranked = |place| reader.rank(&(shop.clone(), run.into(), place)).unwrap();
            assert_eq!(ranked(place.clone()), u64::from(rank), "{name}: {place:?}");
            let (first, last) = (RankKey::last_of(i64::MIN), RankKey::last_of(place.second + (1 << 30)));
            assert!(ranked(first) == 0 && ranked(last) >= u64::from(rank), "{name}: {place:?}");
        }
    });
}

/// What waited in a sandbox by its clock is due at once, each receiver in its turn; an answer that was kept with a
/// receiver's secret is kept without, and every other answer is as it was.
#[test]
fn what_waits_is_due_and_kept_answers_hold_no_secret() {
    let answers = "SELECT reply FROM requests ORDER BY shop_id, key";
    each_kept(|name, path| {
        let before = texts(&Connection::open(path).unwrap(), answers);
        let store = SqliteStore::open(path).unwrap();
        let db = Connection::open(path).unwrap();
        let without = |reply: &String| {
            let mut reply: serde_json::Value = serde_json::from_str(reply).unwrap();
            if reply["reply"] == "webhook" {
                reply["webhook"]["secrets"] = serde_json::json!([]);
            }
            reply
        };
        let after = texts(&db, answers);
        assert!(after.iter().all(|reply| !reply.contains("whsec_")), "{name}: {after:?}");
        let read = |reply: &String| serde_json::from_str::<serde_json::Value>(reply).unwrap();
        assert_eq!(
            after.iter().map(read).collect::<Vec<_>>(),
            before.iter().map(without).collect::<Vec<_>>(),
            "{name}"
        );
        let one: Vec<String> =
            texts(&db, "SELECT delivery_id || '' FROM deliveries WHERE status = 'pending'");
        // Since schema 13 they wait by the clock of the machine that made the store.
        let now = if name < &*kept(13) { "2022-01-01T00:00:00Z" } else { "2030-01-01T00:00:00Z" };
        let now = domain::Instant::parse(now).unwrap();
        let due = store.reader().due_receivers(&testkit::contract::queues::everybody(now)).unwrap();
        assert_eq!(due.len(), 1, "{name}: {due:?}");
        let mut ids: Vec<String> = due[0].deliveries.iter().map(|row| row.delivery_id.to_string()).collect();
        ids.sort();
        assert!(!ids.is_empty() && ids.iter().all(|id| one.contains(id)), "{name}: {ids:?} of {one:?}");
        // Its own secret is where it was.
        assert!(due[0].webhook.secrets[0].starts_with("whsec_"), "{name}");
    });
    assert!(
        texts(&Connection::open(here("tests/stores").join(kept(12))).unwrap(), answers)
            .iter()
            .any(|reply| reply.contains("whsec_")),
        "the kept store has one to lose"
    );
}

/// Nothing of a migration stays that stops in its middle: this one counts what it changed and finds one too few.
#[test]
fn a_store_whose_tables_somebody_changed_is_left_as_it_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kept.sqlite");
    fs::copy(here("tests/stores").join(kept(9)), &path).unwrap();
    let by_hand = "PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, '0 AND 4', '0 AND 7') WHERE name = 'timers'";
    Connection::open(&path).unwrap().execute_batch(by_hand).unwrap();
    let (before, columns) = (schema(&path), columns(&path));
    let rows = contents(&path, &columns);
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(error.message.contains("could not be brought up to date"), "{error}");
    assert_eq!(schema(&path), before);
    assert_eq!(contents(&path, &columns), rows);
}

/// What an earlier program booked otherwise than the facts that it kept say: the auditor names it, and goes on naming it
/// until somebody says.
fn cannot_be_mended(name: &str) -> Vec<(&'static str, &'static str)> {
    let faults = [
        // The second payment went back; which of the two it was, was not kept (A-G-15).
        ("schema-10.sqlite", ("refund_of", "order o21")),
        // Half of the money went back, nothing to the platform (A-G-16): the next refund of the order books it.
        ("schema-10.sqlite", ("refund_parts", "order o23")),
        // It waited for money that an earlier program had no end for (A-G-15): the next event of the order takes it.
        ("schema-10.sqlite", ("refund_waits", "order o22")),
    ];
    faults.into_iter().filter(|(store, _)| *store == name).map(|(_, fault)| fault).collect()
}

/// An engine on a store, for as long as this lives.
struct Running {
    engine: Engine,
    shop: ShopId,
}

impl Running {
    fn on(path: &Path) -> Self {
        let store = SqliteStore::open(path).unwrap();
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        Self { engine: Engine::start(Box::new(store), clock).unwrap(), shop: id("s1") }
    }

    fn decide(&self, command: Command) -> Reply {
        let asked = format!("{command:?}");
        let input = Input::new(self.shop.clone(), command);
        let decided = self.engine.submit_many_blocking(vec![input]).unwrap().remove(0);
        decided.unwrap_or_else(|error| panic!("{asked}: {error}"))
    }

    #[track_caller]
    fn is_clean(&self, name: &str) -> AuditReport {
        let report = audit(&**self.engine.reader(), self.engine.now(), &mut |_, _| ()).unwrap();
        let found: Vec<(&str, &str)> = report.findings.iter().map(|f| (f.check, &*f.subject)).collect();
        assert_eq!(found, cannot_be_mended(name), "{name}: {:#?}", report.findings);
        assert_eq!(report.moved, [], "{name}");
        report
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

#[test]
fn a_store_that_came_up_to_date_audits_clean_and_goes_on() {
    each_kept(|name, path| {
        let run = Running::on(path);
        let looked_at = run.is_clean(name).checked;
        // The oldest store has no money to return, and of before downloads were files none has a gap.
        let is_there = |(check, rows): (&&str, &u64)| {
            *rows > 0 || name == kept(9) && *check == "money_to_return" || *check == "download_gaps"
        };
        assert!(looked_at.iter().all(is_there), "{name}: {looked_at:?}");
        let reader = run.engine.reader();

        // An order that waited for its coupon is shown it by its timer, and its customer claims.
        let now = run.engine.now();
        let fired = run.engine.advance_blocking(now.plus_minutes(15)).unwrap();
        assert!(fired > 0, "{name}");
        let order = reader.order(&run.shop, &id("o12")).unwrap().unwrap();
        let offer_id = order.recovery.offer.unwrap().offer_id;
        let claim = domain::campaign::recovery::Claim {
            order_id: id("o12"),
            offer_id,
            customer_id: order.customer_id,
        };
        let claim = Command::Act(domain::campaign::Action::Recovery(claim));
        let Reply::Coupon { coupon } = run.decide(claim) else { panic!("{name}: no coupon") };
        assert_eq!(coupon.status, CouponStatus::Available, "{name}");

        // News of a new order, which is not what waited for another.
        let event = build::placed_event("upgraded", "o-new", "u-new", run.engine.now());
        let ingest = Command::Ingest { event: Box::new(event), digest: digest(b"upgraded") };
        let Reply::Event { result } = run.decide(ingest) else { panic!("{name}: no event") };
        assert_eq!(result.outcome, EventOutcome::Applied, "{name}");

        // Whatever waits, for weeks: deadlines, reminders, balances, the pool.
        run.engine.advance_blocking(now.plus_hours(30 * 24)).unwrap();
        let page = Page { after: None, limit: 1_000 };
        let timers = reader.timers(&run.shop, &page).unwrap();
        assert!(timers.iter().all(|timer| timer.due_at > run.engine.now()), "{name}: {timers:?}");
        run.is_clean(name);
    });
}

/// A-G-16, A-G-17: of refunds that an earlier build booked the auditor names those that left the platform's part with the
/// merchant; the next refund mends what it can. Entries of then say nothing of their booking. `refunds-of-schema-10`
/// holds a kept store of that schema, and orders `kept-half`, `kept-all`, `even` of four units of 25.00 with beans of
/// 20.00, refunded by amount.
#[test]
fn a_g_16_a_g_17_refunds_of_before() {
    copied("refunds-of-schema-10.sqlite", |path| {
        let run = Running::on(path);
        let named = || -> Vec<(&str, String, String)> {
            let report = audit(&**run.engine.reader(), run.engine.now(), &mut |_, _| ()).unwrap();
            let parts = report.findings.into_iter().filter(|found| found.check == "refund_parts");
            parts.map(|found| (found.check, found.subject, found.detail)).collect()
        };
        let of = |order: &str, refunded: &str, booked: &str, by_rule: &str, then: &str| {
            let detail = format!(
                "with {refunded} CNY of 80.00 CNY that was paid, {booked} CNY went back to the platform of what it \
                bore, by the rule it is {by_rule} CNY; {then}"
            );
            ("refund_parts", format!("order {order}"), detail)
        };
        let never = "all the money went back, so no refund will book the rest";
        let next = "the next refund of the order books the difference";
        let all = of("kept-all", "80.00", "10.00", "20.00", never);
        assert_eq!(named(), [all.clone(), of("kept-half", "40.00", "0.00", "10.00", next)]);
        let ask = domain::order::RefundAsk { lines: Vec::new(), amount: None, fault: None };
        run.decide(Command::CreateRefund { order_id: id("kept-half"), refund_id: id("rest"), ask });
        assert_eq!(named(), [all]);
        let entries = run.engine.reader().entries(&run.shop, &id("kept-half")).unwrap();
        assert_eq!(domain::ledger::settle(&entries).settled, money::Money::ZERO);
        let numbers: Vec<_> = entries.iter().map(|entry| entry.booked.map(|booked| booked.number)).collect();
        assert_eq!(numbers[..5], [None; 5]);
        assert_eq!(numbers[5..], [1, 2, 3, 4, 5].map(Some));
    });
}

/// A-G-15: what was refused before there was a list is listed; a refund that an earlier program booked on the order is put
/// right by whoever knows, and one that waited for ever is taken.
#[test]
fn a_g_15_refused_money_of_an_earlier_program_gets_its_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kept.sqlite");
    fs::copy(here("tests/stores").join(kept(10)), &path).unwrap();
    let run = Running::on(&path);
    let reader = run.engine.reader();
    let page = Page { after: None, limit: 100 };
    let listed = || {
        let orders = reader.money_to_return(&run.shop, &page).unwrap();
        let rows = orders.iter().flat_map(domain::order::Order::to_return);
        rows.map(|row| row.payment_id.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed(), ["p21b", "p22", "p24b"]);
    assert_eq!(reader.totals().unwrap().money_to_return, 3);
    let of = domain::order::RefundOf::Refused;
    let assign = Command::AssignRefund {
        order_id: id("o21"),
        refund_id: id("r21b"),
        of: engine::Assigned::Payment(id("p21b")),
    };
    let Reply::Refund { refund } = run.decide(assign) else { panic!() };
    assert_eq!((refund.of, listed()), (of, vec!["p22".into(), "p24b".into()]));
    let order = reader.order(&run.shop, &id("o21")).unwrap().unwrap();
    assert!(!order.is_refunded());
    // The refund is told again under another id; what waited is the same.
    let facts = domain::event::RefundFacts {
        order_id: id("o22"),
        refund_id: id("r22"),
        payment_id: Some(id("p22")),
        amount: Some(money::Money::from_minor(80_00)),
        lines: Vec::new(),
    };
    let body = domain::event::Body::RefundSucceeded(facts);
    let occurred_at = run.engine.now();
    let event =
        domain::event::OrderEvent { source: "test".into(), event_id: "again".into(), occurred_at, body };
    let ingest = Command::Ingest { event: Box::new(event), digest: digest(b"again") };
    let Reply::Event { result } = run.decide(ingest) else { panic!() };
    assert_eq!((result.outcome, listed()), (EventOutcome::Applied, vec!["p24b".into()]));
    let waits = reader.parked(&run.shop, &page).unwrap();
    assert!(waits.iter().all(|parked| parked.event.body.order_id() != Some(&id("o22"))));
    let report = audit(&**reader, run.engine.now(), &mut |_, _| ()).unwrap();
    let still = report.findings.iter().filter(|f| ["refund_of", "money_to_return"].contains(&f.check));
    assert_eq!(still.count(), 0, "{:#?}", report.findings);
}
