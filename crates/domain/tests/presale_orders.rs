//! A presale order from its placing to its refunds: sums, stages, what comes off with the balance, and
//! what goes back.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::presale::{Gain, Terms};
use domain::event::RefundLine;
use domain::order::{
    self, CancelReason, Fault, Order, PRESALE_GAIN, PayOutcome, PresaleStage, RefundAsk, Stage, State,
};
use domain::{Code, Instant, ledger};
use given::presale::*;
use given::{at, by, cases, fen, id};
use money::Money;
use proptest::prelude::*;

const PLACED: &str = "10T10:00:00";
const DEPOSIT: &str = "10T10:05:00";
const BALANCE: &str = "21T10:00:00";

fn of(terms: Terms, lines: &[(i64, u64)]) -> Order {
    place(&presale(terms), &presale_placed(lines), at(PLACED)).unwrap()
}
fn example(price: i64, deposit: i64, gain: Gain) -> Order {
    of(presale_terms(vec![item("s0", price, deposit, gain)]), &[(price, 1)])
}
fn deposited(mut order: Order) -> Order {
    let due = order.presale.as_ref().unwrap().deposit;
    let payment = pay(&order, "d", Stage::Deposit, due.minor(), at(DEPOSIT), &[]);
    assert_eq!(order.pay(payment), Ok(PayOutcome::DepositPaid));
    order
}
fn settled(mut order: Order, off: &[(&str, i64)], amount: i64) -> Order {
    let payment = pay(&order, "b", Stage::Balance, amount, at(BALANCE), off);
    assert_eq!(order.pay(payment), Ok(PayOutcome::Paid));
    order
}
fn ask(lines: Vec<RefundLine>, fault: Option<Fault>) -> RefundAsk {
    RefundAsk { lines, amount: None, fault }
}
fn refund(order: &mut Order, name: &str, ask: RefundAsk) -> Result<Money, Code> {
    let refund = order::refund(order, &id(name), ask, at("25T00:00:00")).map_err(|refusal| refusal.code)?;
    let amount = refund.amount;
    order.refunds.push(refund);
    Ok(amount)
}
fn code<T>(answer: Result<T, domain::Refusal>) -> Option<Code> {
    answer.err().map(|refusal| refusal.code)
}

/// T17 (S1-R18), T18 (S1-R19), T19 (S1-R20): the balance, the base, and a coupon at the balance.
#[test]
fn s1_r18_r19_r20_t17_t18_t19_balance_and_base() {
    for (gain, balance, base, coupon, pays) in [
        (reduction(20_00), 70_00, 80_00, 10_00, 60_00),
        (expansion("3"), 70_00, 80_00, 10_00, 60_00),
        (Gain::default(), 90_00, 100_00, 10_00, 80_00),
    ] {
        let order = example(100_00, 10_00, gain);
        assert_eq!((order.balance(), order.threshold_base()), (fen(balance), fen(base)));
        let order = settled(deposited(order), &[("dong_coupon", coupon)], pays);
        assert_eq!((order.presale_stage(), order.paid()), (Some(PresaleStage::Paid), fen(10_00 + pays)));
    }
}

/// The gain is a discount of its own; the platform may send the price before it, after it, or name it.
#[test]
fn s1_r17_the_gain_is_a_discount_whatever_the_platform_sends() {
    let campaign = presale(presale_terms(vec![item("s0", 100_00, 10_00, reduction(20_00))]));
    let full = presale_placed(&[(100_00, 2)]);
    let mut reduced = full.clone();
    reduced.payable = fen(160_00);
    let named = given::less(full.clone(), PRESALE_GAIN, 40_00, order::Party::Merchant);
    let placed = |order: &domain::event::Placed| place(&campaign, order, at(PLACED));
    let first = placed(&full).unwrap();
    assert_eq!((first.payable, &*first.discounts[0].kind), (fen(160_00), PRESALE_GAIN));
    assert_eq!(first.lines[0].shares, [fen(40_00)]);
    assert_eq!(placed(&reduced).unwrap(), first);
    assert_eq!(placed(&named).unwrap(), first);
    for payable in [159_99, 160_01, 180_00, 200_01] {
        let mut wrong = full.clone();
        wrong.payable = fen(payable);
        assert_eq!(code(placed(&wrong)), Some(Code::PayableMismatch), "{payable}");
    }
    let mut other = named;
    other.discounts[0].amount = fen(39_99);
    assert_eq!(code(placed(&other)), Some(Code::AmountMismatch));
}

