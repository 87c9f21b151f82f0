//! The two payments of a presale order, as far as the state of an order goes.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::order::{CancelReason, Order, OrderKind, PayOutcome, Stage, State};
use given::{at, by, fen, order, payment};

/// A-G-4, A-S0-12: a deposit is part of a presale order's price and comes once; then the deadline is
/// gone, and only the rest is to be paid.
#[test]
fn a_g_4_a_s0_12_deposit_and_balance() {
    let presale = Order { kind: OrderKind::Presale, ..order(100_00) };
    let staged = |stage, name: &str, amount, at| domain::order::Payment {
        stage,
        amount: fen(amount),
        ..payment(&presale, name, 0, at)
    };
    let mut order = presale.clone();
    for amount in [0, -1, 100_00, 100_01] {
        let answer = order.pay(staged(Stage::Deposit, "d", amount, at("10T10:01:00")));
        assert_eq!(answer.err().map(|r| r.code), Some(Code::AmountMismatch), "{amount}");
    }
    let deadline = presale.cancel_at.unwrap();
    assert!(order.pay(staged(Stage::Deposit, "d", 10_00, deadline)).is_err());
    assert_eq!(order.pay(staged(Stage::Deposit, "d", 10_00, by(deadline, -1))), Ok(PayOutcome::DepositPaid));
    assert_eq!((order.cancel_at, order.state), (None, State::Open));
    let again = order.pay(staged(Stage::Deposit, "d2", 10_00, deadline));
    assert_eq!(again, Err(Code::OrderPaid.into()));
    let whole = order.pay(staged(Stage::Full, "b", 100_00, deadline.plus_hours(24)));
    assert_eq!(whole.err().map(|r| r.code), Some(Code::AmountMismatch), "10 are paid already");
    assert_eq!(order.pay(staged(Stage::Balance, "b", 90_00, deadline.plus_hours(24))), Ok(PayOutcome::Paid));
    assert_eq!(order.paid(), fen(100_00));
    let normal = given::order(100_00).pay(staged(Stage::Deposit, "d", 10_00, at("10T10:01:00")));
    assert_eq!(
        normal.err().map(|r| r.code),
        Some(Code::InvalidValue),
        "an ordinary order keeps its deadline"
    );
}

/// A-G-8, A-S0-12: a deposit that was in time, heard of late, lifts the cancellation of its own
/// deadline; one that came earlier stands, and one in between stands too.
#[test]
fn a_g_8_a_s0_12_late_deposit() {
    let presale = Order { kind: OrderKind::Presale, cancel_at: Some(at("10T10:30:00")), ..order(100_00) };
    for (paid, ended, reason, state, refused) in [
        ("10T10:29:59", "10T10:30:00", CancelReason::Timeout, "open", false),
        ("10T10:20:00", "10T10:25:00", CancelReason::Customer, "cancelled", false),
        ("10T10:20:00", "10T10:15:00", CancelReason::Customer, "cancelled", true),
        ("10T10:30:00", "10T10:30:00", CancelReason::Timeout, "cancelled", true),
    ] {
        let mut order = presale.clone();
        order.cancel(at(ended), reason).unwrap();
        let deposit = domain::order::Payment {
            stage: Stage::Deposit,
            amount: fen(10_00),
            ..payment(&presale, "d", 0, at(paid))
        };
        let answer = order.pay(deposit).map_err(|refusal| refusal.code);
        let expected = if refused { Err(Code::OrderCancelled) } else { Ok(PayOutcome::DepositPaid) };
        assert_eq!(answer, expected, "{paid} {ended}");
        let is = if matches!(order.state, State::Open) { "open" } else { "cancelled" };
        assert_eq!(is, state, "{paid} {ended}");
    }
}
