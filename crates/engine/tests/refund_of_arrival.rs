//! A-G-15, A-G-8, A-S1-24: what a refund is of does not depend on what was heard first.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    event::{Body, OrderEvent},
    ledger::{Settlement, settle},
    order::{Refund, RefundAsk, RefundOf, RefundStatus, State},
};
use support::{batch::rest, presale::*, refunds::*, *};

/// What must come out the same.
type End = (State, Vec<(String, RefundStatus, RefundOf, i64, i64)>, Settlement, Vec<(String, i64, Code)>);

fn end(run: &Run) -> End {
    let order = run.order("o1");
    let granted = order.refunds.iter().filter(|refund| refund.status.is_granted());
    let mut refunds: Vec<_> = granted
        .map(|refund| {
            let Refund { refund_id, status, of, amount, refused, .. } = refund;
            (refund_id.to_string(), *status, *of, amount.minor(), refused.minor())
        })
        .collect();
    refunds.sort_by(|a, b| a.0.cmp(&b.0));
    let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
    (order.state, refunds, settle(&entries), listed(run))
}

/// Plays the events in every order, each twice in a row and some once more at the end.
fn agree(name: &str, prepare: impl Fn() -> Run, events: &[OrderEvent]) -> End {
    let mut wanted: Option<End> = None;
    for turns in permutations(events.len()) {
        let run = prepare();
        for &index in &turns {
            run.event(&events[index]);
            run.event(&events[index]);
        }
        run.event(&events[turns[0]]);
        run.assert_clean();
        let found = end(&run);
        let heard: Vec<_> = turns.iter().map(|&index| &*events[index].event_id).collect();
        let wanted = wanted.get_or_insert_with(|| found.clone());
        assert_eq!(&found, wanted, "{name}: {heard:?}");
    }
    wanted.unwrap()
}

fn bare() -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(120));
    run.apply(&placed("o1", "u1", at(0)));
    run
}

#[test]
fn a_g_15_a_g_8_a_doubled_payment_and_its_refunds_in_any_order() {
    let (b1, b2) = (paid("o1", "b1", PAYABLE, at(21)), paid("o1", "b2", PAYABLE, at(22)));
    let whole = amount(PAYABLE);
    let sets: Vec<(&str, Vec<OrderEvent>, (i64, usize))> = vec![
        ("named", vec![went("r1", &whole, Some("b2"), 30)], (PAYABLE, 0)),
        ("named good", vec![went("r1", &whole, Some("b1"), 30)], (0, 1)),
        ("either", vec![went("r1", &whole, None, 30)], (PAYABLE, 1)),
        ("both", vec![went("r1", &whole, None, 30), went("r2", &whole, None, 31)], (0, 0)),
        ("told again", vec![went("r1", &whole, None, 30), went("r1", &whole, Some("b2"), 31)], (PAYABLE, 0)),
        (
            "a part first",
            vec![went("r1", &amount(10_00), None, 30), went("r2", &whole, None, 31)],
            (PAYABLE - 10_00, 0),
        ),
        (
            "a part later",
            vec![went("r1", &whole, None, 30), went("r2", &amount(10_00), None, 31)],
            (PAYABLE - 10_00, 0),
        ),
        ("before it", vec![went("r1", &whole, None, 21)], (0, 1)),
        (
            "goods",
            vec![went("r1", &units("l1", 2), Some("b2"), 30), went("r2", &whole, None, 31)],
            (102_34, 0),
        ),
    ];
    for (name, refunds, (paid, left)) in sets {
        let mut events = vec![b1.clone(), b2.clone()];
        events.extend(refunds);
        let end = agree(name, bare, &events);
        assert_eq!((end.2.paid, end.3.len()), (fen(paid), left), "{name}");
    }
}

#[test]
fn a_g_15_a_g_8_a_late_payment_and_its_refund_in_any_order() {
    let (late, end_at) = (paid("o1", "p1", PAYABLE, at(22)), cancelled("o1", at(21)));
    for (name, ask, payment) in
        [("amount", amount(PAYABLE), None), ("named", amount(PAYABLE), Some("p1")), ("rest", rest(), None)]
    {
        let events = [late.clone(), end_at.clone(), went("r1", &ask, payment, 30)];
        let end = agree(name, bare, &events);
        assert!(matches!(end.0, State::Cancelled { .. }));
        assert_eq!((end.1.len(), end.2.settled, end.3.len()), (1, fen(0), 0), "{name}");
        // An earlier payment pays the order all the same.
        if payment.is_some() {
            let events = [
                late.clone(),
                end_at.clone(),
                went("r1", &ask, payment, 30),
                paid("o1", "p0", PAYABLE, at(20)),
            ];
            let end = agree(name, bare, &events);
            assert_eq!((end.2.paid, end.3.len()), (fen(PAYABLE), 0), "{name}");
        }
    }
}

/// A-S1-24, A-G-8: of a refund's event and the balance times and contents decide.
#[test]
fn a_s1_24_a_refund_by_a_clock_that_is_behind() {
    let balance_at = hours(24 * 10 + 21);
    let prepare = || {
        let run = Run::in_memory().0.with_presale(&Offer::default());
        run.advance(hours(24 * 10 + 23));
        run.apply(&presale_placed("o1", "u1", at(0)));
        run.apply(&deposit_paid("o1", at(5)));
        run
    };
    let seconds = |ask: &RefundAsk, payment: Option<&str>, before: i64| {
        event("r1", Body::RefundSucceeded(facts("r1", ask, payment)), balance_at.plus_seconds(-before))
    };
    let balance = balance_paid("o1", 700_00, &[], balance_at);
    for (ask, payment, before, is_paid, back) in [
        (amount(100_00), None, 1, true, 100_00),
        (amount(100_00), None, 299, true, 100_00),
        (amount(100_00), None, 300, false, 100_00),
        (rest(), None, 299, true, 800_00),
        (rest(), None, 300, false, 100_00),
        (amount(100_00), Some("o1-b"), 3000, true, 100_00),
        (amount(100_01), None, 3000, true, 100_01),
        (amount(50_00), Some("o1-d"), 300, false, 50_00),
        (amount(50_00), Some("o1-d"), 10, true, 50_00),
    ] {
        let events = [balance.clone(), seconds(&ask, payment, before)];
        let name = format!("{ask:?} {payment:?} {before} s before");
        let end = agree(&name, prepare, &events);
        assert_eq!(matches!(end.0, State::Paid { .. }), is_paid, "{name}");
        assert_eq!(end.1[0].3, back, "{name}");
        assert_eq!(end.2.paid.minor(), if is_paid { 800_00 - back } else { 100_00 - back }, "{name}");
    }
}
