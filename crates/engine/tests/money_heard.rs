//! A-G-8, A-G-15, A-S1-20, A-S1-24: stories whose end once hung on what was heard first. Each is told in every order.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    event::{Body, Cancelled, OrderEvent, Placed, PlacedLine},
    order::{CancelReason, Refund, RefundAsk, RefundOf, State},
};
use engine::{Command, Reply};
use std::collections::BTreeMap;
use support::{batch::rest, presale::*, refunds::*, *};

/// What must come out the same, as text.
fn end(run: &Run) -> String {
    let order = run.order("o1");
    let granted = order.refunds.iter().filter(|refund| refund.status.is_granted());
    let mut refunds: Vec<String> = granted
        .map(|refund| {
            let ways: Vec<String> = refund
                .payments
                .iter()
                .map(|part| format!("{} {}", part.payment_id, part.amount.minor()))
                .collect();
            format!(
                "{} {:?} {:?} {} of the order, {} refused, by {ways:?}",
                refund.refund_id,
                refund.status,
                refund.of,
                refund.amount.minor(),
                refund.refused.minor()
            )
        })
        .collect();
    refunds.sort();
    let state = match order.state {
        State::Open => "open".to_owned(),
        State::Paid { at } => format!("paid at {at}"),
        State::Cancelled { at, reason } => format!("cancelled at {at} {reason:?}"),
    };
    let mut payments: Vec<String> = order
        .payments
        .iter()
        .map(|p| format!("{} {:?} {}", p.payment_id, p.status, p.amount.minor()))
        .collect();
    payments.sort();
    let sums = run.books("o1");
    let parked: Vec<String> =
        run.reader().parked(&run.shop, &all()).unwrap().into_iter().map(|row| format!("{row:?}")).collect();
    format!(
        "{state}\n  {payments:?}\n  {refunds:#?}\n  gross, paid, settled {sums:?}\n  to return {:?}\n  parked {parked:?}",
        listed(run)
    )
}

/// Tells the events in every order, each of them twice in a row; the one way in which all of them end.
fn one_end(prepare: impl Fn() -> Run, events: &[OrderEvent]) -> String {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for turns in permutations(events.len()) {
        let run = prepare();
        for &index in &turns {
            run.event(&events[index]);
            run.event(&events[index]);
        }
        let heard: Vec<_> = turns.iter().map(|&index| &*events[index].event_id).collect();
        let report = run.audit();
        let mut seen = end(&run);
        if !report.findings.is_empty() {
            seen = format!("{seen}\n  audit {:#?}", report.findings);
        }
        found.entry(seen).or_default().push(heard.join(", "));
    }
    let told: Vec<String> =
        found.iter().map(|(end, heard)| format!("{} times, as {}: {end}", heard.len(), heard[0])).collect();
    assert!(found.len() == 1, "{}", told.join("\n"));
    found.into_keys().next().unwrap()
}

fn presale_shop() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.advance(hours(24 * 10 + 23));
    run
}
fn deposit(name: &str, minutes: i64) -> OrderEvent {
    let Body::PaymentSucceeded(mut body) = deposit_paid("o1", at(minutes)).body else { unreachable!() };
    body.payment_id = id(name);
    event(name, Body::PaymentSucceeded(body), at(minutes))
}
fn balance() -> OrderEvent {
    balance_paid("o1", 700_00, &[], hours(24 * 10 + 21))
}

/// A-G-15, A-S1-20: a refund that may be of either deposit ends no order, so the balance is taken, though it was refused
/// when it was heard.
#[test]
fn a_g_15_a_refund_of_either_deposit_leaves_the_balance() {
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit("d1", 5),
        deposit("d2", 40),
        went("r", &amount(100_00), None, 3 * 24 * 60),
        balance(),
    ];
    let end = one_end(presale_shop, &events);
    assert!(end.starts_with("paid"), "{end}");
}

fn plain() -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(300));
    run
}
/// Two lines of ten yuan.
fn small(cancel_at: Option<i64>) -> OrderEvent {
    let line = |name: &str| PlacedLine {
        line_id: id(name),
        sku: id("sku-9"),
        title: None,
        categories: Vec::new(),
        quantity: 1,
        unit_price: fen(10_00),
        presale_campaign_id: None,
    };
    let lines = vec![line("l1"), line("l2")];
    let cancel_at = cancel_at.map(at);
    let placed = Placed {
        lines,
        discounts: Vec::new(),
        freight: fen(0),
        payable: fen(20_00),
        cancel_at,
        ..placing("o1", "u1")
    };
    event("placed", Body::Placed(Box::new(placed)), at(0))
}
fn ended(minutes: i64, reason: CancelReason) -> OrderEvent {
    event("cancelled", Body::Cancelled(Cancelled { order_id: id("o1"), reason }), at(minutes))
}

