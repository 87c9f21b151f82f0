//! Many at once: limits hold to the coupon (trust.md, Threats 1 and 2).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{Instant, coupon::CouponStatus};
use engine::Command;
use port::{Reader, Store, StoreError, Timer, Work, Writers};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex};
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

const TASKS: usize = 64;

/// Hands the commands to 64 tasks, each of which asks one after the other.
fn race(run: &Run, commands: Vec<Command>) -> Vec<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let mut shares: Vec<Vec<Command>> = (0..TASKS).map(|_| Vec::new()).collect();
    for (index, command) in commands.into_iter().enumerate() {
        shares[index % TASKS].push(command);
    }
    runtime.block_on(async {
        let tasks = shares.into_iter().map(|share| {
            let (engine, shop) = (run.engine.clone(), run.shop.clone());
            tokio::spawn(async move {
                let mut outcomes = Vec::new();
                for command in share {
                    let input = engine::Input::new(shop.clone(), command);
                    outcomes.push(engine.submit(input).await);
                }
                outcomes
            })
        });
        let mut outcomes = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            outcomes.extend(task.await.unwrap());
        }
        outcomes
    })
}

fn count(outcomes: &[Outcome]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(code(outcome)).or_default() += 1;
    }
    counts
}

/// Places orders, each of its own customer, and shows their offers.
fn offered(store: Box<dyn Store>, quantity: u64, orders: usize) -> (Run, Vec<Command>) {
    let deal = Deal { quantity, ..Deal::default() };
    let run = Run::on(store).with_campaign(&deal);
    let placings = (0..orders).map(|n| ingest(&placed(&format!("o{n:04}"), &format!("u{n}"), at(0))));
    run.many(placings.collect());
    run.advance(at(15));
    let shown = run.reader().orders(&run.shop, &all()).unwrap();
    let claims = shown.iter().map(|order| {
        let offer = order.recovery.offer.as_ref().expect("it is shown");
        claim(order.order_id.as_str(), &offer.offer_id, &order.customer_id)
    });
    let claims = claims.collect();
    (run, claims)
}

fn exactly_1000_of(store: Box<dyn Store>, orders: usize) {
    let (run, claims) = offered(store, 1_000, orders);
    let outcomes = race(&run, claims);
    let wanted: BTreeMap<String, usize> = [("ok".into(), 1_000), ("sold_out".into(), orders - 1_000)].into();
    assert_eq!(count(&outcomes), wanted);
    let ids: BTreeSet<_> =
        outcomes.into_iter().filter_map(Result::ok).map(|reply| coupon_of(reply).coupon_id).collect();
    let stored: BTreeSet<_> = run.coupons().into_iter().map(|c| c.coupon_id).collect();
    assert_eq!((ids.len(), &ids), (1_000, &stored), "every answer is a coupon of its own");
    assert_eq!(run.counters("c1").issued, 1_000);
    run.assert_clean();
}

#[test]
fn s0_r19_a_s0_20_1000_coupons_are_1000_in_memory() {
    exactly_1000_of(Box::new(MemoryStore::new()), 3_200);
}

#[test]
fn s0_r19_a_s0_20_1000_coupons_are_1000_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("c.db")).unwrap();
    exactly_1000_of(Box::new(store), 1_280);
}

#[test]
fn s0_r29_s0_r30_one_buyer_races_fifty_claims_a_day_for_eight_days() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for day in 0..8 {
        let name = |n: i64| format!("d{day}o{n}");
        let morning = at(60 * 24 * day);
        run.advance(morning);
        let placings = (0..50).map(|n| ingest(&placed(&name(n), "u1", morning)));
        run.many(placings.collect());
        run.ok(Command::PutRisk {
            customer_id: id("u1"),
            list: Some(domain::customer::List::Allow),
            reason: "fifty unpaid orders a day are not the point here".into(),
            by: "operator".into(),
        });
        run.advance(morning.plus_minutes(15));
        let claims = (0..50).map(|n| run.claiming(&name(n))).collect();
        let outcomes = count(&race(&run, claims));
        let wanted: BTreeMap<String, usize> = if day < 6 {
            [("ok".into(), 1), ("daily_limit".into(), 49)].into()
        } else {
            [("total_limit".into(), 50)].into()
        };
        let sixth: BTreeMap<String, usize> = [("ok".into(), 1), ("total_limit".into(), 49)].into();
        let wanted = if day == 5 { sixth } else { wanted };
        assert_eq!(outcomes, wanted, "day {day}");
    }
    assert_eq!(run.coupons().len(), 6);
    run.assert_clean();
}

