//! Coupon batches: limits to the coupon, codes, taking back.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    CouponId, Instant,
    coupon::{BatchStatus, Coupon, CouponStatus},
    customer::List,
};
use engine::{Command, Engine, EngineClock, Input, Reply, clock::SandboxClock};
use port::{Store, digest};
use std::collections::BTreeMap;
use std::sync::Arc;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::{batch::*, *};

fn opened(store: Box<dyn Store>, batch: &BatchDeal) -> Run {
    let run = Run::on(store).with_campaign(&Deal::default());
    run.ok(batch.create("b1"));
    run
}

fn count(outcomes: &[Outcome]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(code(outcome)).or_default() += 1;
    }
    counts
}

#[test]
fn a_s0_20_never_one_too_many_from_many_tasks_on_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(&folder.path().join("shop.db")).unwrap();
    for store in [Box::new(MemoryStore::new()) as Box<dyn Store>, Box::new(sqlite)] {
        let run = opened(store, &BatchDeal { quantity: 500, ..BatchDeal::default() });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let outcomes: Vec<Outcome> = runtime.block_on(async {
            let tasks: Vec<_> = (0..32)
                .map(|task| {
                    let (engine, shop) = (run.engine.clone(), run.shop.clone());
                    tokio::spawn(async move {
                        let mut outcomes = Vec::new();
                        for turn in 0..20 {
                            let command = claiming("b1", &format!("u{task}-{turn}"), 1);
                            outcomes.push(engine.submit(Input::new(shop.clone(), command)).await);
                        }
                        outcomes
                    })
                })
                .collect();
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.extend(task.await.unwrap());
            }
            outcomes
        });
        assert_eq!(count(&outcomes), [("ok".into(), 500), ("sold_out".into(), 140)].into());
        let row = run.batch("b1");
        assert_eq!((row.counters.issued, row.counters.available), (500, 500));
        assert_eq!(row.record.status(&row.counters, run.engine.now()), BatchStatus::Exhausted);
        assert_eq!(run.batch_coupons("b1").len(), 500);
        run.assert_clean();
    }
}

#[test]
fn one_customer_never_has_more_than_the_limit_within_one_batch_of_inputs() {
    let run = opened(Box::new(MemoryStore::new()), &BatchDeal { per_customer: 3, ..BatchDeal::default() });
    let claims = [1, 1, 2, 1, 1].map(|count| claiming("b1", "u1", count));
    let codes: Vec<_> = run.many(claims.into()).iter().map(code).collect();
    assert_eq!(codes, ["ok", "ok", "total_limit", "ok", "total_limit"], "all of a claim, or none");
    run.claim_batch("b1", "u2", 3);
    assert_eq!(run.refused(claiming("b1", "u2", 1)), "total_limit");
    assert_eq!(run.refused(claiming("b1", "u3", u32::MAX)), "sold_out");
    assert_eq!(run.refused(claiming("b1", "u3", 0)), "out_of_range");
    // What is void or used counts on.
    let coupon = run.held("u1").remove(0);
    run.ok(Command::VoidCoupons { coupon_ids: vec![coupon.coupon_id] });
    assert_eq!(run.refused(claiming("b1", "u1", 1)), "total_limit");
    run.assert_clean();
}

#[test]
fn a_claim_is_refused_before_after_and_for_the_blocked() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let deal = BatchDeal { from: 60, until: 120, ..BatchDeal::default() };
    run.ok(deal.create("b1"));
    assert_eq!(run.refused(claiming("none", "u1", 1)), "not_found");
    assert_eq!(run.refused(claiming("b1", "u1", 1)), "not_started");
    run.advance(at(60));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    assert_eq!((coupon.claimed_at, coupon.usable_until), (at(60), at(120)));
    let (list, reason) = (Some(List::Block), "fraud".to_owned());
    run.ok(Command::PutRisk { customer_id: id("u2"), list, reason, by: "op".into() });
    assert_eq!(run.refused(claiming("b1", "u2", 1)), "customer_blocked");
    run.advance(at(120));
    assert_eq!(run.refused(claiming("b1", "u3", 1)), "expired");
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Expired, "its timer has fired");
    assert_eq!(run.batch("b1").counters.expired, 1);
    run.assert_clean();
}

#[test]
fn the_same_again_answers_the_same() {
    let run = opened(Box::new(MemoryStore::new()), &BatchDeal::default());
    let before = run.snapshot();
    run.ok(BatchDeal::default().create("b1"));
    assert_eq!(
        run.refused(BatchDeal { quantity: 11, ..BatchDeal::default() }.create("b1")),
        "idempotency_conflict"
    );
    assert_eq!(run.snapshot(), before);
    let keyed =
        || Input { idempotency: Some(("k".into(), digest(b"a"))), ..run.input(claiming("b1", "u1", 1)) };
    let outcomes = run.engine.submit_many_blocking(vec![keyed(), keyed()]).unwrap();
    let coupons: Vec<Vec<Coupon>> = outcomes.into_iter().map(|done| coupons_of(done.unwrap())).collect();
    assert_eq!(coupons[0], coupons[1]);
    assert_eq!(run.batch("b1").counters.issued, 1);
}

