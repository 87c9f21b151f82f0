//! The store breaks (trust.md, Faults 4, 6, 17, 21): nothing acknowledged is lost, nothing happens
//! twice, and the engine goes on.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{coupon::CouponStatus, order::OfferStatus};
use engine::{Command, EventOutcome};
use port::StoreErrorKind;
use store_memory::MemoryStore;
use support::{
    faulty::{Faulty, How, Plan, Point},
    *,
};

fn faulty() -> (Run, Plan) {
    let plan = Plan::default();
    let store = Faulty { inner: MemoryStore::new(), plan: plan.clone() };
    (Run::on(Box::new(store)), plan)
}

/// One step of a life that touches every table.
#[derive(Clone, Copy)]
enum Step {
    Do(fn(&Run) -> Command),
    To(i64),
}

const LIFE: [Step; 14] = [
    Step::Do(|_| Command::PutShop(Box::new(shop("s1")))),
    Step::Do(|_| create("c1", &Deal::default())),
    Step::To(0),
    Step::Do(|_| ingest(&placed("o1", "u1", at(0)))),
    Step::Do(|_| ingest(&shipped("o9", at(0)))),
    Step::To(15),
    Step::Do(|run| run.claiming("o1")),
    Step::Do(|run| {
        let coupon = run.coupons().pop().unwrap();
        starting("o1", "p1", domain::order::Method::JdPay, Some(&coupon))
    }),
    Step::Do(|_| ingest(&failed("o1", "p1", at(15)))),
    Step::Do(|run| {
        let coupon = run.coupons().pop().unwrap();
        starting("o1", "p2", domain::order::Method::Baitiao, Some(&coupon))
    }),
    Step::Do(|_| {
        let mut event = paid("o1", "p2", PAYABLE - SAVE, at(15));
        if let domain::event::Body::PaymentSucceeded(paid) = &mut event.body {
            paid.method = domain::order::Method::Baitiao;
        }
        ingest(&event)
    }),
    Step::Do(|_| Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: units("l1", 1) }),
    Step::Do(|_| ingest(&placed("o9", "u9", at(0)))),
    Step::To(60 * 25),
];

fn take(run: &Run, step: Step) -> String {
    match step {
        Step::Do(command) => code(&run.send(command(run))),
        Step::To(minutes) => match run.engine.advance_blocking(at(minutes)) {
            Ok(_) => "ok".into(),
            Err(error) => code(&Err(error)),
        },
    }
}

/// Every step with every fault: the failed step changes nothing (or, after the commit, is done and
/// its repetition is known), and the life ends as it does without faults.
#[test]
fn every_step_survives_every_fault() {
    let (calm, _plan) = faulty();
    for step in LIFE {
        let code = take(&calm, step);
        assert!(["ok", "applied", "parked"].contains(&&*code), "{code}");
    }
    calm.assert_clean();
    let wanted = calm.snapshot();
    for point in Point::ALL {
        for kind in [StoreErrorKind::Full, StoreErrorKind::Busy, StoreErrorKind::Other] {
            for at in 0..LIFE.len() {
                break_one(point, kind, at, &wanted);
            }
        }
    }
}

fn break_one(point: Point, kind: StoreErrorKind, at: usize, wanted: &[String]) {
    let (run, plan) = faulty();
    for (index, step) in LIFE.into_iter().enumerate() {
        if index != at {
            take(&run, step);
            continue;
        }
        let step_at = format!("{point:?} {kind:?} at step {at}");
        let before = run.snapshot();
        plan.once(point, How::Fail(kind));
        let first = take(&run, step);
        if plan.lock().broke == 0 {
            // Nothing was due, so nothing was loaded.
            assert!(matches!(step, Step::To(_)) && first == "ok", "{step_at}");
            plan.heal();
            continue;
        }
        assert_eq!(first, "store", "{step_at}");
        if point == Point::AfterCommit {
            // Unknown to the caller, but done: asked again it is known, and not done twice.
            assert_again(&run, step, &step_at);
        } else {
            if matches!(step, Step::Do(_)) {
                assert_eq!(run.snapshot(), before, "{step_at}: nothing of it is there");
            }
            let again = take(&run, step);
            assert!(["ok", "applied", "parked"].contains(&&*again), "{step_at}: {again}");
        }
    }
    run.assert_clean();
    assert_eq!(run.snapshot(), wanted, "{point:?} {kind:?} at step {at}");
}

