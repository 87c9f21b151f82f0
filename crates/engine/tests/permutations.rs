//! A-G-8: what becomes of an order depends on what happened and when, not on the order in which we
//! heard of it, nor on how often.
//!
//! Every scenario is a set of events about an order that was offered and given a coupon, or about
//! one that is not there yet. All permutations of the set are played, each with every event sent
//! twice, in memory; the first and the last also on `SQLite`.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::CouponStatus,
    event::{Body, OrderEvent},
    ledger::{Settlement, settle},
    order::{Order, OrderKind, PaymentStatus, RefundAsk, RefundStatus, Stage, State},
};
use engine::{Command, EventOutcome};
use port::Store;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

/// What has to come out the same.
#[derive(Debug, Clone, PartialEq)]
struct Final {
    order: Order,
    settlement: Settlement,
    coupons: Vec<(CouponStatus, Option<domain::OrderId>)>,
    parked: usize,
    /// Saved and recovered.
    figures: (i64, i64),
    evidence: usize,
}

/// Drops what the order of arrival may leave behind: attempts that brought no money, refunds that
/// were not made, and how many lines were written. Money that has to go back stays.
fn essence(mut order: Order) -> Order {
    order.payments.retain(|p| matches!(p.status, PaymentStatus::Succeeded | PaymentStatus::Late));
    order.payments.sort_by(|a, b| a.payment_id.cmp(&b.payment_id));
    // One that waits for its money does so in the order or beside it.
    order.refunds.retain(|r| r.status.is_granted() && (r.is_booked() || r.total().is_positive()));
    order.refunds.sort_by(|a, b| a.refund_id.cmp(&b.refund_id));
    (order.timeline_entries, order.ledger_entries) = (0, 0);
    order
}

fn outcome(run: &Run) -> Final {
    let reader = run.reader();
    let order = run.order("o1");
    let standing = reader.standing(&run.shop, &order.customer_id).unwrap();
    let counters = run.counters("c1");
    let coupons = run.coupons();
    Final {
        settlement: settle(&reader.entries(&run.shop, &order.order_id).unwrap()),
        coupons: coupons.into_iter().map(|c| (c.status, c.used_on)).collect(),
        // A refund of a payment that did not count waits for one that does.
        parked: match order.state {
            State::Cancelled { .. } => 0,
            State::Open | State::Paid { .. } => reader.parked(&run.shop, &all()).unwrap().len(),
        },
        figures: (counters.saved, counters.recovered),
        evidence: standing.map_or(0, |standing| standing.unpaid.len()),
        order: essence(order),
    }
}

/// Where a scenario starts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    /// The order is not there yet.
    Nothing,
    /// The order shows an offer.
    Offer,
    /// Its coupon is claimed.
    Claim,
    /// A payment with the coupon has started.
    Start,
}

fn prepare(store: Box<dyn Store>, from: From) -> Run {
    let run = Run::on(store).with_campaign(&Deal::default());
    if from == From::Nothing {
        run.advance(at(120));
        return run;
    }
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(20));
    if from != From::Offer {
        let coupon = run.claim("o1");
        if from == From::Start {
            run.start_payment("o1", "p1", Some(&coupon));
        }
    }
    run.advance(at(30));
    run
}

/// Every order of `count` things (Heap's algorithm).
fn permutations(count: usize) -> Vec<Vec<usize>> {
    fn turn(left: usize, order: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        if left <= 1 {
            found.push(order.clone());
            return;
        }
        for index in 0..left {
            turn(left - 1, order, found);
            let other = if left.is_multiple_of(2) { index } else { 0 };
            order.swap(other, left - 1);
        }
    }
    let mut found = Vec::new();
    turn(count, &mut (0..count).collect(), &mut found);
    found
}

fn play(store: Box<dyn Store>, from: From, events: &[OrderEvent], order: &[usize]) -> Final {
    let run = prepare(store, from);
    for (turn, &index) in order.iter().enumerate() {
        let first = run.event(&events[index]);
        let again = run.event(&events[index]);
        let same = match first.outcome {
            EventOutcome::Rejected => again == first,
            _ => again.outcome == EventOutcome::Duplicate,
        };
        assert!(same, "{:?}: {first:?}, then {again:?}", events[index]);
        // An older one once more.
        run.event(&events[order[turn / 2]]);
    }
    run.assert_clean();
    outcome(&run)
}

