//! Paid or cancelled by when things happened, not by when we heard of them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::event::{Body, Cancelled, PaymentFailed, PaymentSucceeded};
use domain::order::{CancelOutcome, CancelReason, Order, PayOutcome, PaymentStatus, Stage, State};
use domain::{Code, Instant, limits};
use given::{at, cases, fen, id, order, payment};
use money::Money;
use proptest::prelude::*;

/// What we may hear of an order; minutes after 10:00. The deadline is at 10:06.
#[derive(Debug, Clone, Copy, PartialEq)]
enum News {
    Paid(i64),
    Failed,
    Cancelled(i64, CancelReason),
    /// The timer of the deadline.
    TimedOut,
}

const DEADLINE: i64 = 6;

fn minute(n: i64) -> Instant {
    at("10T10:00:00").plus_minutes(n)
}

/// The state and the money after hearing it in this order; what is refused changes nothing.
fn hear(news: &[News]) -> (State, Money) {
    let mut order = Order { cancel_at: Some(minute(DEADLINE)), ..order(100_00) };
    for one in news {
        let before = order.clone();
        let refused = match *one {
            News::Paid(at) => order.pay(payment(&before, "p1", 0, minute(at))).is_err(),
            News::Failed => {
                order.fail_payment(&id("p1"));
                false
            }
            News::Cancelled(at, reason) => order.cancel(minute(at), reason).is_err(),
            News::TimedOut => order.cancel(minute(DEADLINE), CancelReason::Timeout).is_err(),
        };
        assert!(!refused || order == before, "a refusal of {one:?} changed the order");
    }
    (order.state, order.paid())
}

/// What must come out: a payment before the deadline and not after a cancellation stands; else the
/// first cancellation does.
fn expected(news: &[News]) -> (State, Money) {
    let ends: Vec<(Instant, CancelReason)> = news
        .iter()
        .filter_map(|one| match *one {
            News::Cancelled(at, reason) => Some((minute(at), reason)),
            News::TimedOut => Some((minute(DEADLINE), CancelReason::Timeout)),
            News::Paid(_) | News::Failed => None,
        })
        .collect();
    let end = ends.into_iter().min();
    let paid = news.iter().find_map(|one| match *one {
        News::Paid(at) if at < DEADLINE => Some(minute(at)),
        _ => None,
    });
    match (paid, end) {
        (Some(at), None) => (State::Paid { at }, fen(100_00)),
        (Some(at), Some((end, _))) if at <= end => (State::Paid { at }, fen(100_00)),
        (_, Some((at, reason))) => (State::Cancelled { at, reason }, fen(0)),
        (None, None) => (State::Open, fen(0)),
    }
}

fn permutations(news: &[News]) -> Vec<Vec<News>> {
    if news.is_empty() {
        return vec![Vec::new()];
    }
    let each = (0..news.len()).flat_map(|first| {
        let mut others = news.to_vec();
        let head = others.remove(first);
        permutations(&others).into_iter().map(move |mut tail| {
            tail.insert(0, head);
            tail
        })
    });
    each.collect()
}

/// A-G-9, A-G-3, T03: in the same instant the payment wins over a cancellation, in both orders of
/// arrival; the deadline itself is too late.
#[test]
fn a_g_9_a_g_3_t03_ties() {
    let cancelled = |n| News::Cancelled(n, CancelReason::Customer);
    for (paid, other) in [
        (3, cancelled(2)),
        (3, cancelled(3)),
        (3, cancelled(4)),
        (5, News::TimedOut),
        (6, News::TimedOut),
        (7, News::TimedOut),
        (6, cancelled(6)),
    ] {
        let news = [News::Paid(paid), other];
        for order in permutations(&news) {
            assert_eq!(hear(&order), expected(&news), "{order:?}");
        }
    }
    assert_eq!(hear(&[News::Paid(6)]).0, State::Open, "the timer has not fired yet");
}