fn assert_again(run: &Run, step: Step, step_at: &str) {
    let before = run.snapshot();
    let is_claim = |command: &Command| matches!(command, Command::Act(domain::campaign::Action::Recovery(_)));
    match step {
        Step::Do(command) if is_claim(&command(run)) => {
            assert_eq!(take(run, step), "already_claimed", "{step_at}");
        }
        Step::Do(_) => {
            let again = take(run, step);
            assert!(["ok", "duplicate"].contains(&&*again), "{step_at}: {again}");
        }
        Step::To(_) => {
            assert_eq!(take(run, step), "ok", "{step_at}");
            return;
        }
    }
    assert_eq!(run.snapshot(), before, "{step_at}: nothing happened twice");
}

/// Orders of so many customers, all showing an offer.
fn offers(run: Run, count: usize) -> Run {
    let run = run.with_campaign(&Deal::default());
    let orders = (0..count).map(|n| ingest(&placed(&format!("o{n}"), &format!("u{n}"), at(0))));
    let outcomes = run.many(orders.collect());
    assert!(outcomes.iter().all(|outcome| code(outcome) == "applied"));
    run.advance(at(15));
    run
}

fn claims(run: &Run, count: usize) -> Vec<Command> {
    (0..count).map(|n| run.claiming(&format!("o{n}"))).collect()
}

#[test]
fn a_batch_that_fails_once_is_tried_one_by_one() {
    for point in [Point::Load, Point::Write, Point::BeforeCommit] {
        let (run, plan) = faulty();
        let run = offers(run, 8);
        plan.once(point, How::Fail(StoreErrorKind::Other));
        let outcomes = run.many(claims(&run, 8));
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!((done, plan.lock().broke), (8, 1), "{point:?}");
        assert_eq!(run.counters("c1").issued, 8);
        run.assert_clean();
    }
}

#[test]
fn a_batch_whose_commit_is_unknown_is_not_done_twice() {
    let (run, plan) = faulty();
    let run = offers(run, 8);
    plan.once(Point::AfterCommit, How::Fail(StoreErrorKind::Other));
    let outcomes = run.many(claims(&run, 8));
    let known = outcomes.iter().filter(|o| code(o) == "already_claimed").count();
    assert_eq!(known, 8, "{outcomes:?}");
    assert_eq!((run.counters("c1").issued, run.coupons().len()), (8, 8));
    run.assert_clean();
}

#[test]
fn a_full_disk_refuses_writes_answers_reads_and_lets_go() {
    let (run, plan) = faulty();
    let run = offers(run, 4);
    let before = run.snapshot();
    plan.always(Point::Write, How::Fail(StoreErrorKind::Full));
    for _ in 0..3 {
        let outcomes = run.many(claims(&run, 4));
        assert!(outcomes.iter().all(|outcome| code(outcome) == "store"));
        let late = run.engine.advance_blocking(at(60 * 30));
        assert!(late.is_err(), "timers rest too");
    }
    assert_eq!(plan.lock().broke, 6, "a full disk is not asked again for each input");
    assert_eq!(run.snapshot(), before);
    assert_eq!(run.engine.now(), at(15), "the clock waits for its timers");
    plan.heal();
    let outcomes = run.many(claims(&run, 4));
    assert!(outcomes.iter().all(Result::is_ok));
    run.advance(at(60 * 30));
    run.assert_clean();
}

#[test]
fn a_poisoned_input_fails_alone() {
    let (run, plan) = faulty();
    let run = run.with_campaign(&Deal::default());
    plan.lock().poison = Some(id("o3"));
    let orders = (0..6).map(|n| ingest(&placed(&format!("o{n}"), "u1", at(0))));
    let orders: Vec<_> = orders.collect();
    let outcomes: Vec<_> = run.many(orders.clone()).iter().map(code).collect();
    let wanted = ["applied", "applied", "applied", "store", "applied", "applied"];
    assert_eq!(outcomes, wanted);
    plan.heal();
    assert_eq!(code(&run.send(orders[3].clone())), "applied");
    assert_eq!(code(&run.send(orders[2].clone())), "duplicate");
    run.assert_clean();
}