/// Plays all permutations and compares them with the first.
fn agree(from: From, events: &[OrderEvent]) -> Final {
    let orders = permutations(events.len());
    let wanted = play(Box::new(MemoryStore::new()), from, events, &orders[0]);
    for order in &orders {
        let found = play(Box::new(MemoryStore::new()), from, events, order);
        let heard: Vec<_> = order.iter().map(|&i| &*events[i].event_id).collect();
        assert_eq!(found, wanted, "from {from:?}, heard as {heard:?}");
    }
    for order in [&orders[0], &orders[orders.len() - 1]] {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("p.db")).unwrap();
        let found = play(Box::new(store), from, events, order);
        assert_eq!(found, wanted, "SQLite differs from memory");
    }
    wanted
}

fn refund(id: &str, ask: &RefundAsk, status: RefundStatus, minutes: i64) -> OrderEvent {
    let facts = refunding("o1", id, ask);
    let (name, body) = match status {
        RefundStatus::Requested => ("requested", Body::RefundRequested(facts)),
        RefundStatus::Approved => ("approved", Body::RefundApproved(facts)),
        RefundStatus::Rejected => ("rejected", Body::RefundRejected(facts)),
        RefundStatus::Succeeded => ("succeeded", Body::RefundSucceeded(facts)),
        RefundStatus::OfflineTransferRequired => unreachable!("no platform tells of it"),
    };
    event(&format!("{id}.{name}"), body, at(minutes))
}

fn stage_paid(stage: Stage, minor: i64, minutes: i64) -> OrderEvent {
    let mut body = paying("o1", &format!("{stage:?}").to_lowercase(), minor);
    body.stage = stage;
    let name = format!("{stage:?}.succeeded");
    event(&name, Body::PaymentSucceeded(body), at(minutes))
}

#[test]
fn a_g_8_an_order_heard_of_backwards() {
    let events = [
        placed("o1", "u1", at(0)),
        paid("o1", "p1", PAYABLE, at(5)),
        failed("o1", "p0", at(4)),
        shipped("o1", at(60)),
        received("o1", at(90)),
    ];
    let end = agree(From::Nothing, &events);
    assert_eq!((end.settlement.settled, end.parked), (fen(296_00), 0));
    assert!(end.order.received_at.is_some());
}

#[test]
fn a_g_8_paid_before_the_cancellation() {
    for from in [From::Offer, From::Claim, From::Start] {
        let events = [
            cancelled("o1", at(28)),
            paid("o1", "p9", PAYABLE, at(25)),
            shipped("o1", at(29)),
            refund("r1", &units("l1", 1), RefundStatus::Succeeded, 29),
        ];
        let end = agree(from, &events);
        assert_eq!((end.evidence, end.order.refunds.len()), (0, 1), "{from:?}");
        assert!(end.settlement.settled.is_positive());
    }
}

#[test]
fn a_g_8_s0_r27_paid_with_the_coupon_before_the_cancellation() {
    let events = [
        cancelled("o1", at(28)),
        paid("o1", "p1", PAYABLE - SAVE, at(25)),
        failed("o1", "p1", at(24)),
        refund("r1", &amount(50_00), RefundStatus::Succeeded, 29),
    ];
    let end = agree(From::Start, &events);
    assert_eq!(end.coupons, [(CouponStatus::Used, Some(id("o1")))]);
    assert_eq!(end.figures, (SAVE, PAYABLE - SAVE));
}

#[test]
fn a_g_8_cancelled_before_the_payment() {
    for from in [From::Offer, From::Claim, From::Start] {
        let events = [
            cancelled("o1", at(22)),
            paid("o1", "p9", PAYABLE, at(25)),
            received("o1", at(29)),
            refund("r1", &units("l2", 1), RefundStatus::Succeeded, 29),
        ];
        let end = agree(from, &events);
        assert_eq!(end.settlement, Settlement::default(), "{from:?}");
        assert_eq!(end.figures, (0, 0));
    }
}

#[test]
fn a_g_8_cancelled_before_the_payment_with_the_coupon() {
    let events = [cancelled("o1", at(22)), paid("o1", "p1", PAYABLE - SAVE, at(25)), cancelled("o1", at(29))];
    let end = agree(From::Start, &events);
    assert_eq!(end.coupons, [(CouponStatus::Void, None)]);
    assert_eq!(end.figures, (0, 0));
}

