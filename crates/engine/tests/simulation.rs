//! A seeded life on `SQLite` in which the engine is dropped and opened again between steps, and
//! crashes before and after commits (trust.md, Faults 1 and 2). After each crash the audit is clean
//! and everything acknowledged is there.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{ShopId, coupon::Coupon};
use engine::{Command, EngineError, EventOutcome, Input, Reply};
use std::path::Path;
use store_sqlite::SqliteStore;
use support::{
    action::Action,
    faulty::{Faulty, Plan},
    play::{Move, Play, set_up},
    random::Random,
    *,
};

/// What the engine said it had done.
#[derive(Default)]
struct Acknowledged {
    coupons: Vec<(ShopId, Coupon)>,
    events: Vec<Input>,
    refunds: Vec<(Input, Reply)>,
}

impl Acknowledged {
    fn note(&mut self, input: &Input, reply: &Reply) {
        match reply {
            Reply::Coupon { coupon } => self.coupons.push((input.shop_id.clone(), coupon.clone())),
            Reply::Event { result } if result.outcome != EventOutcome::Rejected => {
                self.events.push(input.clone());
            }
            Reply::Refund { .. } => self.refunds.push((input.clone(), reply.clone())),
            _ => {}
        }
    }

    fn assert_kept(&self, run: &Run, what: &str) {
        for (shop, coupon) in &self.coupons {
            let found = run.reader().coupon(shop, &coupon.coupon_id).unwrap();
            let found = found.unwrap_or_else(|| panic!("{what}: coupon {} is lost", coupon.coupon_id));
            let who = |c: &Coupon| (c.customer_id.clone(), c.origin.clone(), c.claimed_at);
            assert_eq!(who(&found), who(coupon), "{what}");
        }
        let last = |count: usize| count.saturating_sub(20);
        for input in &self.events[last(self.events.len())..] {
            let again = submit(run, input.clone()).unwrap();
            let Reply::Event { result } = again else { panic!("{what}: {again:?}") };
            assert_eq!(result.outcome, EventOutcome::Duplicate, "{what}: {input:?}");
        }
        for (input, _) in &self.refunds[last(self.refunds.len())..] {
            let Command::CreateRefund { order_id, refund_id, .. } = &input.command else {
                continue;
            };
            let order = run.reader().order(&input.shop_id, order_id).unwrap().unwrap();
            assert!(order.refunds.iter().any(|r| r.refund_id == *refund_id), "{what}");
        }
    }
}

fn submit(run: &Run, input: Input) -> Outcome {
    run.engine.submit_many_blocking(vec![input])?.remove(0)
}

fn open(path: &Path, plan: &Plan) -> Run {
    let inner = SqliteStore::open(path).unwrap();
    Run::on(Box::new(Faulty { inner, plan: plan.clone() }))
}

fn live(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("life.db");
    let (mut random, faults) = (Random::of(seed), Plan::default());
    // What is loaded ahead saves time and no more: every second life goes on without half of it.
    faults.lock().forgets = seed % 2 == 1;
    let mut run = open(&path, &faults);
    let deals: Vec<[u8; 4]> = (0..3).map(|_| [(); 4].map(|()| random.byte())).collect();
    set_up(&run, &deals);
    let (mut play, mut kept) = (Play::default(), Acknowledged::default());
    for step in 0..90 {
        let what = format!("seed {seed}, step {step}");
        if random.below(6) == 0 {
            faults.crash_soon(&mut random);
        }
        let action = Action::draw(&mut random);
        let answer = match play.turn(&run, action) {
            Move::Nothing => continue,
            Move::Advance(to) => run.engine.advance_blocking(to).map(|_| ()),
            Move::Input(input) => submit(&run, (*input).clone()).map(|reply| kept.note(&input, &reply)),
        };
        match answer {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(EngineError::Stopped) => {
                drop(run);
                faults.heal();
                run = open(&path, &faults);
                clean(&run, &what);
                kept.assert_kept(&run, &what);
            }
            Err(other) => panic!("{what}, {action:?}: {other}"),
        }
        // Sometimes it is stopped in peace.
        if random.below(25) == 0 {
            drop(run);
            faults.heal();
            run = open(&path, &faults);
        }
    }
    faults.heal();
    let end = run.engine.now().plus_hours(24 * 20);
    run.engine.advance_blocking(end).unwrap();
    let what = format!("seed {seed}, the end");
    clean(&run, &what);
    kept.assert_kept(&run, &what);
    // Liveness (trust.md 47): nothing waits any more but presale orders' balances.
    assert_eq!(run.reader().totals().unwrap().pending_timers, 0, "{what}");
}

fn clean(run: &Run, what: &str) {
    let report = run.audit();
    assert!(report.findings.is_empty(), "{what}: {:#?}", report.findings);
}

#[test]
fn crashes_between_and_inside_steps_lose_nothing_acknowledged() {
    for seed in 0..u64::from(testkit::seeds(8)) {
        live(seed);
    }
}