/// A-G-15: what was answered keeps its money beside a refund that was told of before it, and heard of after.
#[test]
fn a_g_15_an_answered_refund_stays_beside_one_that_nothing_holds() {
    let events = [went("f", &amount(20_00), None, 250), ended(5, CancelReason::Customer)];
    let prepare = || {
        let run = plain();
        run.apply(&small(None));
        run.apply(&paid("o1", "y", 20_00, at(10)));
        asked(&run, &rest(), None);
        run
    };
    let end = one_end(prepare, &events);
    assert!(end.contains("api Approved Refused 0 of the order, 2000 refused"), "{end}");
}

/// A-G-15, A-G-8: a refund of goods of an order whose money was refused is kept without money, however its figures are told.
#[test]
fn a_g_15_a_g_8_a_late_payment_and_a_refund_without_figures() {
    let events = [
        small(None),
        ended(75, CancelReason::Timeout),
        paid("o1", "y", 20_00, at(80)),
        event("asked", Body::RefundRequested(facts("r", &units("l1", 1), None)), at(240)),
        event("granted", Body::RefundApproved(facts("r", &rest(), None)), at(270)),
    ];
    one_end(plain, &events);
}

/// A-G-15, A-G-8: of two refunds that the money is not enough for the one that was told of first has it.
#[test]
fn a_g_15_a_g_8_a_refund_by_lines_and_one_by_amount_that_went_before() {
    let events = [
        small(None),
        paid("o1", "y", 20_00, at(10)),
        went("lines", &units("l1", 1), None, 200),
        went("amount", &amount(20_00), Some("y"), 199),
    ];
    one_end(plain, &events);
}

/// A-G-15, A-S1-20: what ended an order stays that when its deposit turns out to be another one.
#[test]
fn a_g_15_a_s1_20_two_deposits_of_one_moment() {
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit("d1", 5),
        deposit("d2", 5),
        went("fen", &amount(1), None, 60),
        went("unit", &units("l1", 1), Some("d2"), 90),
    ];
    one_end(presale_shop, &events);
}

/// A-S1-20: what has to go back of a deposit is listed, and nobody's in the books.
#[test]
fn a_s1_20_the_rest_of_a_deposit_is_named_once() {
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit("d1", 5),
        ended(100, CancelReason::Merchant),
        went("part", &amount(50_00), None, 300),
    ];
    let end = one_end(presale_shop, &events);
    assert!(end.contains("(5000, 0, 0)") && end.contains("(\"d1\", 5000, "), "{end}");
}

fn asked(run: &Run, ask: &RefundAsk, payment: Option<&str>) -> Refund {
    let (order_id, refund_id, ask) = (id("o1"), id("api"), ask.clone());
    let command = match payment.map(id) {
        Some(payment_id) => Command::RefundPayment { order_id, refund_id, payment_id, ask },
        None => Command::CreateRefund { order_id, refund_id, ask },
    };
    let Reply::Refund { refund } = run.ok(command) else { panic!("a refund") };
    refund
}

/// A-G-15: a request that named one payment and is of another is the same request when it comes again.
#[test]
fn a_g_15_what_was_asked_for_can_be_asked_again() {
    let run = plain();
    run.apply(&small(None));
    run.apply(&paid("o1", "y", 20_00, at(10)));
    run.event(&paid("o1", "z", 20_00, at(11)));
    let goods = went("goods", &units("l1", 1), Some("z"), 20);
    run.apply(&goods);
    run.apply(&went("more", &units("l2", 1), Some("z"), 21));
    let first = asked(&run, &amount(20_00), Some("y"));
    assert_eq!(first.of, RefundOf::Refused);
    assert_eq!(asked(&run, &amount(20_00), Some("y")), first);
    run.assert_clean();
}

/// A-G-15: which payments an answer names stays, whatever else goes back of them.
#[test]
fn a_g_15_an_answer_over_two_payments_does_not_move() {
    let run = plain();
    run.apply(&small(None));
    run.apply(&ended(5, CancelReason::Customer));
    run.event(&paid("o1", "y", 20_00, at(10)));
    run.event(&paid("o1", "z", 20_00, at(11)));
    let first = asked(&run, &amount(30_00), None);
    run.event(&went("fen", &amount(1), Some("y"), 20));
    let order = run.order("o1");
    assert_eq!(order.refunds[0].payments, first.payments);
    run.assert_clean();
}

/// A-S1-24, A-G-8: a refund above the deposit is of the balance, though it was heard first, without a word of what it is of.
#[test]
fn a_s1_24_a_g_8_a_refund_above_the_deposit_whose_figures_come_after_it() {
    let told = hours(24 * 10 + 20).plus_minutes(30);
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit("d1", 5),
        event("bare", Body::RefundSucceeded(facts("r", &rest(), None)), told),
        event("figures", Body::RefundApproved(facts("r", &amount(150_00), None)), told),
        balance(),
    ];
    let end = one_end(presale_shop, &events);
    assert!(end.starts_with("paid"), "{end}");
}