#[test]
fn a_g_8_of_two_cancellations_the_earlier_stands() {
    for from in [From::Nothing, From::Offer, From::Claim] {
        let mut events = vec![cancelled("o1", at(26)), cancelled("o1", at(24)), cancelled("o1", at(28))];
        if from == From::Nothing {
            events.push(placed("o1", "u1", at(20)));
        }
        let end = agree(from, &events);
        let State::Cancelled { at: ended, .. } = end.order.state else {
            panic!("{:?}", end.order.state);
        };
        assert_eq!(ended, at(24), "{from:?}");
    }
    // A payment between the two came too late.
    let events = [cancelled("o1", at(26)), cancelled("o1", at(24)), paid("o1", "p9", PAYABLE, at(25))];
    let end = agree(From::Offer, &events);
    assert!(matches!(end.order.state, State::Cancelled { .. }));
}

#[test]
fn a_g_9_payment_and_cancellation_of_the_same_instant() {
    let events = [cancelled("o1", at(25)), paid("o1", "p9", PAYABLE, at(25)), shipped("o1", at(26))];
    // The cancellation of that instant is not earlier, so the payment does not undo it; nor does
    // the payment come after it. Whatever wins, it is the same in every order of arrival.
    let end = agree(From::Claim, &events);
    assert!(matches!(end.order.state, State::Paid { .. }), "payment wins");
}

#[test]
fn a_g_8_a_s0_22_the_steps_of_a_refund() {
    use RefundStatus::{Approved, Rejected, Requested, Succeeded};
    let ask = units("l1", 1);
    let steps = |steps: &[(RefundStatus, i64)]| {
        let mut events = vec![paid("o1", "p9", PAYABLE, at(25))];
        events.extend(steps.iter().map(|(status, minutes)| refund("r1", &ask, *status, *minutes)));
        events
    };
    let end = agree(From::Offer, &steps(&[(Requested, 26), (Approved, 27), (Succeeded, 28)]));
    assert_eq!(end.order.refunds[0].status, Succeeded);
    // Refused first, granted later: the money went back.
    let end = agree(From::Offer, &steps(&[(Requested, 26), (Rejected, 27), (Succeeded, 28)]));
    assert_eq!(end.order.refunds[0].status, Succeeded);
    let end = agree(From::Offer, &steps(&[(Requested, 26), (Rejected, 27)]));
    assert_eq!((end.order.refunds.len(), end.settlement.settled), (0, fen(296_00)));
}

/// Events without figures take those of the refund, whichever is heard first, and each once.
#[test]
fn a_g_8_a_s0_22_a_refund_whose_events_tell_its_figures_only_once() {
    use RefundStatus::{Approved, Requested, Succeeded};
    let none = RefundAsk { lines: Vec::new(), amount: None, fault: None };
    let part = units("l1", 1);
    let asks = [(amount(10_00), 10_00), (part, 96_33)];
    for (ask, back) in &asks {
        for told in [vec![Requested], vec![Approved], vec![Succeeded], vec![Requested, Succeeded]] {
            let steps = [(Requested, 26), (Approved, 27), (Succeeded, 28)];
            let mut events = vec![paid("o1", "p9", PAYABLE, at(25))];
            events.extend(steps.iter().map(|(status, minutes)| {
                let ask = if told.contains(status) { ask } else { &none };
                refund("r1", ask, *status, *minutes)
            }));
            let end = agree(From::Offer, &events);
            let known = &end.order.refunds[0];
            assert_eq!((known.amount, known.status), (fen(*back), Succeeded), "{told:?}");
            assert_eq!(end.settlement.paid, fen(PAYABLE - back));
        }
    }
    // Nobody ever tells: the whole rest.
    let events = [paid("o1", "p9", PAYABLE, at(25)), refund("r1", &none, Succeeded, 28)];
    assert_eq!(agree(From::Offer, &events).settlement.paid, fen(0));
}