/// S1-R17, S1-R25, A-S1-22: the presale price, a SKU on presale, no freight, in the deposit window.
#[test]
fn s1_r25_a_s1_22_what_a_presale_order_must_be() {
    let campaign = presale(presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]));
    let good = presale_placed(&[(100_00, 1)]);
    let answer = |placed: &domain::event::Placed, moment: Instant| code(place(&campaign, placed, moment));
    let (from, to) = (at("10T10:00:00"), at("20T00:00:00"));
    for (moment, expected) in [
        (by(from, -1), Some(Code::OutsidePeriod)),
        (from, None),
        (by(to, -1), None),
        (to, Some(Code::OutsidePeriod)),
    ] {
        assert_eq!(answer(&good, moment), expected);
    }
    let freight = given::with_freight(good.clone(), 6_00);
    assert_eq!(answer(&freight, from), Some(Code::OutOfRange));
    let mut dear = good.clone();
    (dear.lines[0].unit_price, dear.payable) = (fen(100_01), fen(100_01));
    assert_eq!(answer(&dear, from), Some(Code::AmountMismatch));
    let mut strange = good.clone();
    strange.lines[0].sku = id("s9");
    assert_eq!(answer(&strange, from), Some(Code::OutOfScope));
    let mut mixed = presale_placed(&[(100_00, 1), (50_00, 1)]);
    mixed.lines[1].presale_campaign_id = None;
    let order = place(&campaign, &given::with_freight(mixed, 6_00), from).unwrap();
    assert_eq!((order.balance(), order.threshold_base()), (fen(146_00), fen(150_00)), "an ordinary line");
}

/// A-S1-19, A-S1-22: the deposit exactly, then the balance in its window.
#[test]
fn a_s1_22_the_balance_is_taken_in_its_window() {
    let order = example(100_00, 10_00, reduction(20_00));
    assert_eq!(order.cancel_at, Some(at(PLACED).plus_minutes(30)));
    for amount in [9_99, 10_01, 0] {
        let payment = pay(&order, "d", Stage::Deposit, amount, at(DEPOSIT), &[]);
        assert_eq!(code(order.clone().pay(payment)), Some(Code::AmountMismatch), "{amount}");
    }
    let order = deposited(order);
    let (from, to) = (at("20T20:00:00"), at("24T00:00:00"));
    assert_eq!(order.cancel_at, Some(to));
    for (moment, amount, expected) in [
        (by(from, -1), 70_00, Some(Code::OutsidePeriod)),
        (from, 70_00, None),
        (by(to, -1), 70_00, None),
        (to, 70_00, Some(Code::OutsidePeriod)),
        (from, 69_99, Some(Code::AmountMismatch)),
        (from, 90_00, Some(Code::AmountMismatch)),
    ] {
        let payment = pay(&order, "b", Stage::Balance, amount, moment, &[]);
        assert_eq!(code(order.clone().pay(payment)), expected, "{moment} {amount}");
    }
    let whole = pay(&order, "f", Stage::Full, 80_00, from, &[]);
    assert_eq!(code(order.clone().pay(whole)), Some(Code::StageNotAllowed));
    let beans = order.spread_at_balance(
        &[order::Discount {
            kind: "red_packet".into(),
            id: None,
            amount: fen(1),
            funded_by: order::Party::Platform,
            lines: Vec::new(),
        }],
        Stage::Deposit,
        &[],
    );
    assert_eq!(code(beans), Some(Code::StageNotAllowed), "S1-R07");
}

