//! What a file says of itself: the database's own check, the seal of its pages, the number of its commits, and whether
//! its typed columns, timelines and books say what the documents do.
//!
//! It only reads, and may run while the store is in use: each comparison is one statement, so one moment. What it names
//! are faults of the file; whether the rows make sense together is the auditor's.

use crate::error::{Doing, unreadable};
use crate::mark::{self, Found};
use crate::rest::{has_log, lost};
use crate::seal::{self, Seal};
use crate::typed::{Columns, count, number, text};
use crate::{meta, open, orders, pool, schema};
use domain::Instant;
use domain::campaign::{Campaign, Counters};
use domain::coupon::BatchRecord;
use domain::shop::Shop;
use port::document::{self, Document};
use port::{Import, StoreError, StoreErrorKind, Webhook};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::Path;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The check's stable name.
    pub check: &'static str,
    /// The row, or the file.
    pub subject: String,
    /// A sentence.
    pub detail: String,
}

/// What was looked at and what is wrong.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Pages and rows looked at, by check.
    pub checked: Vec<(&'static str, u64)>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What could not be looked at, and why that is no fault.
    pub notes: Vec<String>,
}

/// Faults that are named; a store with more is broken enough.
const FAULTS: usize = 1_000;

impl Inspection {
    fn find(&mut self, check: &'static str, subject: impl Into<String>, detail: impl Into<String>) {
        if self.faults.len() < FAULTS {
            self.faults.push(Fault { check, subject: subject.into(), detail: detail.into() });
        }
    }
}

/// Looks at a file of the schema that this program knows.
pub fn inspect(path: &Path) -> Result<Inspection, StoreError> {
    let mut found = Inspection::default();
    // Before the database is read: its writer puts the mark last. And its file is not opened a second time while this
    // process reads it, for closing one would let go of the other's lock.
    let mark = mark::read(path);
    pages(path, mark, &mut found)?;
    let db = open::read_only(path, 8)?;
    let said = match schema::judge(&db, path) {
        Ok(Some(version)) if version == schema::known() => meta::said(&db),
        // Whoever reads it says what is to be done first.
        Ok(_) => return Ok(Inspection::default()),
        Err(error) if error.kind != StoreErrorKind::Corrupt => return Err(error),
        Err(error) => Err(error),
    };
    match said {
        Ok(said) => {
            found.checked.push(("commits", said.commits));
            if let Some(why) = lost(path, mark, said) {
                found.find("commits", "the store", why);
            }
        }
        Err(error) => found.find("database", "the store", error.message),
    }
    database(&db, &mut found);
    columns(&db, &mut found);
    Ok(found)
}

/// The pages of a store at rest are those that were sealed.
fn pages(path: &Path, mark: Found, found: &mut Inspection) -> Result<(), StoreError> {
    let in_use = |found: &mut Inspection| {
        found.checked.push(("pages", 0));
        found.notes.push(
            "pages: not sealed, for the store is in use, was not stopped in order or is too large; a changed bit is \
            found where it contradicts something"
                .to_owned(),
        );
    };
    let was_sealed = matches!(mark, Found::At { is_sealed: true, .. });
    if has_log(path) && !was_sealed {
        in_use(found);
        return Ok(());
    }
    let sealed = seal::check(path);
    let sealed =
        sealed.map_err(|error| crate::error::io(format_args!("reading {}", path.display()), &error))?;
    let is_missing = sealed == Seal::Missing;
    let why = match sealed {
        Seal::Whole { pages } if !has_log(path) => {
            found.checked.push(("pages", u64::from(pages)));
            return Ok(());
        }
        Seal::Broken { first, .. } if first.is_empty() => "the seal itself is damaged".to_owned(),
        Seal::Broken { pages, first } => {
            let first: Vec<String> = first.iter().map(u32::to_string).collect();
            format!("{pages} pages are not as they were sealed, the first of them {}", first.join(", "))
        }
        Seal::Whole { .. } | Seal::Missing => {
            "something else than this program wrote it since it was stopped, or its end is cut off".to_owned()
        }
    };
    // A server that opened it meanwhile has said so first.
    if mark::read(path) != mark || (is_missing && !was_sealed) {
        in_use(found);
        return Ok(());
    }
    found.checked.push(("pages", 0));
    found.find("pages", "the store", why);
    Ok(())
}

/// The database's own checks.
fn database(db: &Connection, found: &mut Inspection) {
    let what = "checking the database";
    let looked = || -> Result<Vec<(String, String)>, StoreError> {
        let mut faults = Vec::new();
        let mut check = db.prepare("PRAGMA integrity_check(100)").doing(what)?;
        let mut rows = check.query([]).doing(what)?;
        while let Some(row) = rows.next().doing(what)? {
            let said: String = row.get(0).doing(what)?;
            if said != "ok" {
                faults.push(("the store".to_owned(), said));
            }
        }
        let mut check = db.prepare("PRAGMA foreign_key_check").doing(what)?;
        let mut rows = check.query([]).doing(what)?;
        while let Some(row) = rows.next().doing(what)? {
            let (table, parent): (String, String) = (row.get(0).doing(what)?, row.get(2).doing(what)?);
            faults.push((format!("table {table}"), format!("a row names one of {parent} that is not there")));
        }
        Ok(faults)
    };
    found.checked.push(("database", 1));
    match looked() {
        Ok(faults) => {
            for (subject, detail) in faults {
                found.find("database", subject, detail);
            }
        }
        Err(error) => found.find("database", "the store", error.message),
    }
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => format!("`{text:.60}`"),
        Value::Real(_) | Value::Blob(_) => "what it should not".to_owned(),
    }
}