/// What was asked for and what was granted may differ: granted is what went back.
#[test]
fn a_g_8_a_s0_22_a_refund_granted_in_part_is_what_was_granted() {
    use RefundStatus::{Approved, Requested, Succeeded};
    let run = prepare(Box::new(MemoryStore::new()), From::Offer);
    run.apply(&paid("o1", "p9", PAYABLE, at(25)));
    let none = RefundAsk { lines: Vec::new(), amount: None, fault: None };
    run.apply(&refund("r1", &amount(50_00), Requested, 26));
    run.apply(&refund("r1", &none, Succeeded, 28));
    assert_eq!(run.order("o1").refunded(), fen(50_00));
    run.apply(&refund("r1", &amount(40_00), Approved, 27));
    assert_eq!(run.order("o1").refunded(), fen(40_00));
    assert!(run.timeline("o1").contains(&"refund.corrected".to_owned()));
    // Two grants of different figures are a conflict.
    let mut other = refund("r1", &amount(30_00), Succeeded, 28);
    other.event_id = "another".into();
    assert_eq!(run.event(&other).code, Some(domain::Code::IdempotencyConflict));
    // More than was paid is no correction.
    run.apply(&refund("r2", &none, Succeeded, 29));
    let beyond = refund("r2", &amount(PAYABLE), Approved, 28);
    assert_eq!(run.event(&beyond).code, Some(domain::Code::ExceedsPaid));
    // It is kept without money, as if its figures had been heard first.
    assert_eq!(run.order("o1").refunded(), fen(40_00));
    assert_eq!(run.event(&beyond).code, Some(domain::Code::ExceedsPaid));
    run.assert_clean();
}

#[test]
fn a_g_6_two_refunds_of_different_lines() {
    let events = [
        paid("o1", "p9", PAYABLE, at(25)),
        refund("r1", &units("l1", 1), RefundStatus::Approved, 26),
        refund("r1", &units("l1", 1), RefundStatus::Succeeded, 27),
        refund("r2", &units("l2", 1), RefundStatus::Succeeded, 28),
    ];
    let end = agree(From::Offer, &events);
    assert_eq!(end.order.refunds.len(), 2);
}

fn late(end: &Final) -> Vec<&str> {
    let late = end.order.payments.iter().filter(|p| p.status == PaymentStatus::Late);
    late.map(|p| p.payment_id.as_str()).collect()
}

#[test]
fn a_g_8_of_two_payments_the_earlier_stands() {
    for from in [From::Nothing, From::Offer, From::Claim, From::Start] {
        let mut events = vec![
            paid("o1", "p9", PAYABLE, at(24)),
            paid("o1", "p8", PAYABLE, at(26)),
            refund("r1", &units("l1", 1), RefundStatus::Succeeded, 29),
        ];
        if from == From::Nothing {
            events.push(placed("o1", "u1", at(0)));
        }
        let end = agree(from, &events);
        assert_eq!(end.order.paid_by().map(|p| p.payment_id.as_str()), Some("p9"), "{from:?}");
        assert_eq!((late(&end), end.order.refunds.len()), (vec!["p8"], 1), "{from:?}");
        assert_eq!(end.order.state, State::Paid { at: at(24) });
    }
    // In one instant the smaller id.
    let events = [paid("o1", "p9", PAYABLE, at(25)), paid("o1", "p8", PAYABLE, at(25))];
    assert_eq!(late(&agree(From::Offer, &events)), ["p9"]);
}

#[test]
fn a_g_8_a_s0_22_of_two_payments_one_with_the_coupon() {
    let back = refund("r1", &units("l1", 1), RefundStatus::Succeeded, 29);
    for (coupon_at, status, figures) in
        [(24, CouponStatus::Used, (SAVE, PAYABLE - SAVE)), (28, CouponStatus::Void, (0, 0))]
    {
        let events = [
            paid("o1", "p1", PAYABLE - SAVE, at(coupon_at)),
            paid("o1", "p9", PAYABLE, at(26)),
            back.clone(),
            shipped("o1", at(29)),
        ];
        let end = agree(From::Start, &events);
        assert_eq!((end.coupons[0].0, end.figures), (status, figures), "{coupon_at}");
        assert_eq!(late(&end).len(), 1);
    }
}