#[test]
fn s0_r24_one_coupon_raced_by_two_orders_is_used_once() {
    let deal = Deal { bind: domain::coupon::Bind::ShopScope, ..Deal::default() };
    let run = Run::in_memory().0.with_campaign(&deal);
    for n in 0..20 {
        run.apply(&placed(&format!("o{n}"), "u1", at(0)));
    }
    run.advance(at(15));
    let coupon = run.claim("o0");
    let starts = (0..20)
        .map(|n| starting(&format!("o{n}"), &format!("p{n}"), domain::order::Method::JdPay, Some(&coupon)));
    let outcomes = race(&run, starts.collect());
    let counts = count(&outcomes);
    assert_eq!((counts["ok"], counts["coupon_locked"]), (1, 19), "{counts:?}");
    // All of them report success; one has the coupon.
    let payments = (0..20).map(|n| {
        let mut event = paid(&format!("o{n}"), &format!("q{n}"), PAYABLE - SAVE, at(15));
        if let domain::event::Body::PaymentSucceeded(paid) = &mut event.body {
            paid.coupon_id = Some(coupon.coupon_id.clone());
        }
        ingest(&event)
    });
    let counts = count(&race(&run, payments.collect()));
    assert_eq!(counts["applied"], 1, "{counts:?}");
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
    run.assert_clean();
}

/// A store whose transactions wait while it is closed.
struct Gated {
    inner: MemoryStore,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Store for Gated {
    fn writers(&self) -> Writers {
        self.inner.writers()
    }
    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        let closed = self.gate.0.lock().unwrap();
        drop(self.gate.1.wait_while(closed, |closed| *closed).unwrap());
        self.inner.transact(work)
    }
    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        self.inner.due_timers(until, limit)
    }
    fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
        self.inner.next_due()
    }
    fn reader(&self) -> Arc<dyn Reader> {
        self.inner.reader()
    }
}

/// Threat 36: what cannot wait is told to come back, and nothing is half done.
#[test]
fn too_many_at_once_are_told_to_come_back() {
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let inner = MemoryStore::new();
    let store = Gated { inner, gate: gate.clone() };
    let run = Run::on(Box::new(store)).with_campaign(&Deal::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    *gate.0.lock().unwrap() = true;
    let asked = 16_000;
    let outcomes: Vec<Outcome> = runtime.block_on(async {
        let tasks: Vec<_> = (0..asked)
            .map(|n| {
                let input = run.input(ingest(&placed(&format!("o{n}"), "u1", at(0))));
                let engine = run.engine.clone();
                tokio::spawn(async move { engine.submit(input).await })
            })
            .collect();
        // Every task has its first turn, in which it hands its input over. The queue holds 8,192, and the
        // writer has taken a batch of up to 4,096.
        while tasks.iter().filter(|task| task.is_finished()).count() < asked - 8_192 - 4_096 {
            tokio::task::yield_now().await;
        }
        *gate.0.lock().unwrap() = false;
        gate.1.notify_all();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap());
        }
        outcomes
    });
    let counts = count(&outcomes);
    let (done, busy) = (counts["applied"], counts["busy"]);
    assert_eq!(done + busy, asked, "{counts:?}");
    assert!(busy >= 2_000, "the queue has an end: {counts:?}");
    assert_eq!(run.reader().orders(&run.shop, &all()).unwrap().len(), done);
    run.assert_clean();
}