/// A-G-9: of events in the same instant the payment is applied before the cancellation.
#[test]
fn a_g_9_rank() {
    let paid = Body::PaymentSucceeded(PaymentSucceeded {
        order_id: id("o1"),
        payment_id: id("p1"),
        stage: Stage::Full,
        method: domain::order::Method::JdPay,
        amount: fen(1),
        coupon_id: None,
        checkout_id: None,
        transaction_id: None,
        discounts: Vec::new(),
    });
    let failed = Body::PaymentFailed(PaymentFailed { order_id: id("o1"), payment_id: id("p1") });
    let cancelled = Body::Cancelled(Cancelled { order_id: id("o1"), reason: CancelReason::Timeout });
    assert!(paid.rank() < failed.rank() && failed.rank() < cancelled.rank());
}

/// A-G-8, A-G-9: the answers to news that was known, or that turns the state around.
#[test]
fn a_g_8_a_g_9_answers() {
    let fresh = order(100_00);
    let pay = |order: &mut Order, name: &str, at| {
        order.pay(payment(&fresh, name, 0, minute(at))).map_err(|refusal| refusal.code)
    };
    let cancel = |order: &mut Order, at| {
        order.cancel(minute(at), CancelReason::Customer).map_err(|refusal| refusal.code)
    };
    let mut order = fresh.clone();
    assert_eq!(pay(&mut order, "p1", 5), Ok(PayOutcome::Paid));
    assert_eq!(pay(&mut order, "p1", 5), Ok(PayOutcome::Duplicate));
    assert_eq!(pay(&mut order, "p2", 5), Err(Code::OrderPaid));
    assert_eq!(cancel(&mut order, 5), Err(Code::OrderPaid));
    assert_eq!(cancel(&mut order, 4), Ok(CancelOutcome::PaymentUndone));
    assert_eq!((order.paid(), order.paid_by()), (fen(0), None));
    assert_eq!(cancel(&mut order, 4), Ok(CancelOutcome::Duplicate));
    assert_eq!(pay(&mut order, "p1", 5), Err(Code::OrderCancelled));
    assert_eq!(pay(&mut order, "p2", 4), Ok(PayOutcome::Paid), "it came in time");
    let other = domain::order::Payment { amount: fen(1), ..payment(&fresh, "p2", 0, minute(4)) };
    assert_eq!(order.pay(other), Err(Code::IdempotencyConflict.into()));
}

/// A-G-8: of two payments the earlier stands in both orders of arrival, in one instant the smaller id;
/// the other is money that has to go back.
#[test]
fn a_g_8_two_payments() {
    for ((first, first_at), (second, second_at)) in [(("p2", 1), ("p1", 2)), (("p1", 3), ("p2", 3))] {
        let fresh = order(100_00);
        let (stands, goes) =
            (payment(&fresh, first, 0, minute(first_at)), payment(&fresh, second, 5_00, minute(second_at)));
        let mut forward = fresh.clone();
        assert_eq!(forward.pay(stands.clone()), Ok(PayOutcome::Paid));
        assert_eq!(forward.pay(goes.clone()), Err(Code::OrderPaid.into()));
        assert!(forward.keep_late(goes.clone()) && !forward.keep_late(goes.clone()));
        let mut backward = fresh.clone();
        assert_eq!(backward.pay(goes), Ok(PayOutcome::Paid));
        assert_eq!(backward.pay(stands), Ok(PayOutcome::Paid));
        for order in [&forward, &backward] {
            assert_eq!(order.state, State::Paid { at: minute(first_at) });
            assert_eq!(order.paid(), fen(100_00));
            let late = order.payment(&id(second)).unwrap();
            assert_eq!((late.status, late.amount), (PaymentStatus::Late, fen(95_00)));
            assert_eq!((late.saving, late.shares.len()), (fen(0), 0));
        }
    }
}