/// One payment, told of twice with different times.
#[test]
fn a_g_8_of_two_accounts_of_one_payment_the_earlier_stands() {
    let told = |amount, minutes: i64| {
        let mut event = paid("o1", "p1", amount, at(minutes));
        event.event_id = format!("p1.{minutes}");
        event
    };
    for (from, amount) in [
        (From::Nothing, PAYABLE),
        (From::Offer, PAYABLE),
        (From::Start, PAYABLE),
        (From::Start, PAYABLE - SAVE),
    ] {
        let back = refund("r1", &units("l1", 1), RefundStatus::Succeeded, 29);
        let placing = (from == From::Nothing).then(|| placed("o1", "u1", at(0)));
        let accounts = [told(amount, 27), told(amount, 23)];
        let refunded: Vec<_> = accounts.iter().cloned().chain([back]).chain(placing.clone()).collect();
        assert_eq!(agree(from, &refunded).order.refunds.len(), 1);
        let events: Vec<_> = accounts.into_iter().chain([cancelled("o1", at(25))]).chain(placing).collect();
        let end = agree(from, &events);
        assert_eq!(end.order.state, State::Paid { at: at(23) }, "{from:?}");
        assert_eq!(late(&end).len(), 0, "{from:?}");
    }
    let events = [told(PAYABLE, 27), told(PAYABLE, 23), paid("o1", "p9", PAYABLE, at(25))];
    assert_eq!(late(&agree(From::Start, &events)), ["p9"]);
    // Of a deposit too.
    let deposit = |minutes| {
        let mut event = stage_paid(Stage::Deposit, 50_00, minutes);
        event.event_id = format!("d.{minutes}");
        event
    };
    let mut presale = placing("o1", "u1");
    presale.kind = OrderKind::Presale;
    let events = [
        event("o1.placed", Body::Placed(Box::new(presale)), at(0)),
        deposit(9),
        deposit(5),
        cancelled("o1", at(7)),
    ];
    assert_eq!(agree(From::Nothing, &events).order.deposit_paid_at, Some(at(5)));
}

#[test]
fn a_g_8_two_payments_and_a_cancellation_between_or_before_them() {
    for (cancelled_at, kept) in [(25, vec!["p8"]), (23, vec!["p1", "p8"])] {
        let events = [
            paid("o1", "p1", PAYABLE - SAVE, at(24)),
            paid("o1", "p8", PAYABLE, at(26)),
            cancelled("o1", at(cancelled_at)),
        ];
        let end = agree(From::Start, &events);
        assert_eq!(late(&end), kept, "cancelled at {cancelled_at}");
    }
}

#[test]
fn a_g_8_six_events_of_one_life() {
    let events = [
        placed("o1", "u1", at(0)),
        paid("o1", "p1", PAYABLE, at(5)),
        cancelled("o1", at(30)),
        shipped("o1", at(60)),
        refund("r1", &amount(10_00), RefundStatus::Approved, 70),
        refund("r1", &amount(10_00), RefundStatus::Succeeded, 80),
    ];
    let end = agree(From::Nothing, &events);
    assert_eq!(end.settlement.paid, fen(PAYABLE - 10_00));
}

#[test]
fn a_g_8_a_balance_waits_for_its_deposit() {
    let mut presale = placing("o1", "u1");
    presale.kind = OrderKind::Presale;
    let events = [
        event("o1.placed", Body::Placed(Box::new(presale)), at(0)),
        stage_paid(Stage::Deposit, 50_00, 5),
        stage_paid(Stage::Balance, PAYABLE - 50_00, 40),
        shipped("o1", at(60)),
    ];
    let end = agree(From::Nothing, &events);
    assert_eq!(end.settlement.paid, fen(PAYABLE));
}

#[test]
fn a_g_8_an_event_that_was_sent_as_two_ids_counts_once() {
    let run = prepare(Box::new(MemoryStore::new()), From::Start);
    let mut first = paid("o1", "p1", PAYABLE - SAVE, at(25));
    run.apply(&first);
    let before = outcome(&run);
    first.event_id = "another".into();
    assert_eq!(run.event(&first).outcome, EventOutcome::Duplicate);
    assert_eq!(outcome(&run), before);
    let rejected =
        run.send(Command::CloseCampaign { campaign_id: id("c9"), closing: engine::Closing::Asked });
    assert_eq!(code(&rejected), "not_found");
}

#[test]
fn a_g_8_a_presale_order_that_was_cancelled_after_its_deposit() {
    let mut presale = placing("o1", "u1");
    presale.kind = OrderKind::Presale;
    let events = [
        event("o1.placed", Body::Placed(Box::new(presale)), at(0)),
        stage_paid(Stage::Deposit, 50_00, 5),
        cancelled("o1", at(10)),
    ];
    let end = agree(From::Nothing, &events);
    assert!(matches!(end.order.state, State::Cancelled { .. }));
}