fn columns(db: &Connection, found: &mut Inspection) {
    let rows = found.checked.len();
    found.checked.push(("columns", 0));
    found.checked.push(("timelines", 0));
    found.checked.push(("books", 0));
    for compared in [
        rows_of(db, found, "shops", "shop_id, shop_id", |shop: &Shop| {
            vec![("shop_id", text(shop.shop_id.as_str()))]
        }),
        rows_of(db, found, "campaigns", "shop_id, campaign_id", |campaign: &Campaign| {
            vec![("campaign_id", text(campaign.campaign_id.as_str()))]
        }),
        rows_of(db, found, "counters", "shop_id, campaign_id", |counters: &Counters| {
            vec![("issued", count(counters.issued))]
        }),
        rows_of(db, found, "webhooks", "shop_id, webhook_id", |hook: &Webhook| {
            vec![("webhook_id", text(hook.webhook_id.as_str()))]
        }),
        rows_of(db, found, "batches", "shop_id, batch_id", |record: &BatchRecord| {
            let batch = text(record.batch.batch_id.as_str());
            vec![("batch_id", batch), ("voided_at", number(record.voided_at.map(Instant::micros)))]
        }),
        rows_of(db, found, "imports", "shop_id, import_id", |import: &Import| {
            vec![
                ("shop_id", text(import.shop_id.as_str())),
                ("import_id", text(import.import_id.as_str())),
                ("state", text(import.state.as_str())),
                ("created_at", number(Some(import.created_at.micros()))),
                ("finished_at", number(import.finished_at.map(Instant::micros))),
            ]
        }),
        rows_of(db, found, "orders", "shop_id, order_id", orders::columns),
        rows_of(db, found, "pool_orders", "shop_id, order_id", pool::columns),
    ] {
        found.checked[rows].1 += compared;
    }
    match orders::timelines(db, &mut |order, why| found.find("timelines", format!("order {order}"), why)) {
        Ok(looked) => found.checked[rows + 1].1 = looked,
        Err(error) => found.find("timelines", "the store", error.message),
    }
    match books(db) {
        Ok((looked, faults)) => {
            found.checked[rows + 2].1 = looked;
            for (shop, why) in faults {
                found.find("books", format!("shop {shop}"), why);
            }
        }
        Err(error) => found.find("books", "the store", error.message),
    }
}

/// Compares the columns of a table with its documents; how many rows.
fn rows_of<D: Document>(
    db: &Connection,
    found: &mut Inspection,
    table: &'static str,
    key: &str,
    columns: fn(&D) -> Columns,
) -> u64 {
    let what = "comparing columns with documents";
    let mut looked = 0;
    let mut compare = || -> Result<(), StoreError> {
        let mut rows = db.prepare(&format!("SELECT {key}, * FROM {table}")).doing(what)?;
        let doc = rows.column_index("doc").doing(what)?;
        let mut rows = rows.query([]).doing(what)?;
        while let Some(row) = rows.next().doing(what)? {
            looked += 1;
            let key = [0, 1].map(|at| row.get(at).unwrap_or_else(|_| "?".to_owned()));
            let subject = format!("row {}/{} of table {table}", key[0], key[1]);
            let read = row.get_ref(doc).ok().and_then(|cell| cell.as_str().ok()).unwrap_or_default();
            let document: D = match document::read(read) {
                Ok(document) => document,
                Err(why) => {
                    let error = unreadable(table, format_args!("{}/{}", key[0], key[1]), &why);
                    found.find("columns", subject, error.message);
                    continue;
                }
            };
            for (name, wanted) in columns(&document) {
                let said: Value = row.get(name).doing(what)?;
                if said != wanted {
                    let detail =
                        format!("column {name} holds {}, its document says {}", told(&said), told(&wanted));
                    found.find("columns", subject.clone(), detail);
                }
            }
        }
        Ok(())
    };
    if let Err(error) = compare() {
        found.find("columns", format!("table {table}"), error.message);
    }
    looked
}

/// Shops whose entries are not numbered from 1 to as many as were booked: one was taken away, or put in.
fn books(db: &Connection) -> Result<(u64, Vec<(String, String)>), StoreError> {
    let what = "counting the books";
    let sql = "SELECT s.shop_id, s.booked, count(e.booked_number), coalesce(max(e.booked_number), 0),
        coalesce(sum(e.booked_number), 0) FROM shops s LEFT JOIN entries e ON e.shop_id = s.shop_id GROUP BY s.shop_id";
    let mut shops = db.prepare(sql).doing(what)?;
    let mut rows = shops.query([]).doing(what)?;
    let (mut looked, mut faults) = (0, Vec::new());
    while let Some(row) = rows.next().doing(what)? {
        let shop: String = row.get(0).doing(what)?;
        let cell = |at: usize| row.get::<_, i64>(at).doing(what);
        let (booked, there, last, sum) = (cell(1)?, cell(2)?, cell(3)?, cell(4)?);
        looked += u64::try_from(there).unwrap_or_default();
        let whole = i128::from(booked) * (i128::from(booked) + 1) / 2;
        if there != booked || last != booked || i128::from(sum) != whole {
            let why = format!("{booked} entries were booked, {there} are there, the last is number {last}");
            faults.push((shop, why));
        }
    }
    Ok((looked, faults))
}