/// Money that is not taken is kept once, and not without end; what is no money is not kept.
#[test]
fn a_g_8_late_money() {
    let mut order = order(100_00);
    let late = |amount: i64, name: &str, at| domain::order::Payment {
        amount: fen(amount),
        ..payment(&given::order(100_00), name, 0, minute(at))
    };
    for amount in [0, -1, i64::MIN, i64::MAX, limits::AMOUNT_MINOR + 1] {
        assert!(!order.keep_late(late(amount, "p1", 1)), "{amount}");
    }
    assert!(order.keep_late(late(1, "p1", 1)));
    assert!(order.keep_late(late(2, "p1", 1)), "another account of it");
    assert!(!order.keep_late(late(1, "p1", 1)), "the earlier account again");
    for n in 2..=limits::ORDER_PAYMENTS {
        assert!(order.keep_late(late(1, &format!("p{n}"), 1)), "{n}");
    }
    assert!(!order.keep_late(late(1, "p51", 1)));
    assert_eq!((order.payments.len(), order.paid()), (limits::ORDER_PAYMENTS, fen(0)));
    let whole = payment(&order, "p1", 0, minute(2));
    assert_eq!(order.pay(whole.clone()), Ok(PayOutcome::Paid), "corrected");
    assert!(!order.keep_late(whole), "it is in the books");
}

/// A-G-8: a payment up to five minutes before its order is taken; clocks differ.
#[test]
fn a_g_8_payment_before_the_order() {
    for (seconds, fine) in [(0, true), (-300, true), (-301, false), (-86_400, false)] {
        let mut order = order(100_00);
        let paid = payment(&order, "p1", 0, order.placed_at.plus_seconds(seconds));
        let answer = order.pay(paid).map_err(|refusal| refusal.violations[0].field.clone());
        let expected = if fine { Ok(PayOutcome::Paid) } else { Err("time".to_owned()) };
        assert_eq!(answer, expected, "{seconds}");
    }
}

/// A-G-4, S0-R25, S0-R27: the money that comes is exactly what was to be paid.
#[test]
fn a_g_4_s0_r25_s0_r27_amounts() {
    for (saving, amount, fine) in [
        (0, 100_00, true),
        (0, 99_99, false),
        (0, 100_01, false),
        (5_00, 95_00, true),
        (5_00, 100_00, false),
        (0, 0, false),
        (0, -1, false),
    ] {
        let mut order = order(100_00);
        let mut payment = payment(&order, "p1", saving, minute(1));
        payment.amount = fen(amount);
        let answer = order.pay(payment).map_err(|refusal| refusal.code);
        assert_eq!(
            answer,
            if fine { Ok(PayOutcome::Paid) } else { Err(Code::AmountMismatch) },
            "{saving} {amount}"
        );
    }
}

fn news() -> impl Strategy<Value = News> {
    let reason =
        prop::sample::select(vec![CancelReason::Timeout, CancelReason::Customer, CancelReason::Merchant]);
    prop_oneof![
        2 => (0..DEADLINE + 2, reason).prop_map(|(at, reason)| News::Cancelled(at, reason)),
        1 => Just(News::TimedOut),
        1 => Just(News::Failed),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    /// A-G-8, A-G-9: a payment, cancellations, late ones and repetitions come to the same end in every
    /// order of arrival.
    #[test]
    fn a_g_8_a_g_9_any_order_of_arrival(
        paid in prop::option::of(0..DEADLINE + 2),
        others in prop::collection::vec(news(), 0..4),
        again in prop::bool::ANY,
    ) {
        let mut all: Vec<News> = paid.map(News::Paid).into_iter().chain(others).collect();
        if again && let Some(first) = all.first().copied() {
            all.push(first);
        }
        let expected = expected(&all);
        for order in permutations(&all) {
            prop_assert_eq!(hear(&order), expected, "{:?}", order);
        }
    }
}