/// T21 (A-S1-5): a coupon over the balance is capped there and the deposit never touched.
#[test]
fn a_s1_5_t21_a_coupon_over_the_balance() {
    let order = settled(deposited(example(100_00, 10_00, Gain::default())), &[("jing_coupon", 95_00)], 0);
    let came_off = &order.paid_by().unwrap().discounts[0];
    assert_eq!((came_off.discount.amount, &came_off.shares[..]), (fen(90_00), &[fen(90_00)][..]));
    assert_eq!(order.paid(), fen(10_00));
    let mut strict = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
    strict.require_greater = true;
    let order = deposited(of(strict, &[(100_00, 1)]));
    let coupon = |minor| order::Discount {
        kind: "jing_coupon".into(),
        id: None,
        amount: fen(minor),
        funded_by: order::Party::Merchant,
        lines: Vec::new(),
    };
    assert_eq!(
        code(order.spread_at_balance(&[coupon(90_00)], Stage::Balance, &[])),
        Some(Code::BalanceTooSmall)
    );
    assert!(order.spread_at_balance(&[coupon(89_99)], Stage::Balance, &[]).is_ok());
}

/// A-S1-5 `REQUIRE_GREATER`: as in a quote each presale line's share is smaller than its balance; an
/// ordinary line may be taken whole, and each discount counts with what the earlier ones left.
#[test]
fn a_s1_5_require_greater_holds_for_each_line() {
    // Bases 30 and 120, balances 10 and 110: of 50.00 the first line bears 10.00, its whole balance.
    let items =
        || vec![item("s0", 100_00, 20_00, reduction(70_00)), item("s1", 120_00, 10_00, Gain::default())];
    let small = Some(Code::BalanceTooSmall);
    for (greater, presale_lines, off, expected) in [
        (true, 2, &[49_95][..], None),
        (true, 2, &[50_00], small),
        (false, 2, &[50_00], None),
        (true, 2, &[30_00, 19_95], None),
        (true, 2, &[30_00, 20_00], small),
        (true, 2, &[0], None),
        (true, 1, &[49_95], None),
        (true, 1, &[50_00], small),
    ] {
        let mut terms = presale_terms(items());
        (terms.require_greater, terms.no_resplit) = (greater, true);
        let mut placed = presale_placed(&[(100_00, 1), (120_00, 1)]);
        for line in &mut placed.lines[presale_lines..] {
            line.presale_campaign_id = None;
        }
        let order = deposited(place(&presale(terms), &placed, at(PLACED)).unwrap());
        let discount = |minor: &i64| order::Discount {
            kind: "jing_coupon".into(),
            id: None,
            amount: fen(*minor),
            funded_by: order::Party::Merchant,
            lines: Vec::new(),
        };
        let off: Vec<_> = off.iter().map(discount).collect();
        assert_eq!(code(order.spread_at_balance(&off, Stage::Balance, &[])), expected, "{off:?}");
    }
    // The ordinary line is taken whole, the presale line is not.
    let mut terms = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
    terms.require_greater = true;
    let mut placed = presale_placed(&[(100_00, 1), (1, 1)]);
    placed.lines[1].presale_campaign_id = None;
    let order = deposited(place(&presale(terms), &placed, at(PLACED)).unwrap());
    let off = order::Discount {
        kind: "jing_coupon".into(),
        id: None,
        amount: fen(90_00),
        funded_by: order::Party::Merchant,
        lines: Vec::new(),
    };
    let shares = order.spread_at_balance(&[off], Stage::Balance, &[]).unwrap().remove(0).shares;
    assert_eq!(shares, [fen(89_99), fen(1)]);
}

/// A-S1-6, A-G-5: shares by deposit + balance; overflow goes to the other lines or, with `NO_RESPLIT`,
/// is lost.
#[test]
fn a_s1_6_shares_by_contribution_and_the_overflow() {
    let items = vec![item("s0", 100_00, 20_00, reduction(70_00)), item("s1", 120_00, 10_00, Gain::default())];
    let mut terms = presale_terms(items);
    let lines = [(100_00, 1), (120_00, 1)];
    // Bases 30 and 120, room 10 and 110: of 75 the first would bear 15.
    for (no_resplit, shares) in [(false, [10_00, 65_00]), (true, [10_00, 60_00])] {
        terms.no_resplit = no_resplit;
        let order = deposited(of(terms.clone(), &lines));
        let off: i64 = shares.iter().sum();
        let order = settled(order, &[("dong_coupon", 75_00)], 120_00 - off);
        assert_eq!(order.paid_by().unwrap().discounts[0].shares, shares.map(fen));
    }
}