#[test]
fn a_decision_that_panics_fails_alone() {
    let (run, plan) = faulty();
    let run = offers(run, 5);
    // The store leaves a row out, so the decision asks for what was not loaded: a mistake of ours.
    plan.lock().unanswered = Some(id("u2"));
    let outcomes: Vec<_> = run.many(claims(&run, 5)).iter().map(code).collect();
    assert_eq!(outcomes, ["ok", "ok", "internal", "ok", "ok"]);
    assert_eq!(run.order("o2").recovery.offer.unwrap().status, OfferStatus::Displayed);
    plan.heal();
    assert_eq!(run.claim("o2").status, CouponStatus::Available);
    run.assert_clean();
}

#[test]
fn a_timer_that_cannot_be_decided_does_not_hold_up_the_others() {
    let (run, plan) = faulty();
    let run = run.with_campaign(&Deal::default());
    for n in 0..4 {
        run.apply(&placed(&format!("o{n}"), &format!("u{n}"), at(n)));
    }
    plan.lock().unanswered = Some(id("u1"));
    run.advance(at(30));
    for n in [0, 2, 3] {
        assert!(run.order(&format!("o{n}")).recovery.offer.is_some(), "o{n}");
    }
    assert!(run.order("o1").recovery.offer.is_none());
    let report = run.audit();
    let named: Vec<_> = report.findings.iter().map(|f| (f.check, &*f.subject)).collect();
    assert_eq!(named, [("timers", "order o1")], "the auditor names the sleeper");
    // Whatever moves the order wakes it.
    plan.heal();
    run.apply(&failed("o1", "p1", at(20)));
    run.apply(&shipped("o1", at(20)));
    run.advance(at(31));
    assert!(run.order("o1").recovery.offer.is_some());
    run.assert_clean();
}

#[test]
fn a_crash_ends_the_engine_and_the_next_one_finds_everything_acknowledged() {
    for point in Point::ALL {
        let (plan, store) = (Plan::default(), MemoryStore::new());
        let inner = store.clone();
        let run = offers(Run::on(Box::new(Faulty { inner, plan: plan.clone() })), 3);
        let kept = run.claim("o0");
        let asked = run.claiming("o1");
        plan.once(point, How::Crash);
        assert_eq!(code(&submit(&run, asked.clone())), "stopped", "{point:?}");
        assert_eq!(code(&submit(&run, asked.clone())), "stopped", "it stays so");
        // Whoever waits for the writer's end, to end the process, hears of it.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run.engine.ended());
        run.engine.stop();
        assert!(!run.engine.is_running());
        let next = Run::on(Box::new(store));
        next.assert_clean();
        assert_eq!(next.coupon(&kept), kept);
        let again = code(&next.send(asked));
        let wanted = if point == Point::AfterCommit { "already_claimed" } else { "ok" };
        assert_eq!(again, wanted, "{point:?}");
        assert_eq!(next.counters("c1").issued, 2);
        next.assert_clean();
    }
}

fn submit(run: &Run, command: Command) -> Outcome {
    let mut outcomes = run.engine.submit_many_blocking(vec![run.input(command)])?;
    outcomes.remove(0)
}

#[test]
fn an_event_that_was_refused_by_the_store_is_not_a_duplicate() {
    let (run, plan) = faulty();
    let run = run.with_campaign(&Deal::default());
    let event = placed("o1", "u1", at(0));
    plan.once(Point::BeforeCommit, How::Fail(StoreErrorKind::Busy));
    assert_eq!(code(&run.send(ingest(&event))), "store");
    assert_eq!(run.event(&event).outcome, EventOutcome::Applied);
    assert_eq!(run.event(&event).outcome, EventOutcome::Duplicate);
}
