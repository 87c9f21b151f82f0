//! Whatever happens to presale orders, in whatever order and at whatever time: the books are even, the
//! deposit is where its fate puts it, and nothing goes back twice. The auditor says so after every step.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::Instant;
use domain::event::{Body, Cancelled};
use domain::order::{CancelReason, Fault, PaymentStatus, PresaleStage, RefundAsk};
use proptest::prelude::*;
use support::presale::*;
use support::*;

const BALANCE: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

/// Moments at which things happen; the clock moves through them too.
fn moment(which: u8) -> Instant {
    let list = [
        at(0),
        at(4),
        at(29),
        at(30),
        at(90),
        hours(BALANCE - 1),
        hours(BALANCE),
        hours(BALANCE + 5),
        hours(END - 5),
        hours(END).plus_seconds(-1),
        hours(END),
        hours(END + 3),
    ];
    list[usize::from(which) % list.len()]
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Advance(u8),
    Place(u8),
    Deposit(u8, u8, u8),
    Balance(u8, u8, u8, u8),
    Cancel(u8, u8, u8),
    Refund(u8, u8),
    Refunded(u8, u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (order, when, kind) = (0_u8..3, 0_u8..12, 0_u8..4);
    let step = prop_oneof![
        3 => when.clone().prop_map(Step::Advance),
        2 => order.clone().prop_map(Step::Place),
        3 => (order.clone(), 0_u8..4, 0_u8..2).prop_map(|(o, w, p)| Step::Deposit(o, w, p)),
        5 => (order.clone(), 5_u8..12, 0_u8..2, kind.clone()).prop_map(|(o, w, p, k)| Step::Balance(o, w, p, k)),
        2 => (order.clone(), when.clone(), 0_u8..3).prop_map(|(o, w, r)| Step::Cancel(o, w, r)),
        2 => (order.clone(), kind.clone()).prop_map(|(o, k)| Step::Refund(o, k)),
        2 => (order, when, kind).prop_map(|(o, w, k)| Step::Refunded(o, w, k)),
    ];
    prop::collection::vec(step, 1..24)
}

fn ask(kind: u8) -> RefundAsk {
    let fault = [None, Some(Fault::Customer), Some(Fault::Merchant), None][usize::from(kind % 4)];
    match kind % 3 {
        0 => RefundAsk { lines: Vec::new(), amount: None, fault },
        1 => RefundAsk { fault, ..amount(33_33) },
        _ => RefundAsk { fault, ..units("l1", 1) },
    }
}

/// Says the same thing under one id, so that repetitions are repetitions.
fn play(run: &Run, turn: usize, step: Step) {
    let name = |order: u8| format!("o{order}");
    match step {
        Step::Advance(which) => {
            run.advance(moment(which).max(run.engine.now()));
        }
        Step::Place(order) => {
            run.event(&presale_placed(&name(order), "u1", at(0)));
        }
        Step::Deposit(order, which, payment) => {
            let mut event = deposit_paid(&name(order), moment(which));
            event.event_id = format!("d{turn}");
            if let Body::PaymentSucceeded(paid) = &mut event.body {
                paid.payment_id = id(&format!("o{order}-d{payment}"));
            }
            run.event(&event);
        }
        Step::Balance(order, which, payment, kind) => {
            let off = [("dong_coupon", 50_00), ("beans", 30_00)];
            let off = &off[..usize::from(kind % 3)];
            let saved: i64 = off.iter().map(|(_, minor)| minor).sum();
            let mut event = balance_paid(&name(order), 700_00 - saved, off, moment(which));
            event.event_id = format!("b{turn}");
            if let Body::PaymentSucceeded(paid) = &mut event.body {
                paid.payment_id = id(&format!("o{order}-b{payment}"));
            }
            run.event(&event);
        }
        Step::Cancel(order, which, reason) => {
            let reasons = [CancelReason::Customer, CancelReason::Merchant, CancelReason::Timeout];
            let reason = reasons[usize::from(reason)];
            let body = Body::Cancelled(Cancelled { order_id: id(&name(order)), reason });
            run.event(&event(&format!("c{turn}"), body, moment(which)));
        }
        Step::Refund(order, kind) => {
            let answer = run.refund(&name(order), &format!("r{turn}"), &ask(kind));
            assert_ne!(code(&answer), "internal");
        }
        Step::Refunded(order, which, kind) => {
            let facts = refunding(&name(order), &format!("r{}", turn % 5), &ask(kind));
            run.event(&event(&format!("s{turn}"), Body::RefundSucceeded(facts), moment(which)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: testkit::seeds(200),
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_220_610),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_s1_20_a_g_8_the_books_follow_the_order_whatever_happens(steps in steps()) {
        let run = Run::in_memory().0.with_presale(&Offer::default());
        run.event(&presale_placed("o0", "u1", at(0)));
        run.event(&deposit_paid("o0", at(4)));
        for (turn, step) in steps.iter().enumerate() {
            play(&run, turn, *step);
            let report = run.audit();
            prop_assert!(report.findings.is_empty(), "after {step:?}: {:#?}", report.findings);
        }
        run.advance(hours(END + 30).max(run.engine.now()));
        let report = run.audit();
        prop_assert!(report.findings.is_empty(), "at the end: {:#?}", report.findings);
        for order in run.reader().orders(&run.shop, &all()).unwrap() {
            let (_, paid, settled) = run.books(order.order_id.as_str());
            prop_assert!(order.refunded() <= order.paid());
            let stage = order.presale_stage().unwrap();
            prop_assert!(!matches!(stage, PresaleStage::AwaitingDeposit | PresaleStage::AwaitingBalance));
            // What has to go back is nobody's but the customer's.
            let own = |id: &domain::PaymentId| {
                order.payment(id).is_some_and(|payment| payment.status == PaymentStatus::Succeeded)
            };
            let owed = order.to_return().into_iter().filter(|row| row.payment_id.as_ref().is_some_and(own));
            let owed: money::Money = owed.map(|row| row.amount).sum();
            let kept = order.paid() - order.refunded() - owed;
            let gone = stage == PresaleStage::Closed && order.live_refunds().next().is_none();
            let expected = if gone { 0 } else { kept.minor() };
            prop_assert_eq!(paid, expected, "{:?}: {} settled", stage, settled);
        }
    }
}
