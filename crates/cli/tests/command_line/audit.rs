//! The auditor names what is broken in a file that was doctored, and exits with 1.

use crate::folder;
use crate::support::{Server, run, shop};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// A store in which something of everything has happened: a coupon used, one ready, one held by a
/// payment, a push sent. A copy in one file.
fn prepare(folder: &Path) {
    let server = Server::sandbox(folder);
    let mut client = server.client();
    shop::open(&mut client, 240, 100);
    let orders = ["o1", "o2", "o3", "o4"];
    let placed = orders.map(|order| shop::placed(order, &order.replace('o', "u"), shop::TEN));
    shop::tell(&mut client, &placed);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    let coupons = ["o1", "o2", "o3"].map(|order| shop::take(&mut client, order, &order.replace('o', "u")));
    let paid = shop::paid("o1", "p1", Some(&coupons[0]), shop::TEN + 20);
    assert_eq!(shop::tell(&mut client, &[paid]), ["applied"]);
    // Three hours later o4, whose coupon was not claimed, has been pushed.
    client.call(&shop::clock(shop::TEN + 181)).expect(200);
    let start = shop::start("o3", "p3", Some(&coupons[2]));
    client.call(&start).expect(201);
    let sent = client.get(shop::path("messages?status=sent"));
    assert_eq!(sent["data"].as_array().map(Vec::len), Some(1), "{sent}");
    let backup = ["backup", "--store", "sqlite:shop.db", "--to", "copy.db"];
    assert_eq!(run(folder, &backup).code, Some(0));
}

/// What is done to the file, the check that must find it, and the row that must be named.
const DOCTORED: [(&str, &str, &str); 10] = [
    (
        "UPDATE counters SET issued = issued + 1, doc = json_set(doc, '$.issued', issued + 1)",
        "campaign_counters",
        "campaign c1",
    ),
    (
        "UPDATE campaigns SET doc = json_set(doc, '$.versions[0].terms.quantity', 2)",
        "campaign_quantity",
        "campaign c1",
    ),
    ("DELETE FROM timers WHERE subject_id = 'o2'", "timers", "o2"),
    ("UPDATE entries SET amount = amount + 1 WHERE number = 0", "ledger", "order o1"),
    ("DELETE FROM entries", "ledger", "order o1"),
    ("UPDATE coupons SET used_on = 'o2' WHERE status = 'used'", "coupon_used_once", "coupon "),
    ("UPDATE coupons SET customer_id = 'thief' WHERE status = 'available'", "coupon_origin", "coupon "),
    ("DELETE FROM coupons WHERE status = 'available'", "coupon_origin", "order o2"),
    ("UPDATE coupons SET lock_payment_id = 'other' WHERE status = 'locked'", "coupon_lock", "coupon "),
    ("UPDATE messages SET sent_at = sent_at + 10 * 3600 * 1000000", "push_quiet_hours", "message "),
];

#[test]
fn a_doctored_file_is_found_out_and_named() {
    let folder = folder();
    prepare(folder.path());
    let audit = |store: &str| run(folder.path(), &["audit", "--store", store]);
    let clean = audit("sqlite:copy.db");
    assert!(clean.code == Some(0) && clean.out.ends_with("clean\n"), "{clean:?}");
    for (sql, check, row) in DOCTORED {
        fs::copy(folder.path().join("copy.db"), folder.path().join("doctored.db")).expect("a copy");
        let db = Connection::open(folder.path().join("doctored.db")).expect("it opens");
        assert!(db.execute(sql, []).expect("the change is made") > 0, "{sql}");
        db.close().expect("it closes");
        let found = audit("sqlite:doctored.db");
        assert_eq!(found.code, Some(1), "{sql}: {found:?}");
        let line = found.out.lines().find(|line| line.starts_with(&format!("BROKEN {check}:")));
        let line = line.unwrap_or_else(|| panic!("{sql}: {}", found.out));
        assert!(line.contains("shop s1") && line.contains(row), "{sql}: {line}");
        assert!(found.out.trim_end().ends_with("broken"), "{sql}: {}", found.out);
    }
}

/// The tables whose first page is torn: each holds something.
const TABLES: [&str; 6] = ["shops", "campaigns", "orders", "timers", "coupons", "entries"];

/// A damaged page is no reason to panic; it is never called clean, and never restored.
#[test]
fn a_torn_file_is_not_called_clean() {
    let folder = folder();
    prepare(folder.path());
    let whole = fs::read(folder.path().join("copy.db")).expect("the copy");
    let db = Connection::open(folder.path().join("copy.db")).expect("it opens");
    let number = |sql: &str| {
        let number: i64 = db.query_row(sql, [], |row| row.get(0)).expect(sql);
        usize::try_from(number).expect("a small number")
    };
    let size = number("PRAGMA page_size");
    for table in TABLES {
        let page = number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}'"));
        let mut torn = whole.clone();
        torn[(page - 1) * size..page * size].fill(0xa5);
        fs::write(folder.path().join("torn.db"), torn).expect("written");
        let audited = run(folder.path(), &["audit", "--store", "sqlite:torn.db"]);
        assert_eq!(audited.code, Some(2), "{table}: {audited:?}");
        assert!(audited.err.contains("damaged"), "{table}: {audited:?}");
        let restored = run(folder.path(), &["restore", "--from", "torn.db", "--store", "sqlite:new.db"]);
        assert_eq!(restored.code, Some(1), "{table}: {restored:?}");
        assert!(restored.err.contains("damaged"), "{table}: {restored:?}");
        assert!(!folder.path().join("new.db").exists(), "{table}");
    }
}