/// T29 (A-S1-20): 1000, deposit 100, reduction 200.
#[test]
fn a_s1_20_t29_outcomes_of_a_deposit() {
    let order = || deposited(example(1000_00, 100_00, reduction(200_00)));
    let mut paid = settled(order(), &[], 700_00);
    assert_eq!(paid.paid(), fen(800_00));
    assert_eq!(refund(&mut paid, "r", ask(vec![], Some(Fault::Customer))), Ok(fen(800_00)));
    for (fault, back) in [
        (Some(Fault::Merchant), Ok(fen(100_00))),
        (Some(Fault::Platform), Ok(fen(100_00))),
        (None, Ok(fen(100_00))),
        (Some(Fault::Customer), Err(Code::DepositForfeited)),
    ] {
        let mut open = order();
        // At somebody else's fault the deposit goes back whole; a part of it is an agreement.
        let part = RefundAsk { amount: Some(fen(40_00)), ..ask(vec![], fault) };
        let agreed = if fault.is_none() { Ok(fen(40_00)) } else { back.and(Err(Code::InvalidValue)) };
        assert_eq!(refund(&mut order(), "p", part), agreed, "{fault:?}");
        assert_eq!(refund(&mut open, "r", ask(vec![], fault)), back, "{fault:?}");
        let mut ended = order();
        ended.cancel(at("24T00:00:00"), CancelReason::Timeout).unwrap();
        assert_eq!(ended.presale_stage(), Some(PresaleStage::Forfeited));
        assert_eq!(refund(&mut ended, "r", ask(vec![], fault)), back, "{fault:?}");
        let after = if back.is_ok() { PresaleStage::Closed } else { PresaleStage::Forfeited };
        assert_eq!(ended.presale_stage(), Some(after));
    }
    let mut unpaid = example(1000_00, 100_00, reduction(200_00));
    unpaid.cancel(unpaid.cancel_at.unwrap(), CancelReason::Timeout).unwrap();
    assert_eq!(unpaid.presale_stage(), Some(PresaleStage::Closed));
    assert_eq!(refund(&mut unpaid, "r", ask(vec![], None)), Err(Code::OrderUnpaid));
}

/// Only full payment: one payment, no deposit, no gain.
#[test]
fn s1_r05_a_presale_that_is_paid_at_once() {
    let mut terms = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
    terms.presale_type = domain::campaign::presale::PresaleType::FullPayment;
    let mut order = of(terms, &[(100_00, 1)]);
    let deposit = pay(&order, "d", Stage::Deposit, 10_00, at(DEPOSIT), &[]);
    assert_eq!(code(order.pay(deposit)), Some(Code::StageNotAllowed));
    let whole = pay(&order, "f", Stage::Full, 100_00, at(DEPOSIT), &[]);
    assert_eq!(order.pay(whole), Ok(PayOutcome::Paid));
    assert_eq!(order.presale_stage(), Some(PresaleStage::Paid));
}

/// A-G-8: a cancellation from before the deposit, heard of after it, undoes it; the same in both orders.
#[test]
fn a_g_8_a_cancellation_before_the_deposit() {
    let fresh = example(100_00, 10_00, Gain::default());
    let mut late = deposited(fresh.clone());
    late.cancel(at("10T10:04:00"), CancelReason::Customer).unwrap();
    let mut early = fresh;
    early.cancel(at("10T10:04:00"), CancelReason::Customer).unwrap();
    assert_eq!((late.deposit_paid_at, late.cancel_at, late.state), (None, early.cancel_at, early.state));
    assert_eq!((late.presale_stage(), late.paid()), (Some(PresaleStage::Closed), Money::ZERO));
    let mut same = deposited(example(100_00, 10_00, Gain::default()));
    same.cancel(at(DEPOSIT), CancelReason::Customer).unwrap();
    assert_eq!(same.presale_stage(), Some(PresaleStage::Forfeited), "the payment comes first");
}