#[test]
fn terms_that_break_a_rule_are_refused() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for deal in [
        BatchDeal { quantity: 0, ..BatchDeal::default() },
        BatchDeal { per_customer: 101, ..BatchDeal::default() },
        BatchDeal { from: 10, until: 10, ..BatchDeal::default() },
        BatchDeal { from: -20, until: 0, ..BatchDeal::default() },
        BatchDeal { kind: domain::coupon::CouponKind::Payment, spend: 4_99, ..BatchDeal::default() },
    ] {
        assert_eq!(run.refused(deal.create("b1")), "invalid_terms", "{deal:?}");
    }
}

#[test]
fn codes_keep_their_coupons_and_work_once() {
    let run = opened(Box::new(MemoryStore::new()), &BatchDeal { quantity: 5, ..BatchDeal::default() });
    let known = |n: u8| digest(&[n]);
    let add = |codes: &[u8]| Command::AddCodes {
        wanted: codes.len() as u64,
        batch_id: id("b1"),
        codes: codes.iter().map(|n| known(*n)).collect(),
    };
    let redeem = |n, customer: &str| Command::RedeemCode { code: known(n), customer_id: id(customer) };
    run.ok(add(&[1, 2, 3]));
    assert_eq!(run.refused(add(&[4, 5, 6])), "sold_out");
    // Two are left for claims; three are kept for the codes.
    run.claim_batch("b1", "u1", 2);
    assert_eq!(run.refused(claiming("b1", "u2", 1)), "sold_out");
    assert_eq!(run.refused(redeem(9, "u2")), "not_found");
    let codes: Vec<_> =
        run.many(vec![redeem(1, "u2"), redeem(1, "u3"), redeem(2, "u1")]).iter().map(code).collect();
    assert_eq!(codes, ["ok", "already_claimed", "total_limit"]);
    run.ok(redeem(2, "u3"));
    run.ok(redeem(3, "u4"));
    let counters = run.batch("b1").counters;
    assert_eq!((counters.issued, counters.codes, counters.redeemed, counters.free(5)), (5, 3, 3, 0));
    run.assert_clean();
}

#[test]
fn a_batch_that_is_taken_back_gives_and_takes_nothing_more() {
    let run = opened(Box::new(MemoryStore::new()), &BatchDeal::default());
    run.ok(Command::AddCodes { batch_id: id("b1"), codes: vec![digest(b"c")], wanted: 1 });
    let [free, held] = ["u1", "u2"].map(|customer| run.claim_batch("b1", customer, 1).remove(0));
    run.apply(&placed_with("o2", "u2", &held, at(0)));
    run.ok(Command::VoidBatch { batch_id: id("b1") });
    run.ok(Command::VoidBatch { batch_id: id("b1") });
    assert_eq!(run.refused(claiming("b1", "u3", 1)), "campaign_closed");
    assert_eq!(
        run.refused(Command::RedeemCode { code: digest(b"c"), customer_id: id("u3") }),
        "campaign_closed"
    );
    assert_eq!(run.refused(locking(&free, "o9", None)), "coupon_void");
    assert!(run.held("u1").is_empty(), "it is priced no more");
    // The order that holds one keeps it; an order that is placed now does not get the other.
    run.apply(&paid("o2", "p2", PAYABLE, at(0)));
    assert_eq!(run.coupon(&held).status, CouponStatus::Used);
    run.apply(&placed_with("o1", "u1", &free, at(0)));
    assert_eq!(run.conflicts("o1"), ["coupon_void"]);
    let ids = |coupons: &[&Coupon]| coupons.iter().map(|c| c.coupon_id.clone()).collect::<Vec<CouponId>>();
    let swept = coupons_of(run.ok(Command::VoidCoupons { coupon_ids: ids(&[&free, &held]) }));
    assert_eq!(swept.len(), 1, "used ones are passed over");
    assert_eq!(run.coupon(&free).status, CouponStatus::Void);
    assert_eq!(run.refused(Command::VoidCoupons { coupon_ids: ids(&[&held]) }), "coupon_used");
    let counters = run.batch("b1").counters;
    assert_eq!((counters.issued, counters.used, counters.void, counters.available), (2, 1, 1, 0));
    run.assert_clean();
}

#[test]
fn what_a_voided_batch_gets_back_is_void() {
    let run = opened(Box::new(MemoryStore::new()), &BatchDeal::default());
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    run.apply(&placed_with("o1", "u1", &coupon, at(0)));
    run.ok(Command::VoidBatch { batch_id: id("b1") });
    run.apply(&cancelled("o1", at(0)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Void);
    assert_eq!(run.batch("b1").counters.void, 1);
    run.assert_clean();
}

#[test]
fn a_restart_forgets_nothing() {
    let store = MemoryStore::new();
    let run = opened(Box::new(store.clone()), &BatchDeal { quantity: 2, ..BatchDeal::default() });
    run.claim_batch("b1", "u1", 1);
    let now: Instant = run.engine.now();
    run.engine.stop();
    let clock = EngineClock::Sandbox(Arc::new(SandboxClock::resumed(now)));
    let engine = Engine::start(Box::new(store), clock).unwrap();
    let again = Run::of(engine, run.shop.as_str());
    again.claim_batch("b1", "u1", 1);
    assert_eq!(again.refused(claiming("b1", "u2", 1)), "sold_out");
    assert!(matches!(again.ok(Command::VoidBatch { batch_id: id("b1") }), Reply::Batch { .. }));
    again.assert_clean();
}
