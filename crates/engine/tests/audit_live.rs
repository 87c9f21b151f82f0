//! The auditor beside a working engine.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use port::Store;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

/// The engine goes on working while the auditor walks: what is just being changed is no finding.
fn stays_clean_under_load(store: Box<dyn Store>, orders: usize) {
    let run = Run::on(store).with_campaign(&Deal::default());
    let placings = (0..orders).map(|n| ingest(&placed(&format!("o{n}"), &format!("u{n}"), at(0))));
    run.many(placings.collect());
    run.advance(at(15));
    let audits = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            for n in 0..orders {
                let name = format!("o{n}");
                let coupon = run.claim(&name);
                run.start_payment(&name, "p1", Some(&coupon));
                match n % 4 {
                    0 => run.apply(&paid(&name, "p1", PAYABLE - SAVE, at(15))),
                    1 => run.apply(&failed(&name, "p1", at(15))),
                    2 => run.apply(&cancelled(&name, at(15))),
                    _ => {}
                }
                if n % 16 == 0 {
                    run.advance(at(16 + i64::try_from(n).unwrap() / 16));
                }
            }
        });
        let mut audits = 0;
        while !worker.is_finished() || audits == 0 {
            // What goes on changing is said to have, and is no finding.
            assert_eq!(run.audit().findings, []);
            audits += 1;
        }
        audits
    });
    assert!(audits > 0);
    run.assert_clean();
}

#[test]
fn a_live_store_in_memory_is_clean_too() {
    stays_clean_under_load(Box::new(MemoryStore::new()), 400);
}

#[test]
fn a_live_sqlite_file_is_clean_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("a.db")).unwrap();
    stays_clean_under_load(Box::new(store), 150);
}