#[derive(Debug, Clone)]
struct Plan {
    lines: Vec<(i64, u64, u8)>,
    off: Vec<i64>,
    steps: Vec<(usize, u64)>,
    paid: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let line = (500_i64..50_000, 1_u64..6, 0_u8..3);
    let lines = prop::collection::vec(line, 1..5);
    let off = prop::collection::vec(1_i64..20_000, 0..3);
    let steps = prop::collection::vec((0_usize..5, 1_u64..4), 0..12);
    (lines, off, steps, any::<bool>()).prop_map(|(lines, off, steps, paid)| Plan { lines, off, steps, paid })
}

proptest! {
    #![proptest_config(cases(512))]

    /// A-G-5 to A-G-7, A-S1-20: in any order and partition what goes back sums to what was paid, and the
    /// books are even at every step.
    #[test]
    fn a_g_6_a_s1_20_refunds_in_any_order_return_exactly_what_was_paid(plan in plans()) {
        let item_of = |(index, (price, _, gain)): (usize, &(i64, u64, u8))| {
            let gain = match gain { 0 => Gain::default(), 1 => expansion("2.5"), _ => reduction(price / 10) };
            item(&format!("s{index}"), *price, (price / 7).max(1), gain)
        };
        let items = plan.lines.iter().enumerate().map(item_of).collect();
        let lines: Vec<(i64, u64)> = plan.lines.iter().map(|(price, quantity, _)| (*price, *quantity)).collect();
        let mut order = deposited(of(presale_terms(items), &lines));
        let shop = given::shop_id();
        let mut entries = Vec::new();
        if plan.paid {
            let off: Vec<(&str, i64)> = plan.off.iter().map(|minor| ("beans", *minor)).collect();
            let spread = pay(&order, "b", Stage::Balance, 0, at(BALANCE), &off);
            let due = order.balance() - spread.discounted();
            order = settled(order, &off, due.minor());
            let payment = order.paid_by().unwrap().clone();
            entries.extend(ledger::post_payment(&shop, &mut order, &payment, order::Party::Merchant));
        } else {
            order.cancel(at(BALANCE), CancelReason::Merchant).unwrap();
            let deposit = order.presale.as_ref().unwrap().deposit;
            entries.extend(ledger::post_deposit(&shop, &mut order, deposit, "deposit", at(BALANCE)));
        }
        let mut back = Money::ZERO;
        for (turn, (line, quantity)) in plan.steps.iter().enumerate() {
            let index = line % order.lines.len();
            let left = order.lines[index].quantity - order.refunded_units(&order.lines[index].line_id);
            if left == 0 {
                continue;
            }
            let line_id = order.lines[index].line_id.clone();
            let part = RefundLine { line_id, quantity: (*quantity).min(left) };
            if let Ok(amount) = refund(&mut order, &format!("r{turn}"), ask(vec![part], None)) {
                back += amount;
                let booked = order.refunds.last().unwrap().clone();
                entries.extend(ledger::post_refund(&shop, &mut order, &booked));
            }
            prop_assert!(back <= order.paid());
        }
        if let Ok(amount) = refund(&mut order, "rest", ask(vec![], None)) {
            back += amount;
            let booked = order.refunds.last().unwrap().clone();
            entries.extend(ledger::post_refund(&shop, &mut order, &booked));
        }
        prop_assert_eq!(back, order.paid());
        let books = ledger::settle(&entries);
        prop_assert_eq!((books.paid, books.settled), (Money::ZERO, Money::ZERO));
        prop_assert_eq!(entries.iter().map(|entry| entry.amount).sum::<Money>(), Money::ZERO);
        prop_assert!(!matches!(order.state, State::Open));
    }
}
