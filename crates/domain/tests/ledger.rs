//! The books of an order: who bears what at payment, and what comes back.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::event::{Placed, RefundLine};
use domain::ledger::{Account, Entry, post_payment, post_refund, settle, undo_payment};
use domain::limits;
use domain::order::{self, CancelReason, Order, Party, Refund, RefundAsk, RefundStatus};
use domain::{Code, Refusal};
use given::{at, fen, id, less, order_of, payment, placed, shop_id, with_freight};

/// The order paid with a coupon of that saving on 10 June at 11:00, and its entries.
fn paid(placed: &Placed, saving: i64) -> (Order, Vec<Entry>) {
    let mut order = order_of(placed);
    order.pay(payment(&order, "p1", saving, at("10T11:00:00"))).unwrap();
    let payment = order.payments[0].clone();
    let entries = post_payment(&shop_id(), &mut order, &payment, Party::Merchant);
    (order, entries)
}

fn lines(parts: &[(&str, u64)]) -> RefundAsk {
    let part = |&(line, quantity): &(&str, u64)| RefundLine { line_id: id(line), quantity };
    RefundAsk { lines: parts.iter().map(part).collect(), amount: None, fault: None }
}

fn amount(minor: i64) -> RefundAsk {
    RefundAsk { lines: Vec::new(), amount: Some(fen(minor)), fault: None }
}

fn rest() -> RefundAsk {
    RefundAsk { lines: Vec::new(), amount: None, fault: None }
}

fn refund(order: &mut Order, entries: &mut Vec<Entry>, ask: RefundAsk) -> Result<Refund, Code> {
    let name = format!("r{}", order.refunds.len());
    let answer: Result<Refund, Refusal> = order::refund(order, &id(&name), ask, at("11T00:00:00"));
    let refund = answer.map_err(|refusal| refusal.code)?;
    entries.extend(post_refund(&shop_id(), order, &refund));
    order.refunds.push(refund.clone());
    Ok(refund)
}

/// Gross, paid by the customer, due to the merchant.
fn settled(entries: &[Entry]) -> (i64, i64, i64) {
    let sum = settle(entries);
    (sum.gross.minor(), sum.paid.minor(), sum.settled.minor())
}

fn thirds() -> Placed {
    placed(&[(30_00, 1), (30_00, 1), (30_00, 1)])
}

/// T05, S0-R27, A-S0-22: order 100, coupon 100-5: the customer pays 95 and the merchant is settled 95.
#[test]
fn t05_s0_r27_a_s0_22_settlement() {
    let (order, entries) = paid(&placed(&[(100_00, 1)]), 5_00);
    let found: Vec<_> = entries
        .iter()
        .map(|e| (e.number, e.account, e.amount.minor(), e.reason.as_str(), e.funded_by))
        .collect();
    let merchant = Some(Party::Merchant);
    assert_eq!(
        found,
        [
            (0, Account::MerchantSales, 100_00, "goods", None),
            (1, Account::MerchantDiscount, -5_00, "payment_coupon", merchant),
            (2, Account::CustomerCash, -95_00, "payment", None),
        ]
    );
    assert_eq!(settled(&entries), (100_00, 95_00, 95_00));
    assert_eq!((order.paid(), order.ledger_entries), (fen(95_00), 3));
}

/// T06, S0-R26, A-S0-6: goods 300, shop coupon 20, product coupon 10, beans 5, payment coupon 15: the
/// customer pays 250; with beans borne by the platform the merchant is settled 255.
#[test]
fn t06_s0_r26_a_s0_6_stacking() {
    let mut goods = placed(&[(300_00, 1)]);
    for (kind, minor, party) in [
        ("shop_coupon", 20_00, Party::Merchant),
        ("product_coupon", 10_00, Party::Merchant),
        ("beans", 5_00, Party::Platform),
    ] {
        goods = less(goods, kind, minor, party);
    }
    let (mut order, mut entries) = paid(&goods, 15_00);
    assert_eq!(order.payable, fen(265_00));
    assert_eq!(settled(&entries), (300_00, 250_00, 255_00));
    let back = refund(&mut order, &mut entries, rest()).unwrap();
    assert_eq!((back.amount, back.parts.of(Party::Platform)), (fen(250_00), fen(5_00)));
    assert_eq!(settled(&entries), (300_00, 0, 0));
}

/// A-S0-22, A-G-6, A-G-7: refunds return stored shares unit by unit; lines that stay keep theirs, also
/// when the order falls under the threshold of its coupon.
#[test]
fn a_s0_22_a_g_6_a_g_7_partial_refunds() {
    let (mut order, mut entries) = paid(&thirds(), 10_00);
    let shares = order.payments[0].shares.clone();
    for (line, expected) in [("l2", 26_67), ("l0", 26_66), ("l1", 26_67)] {
        let back = refund(&mut order, &mut entries, lines(&[(line, 1)])).unwrap();
        assert_eq!(back.amount, fen(expected), "{line}");
        assert_eq!(order.payments[0].shares, shares);
    }
    assert_eq!(settled(&entries), (90_00, 0, 0));
    let (mut order, mut entries) = paid(&placed(&[(4_00, 3)]), 2_00);
    for expected in [3_33, 3_34, 3_33] {
        let back = refund(&mut order, &mut entries, lines(&[("l0", 1)])).unwrap();
        assert_eq!(back.amount, fen(expected));
    }
    let (mut order, mut entries) = paid(&placed(&[(4_00, 3)]), 2_00);
    let back = refund(&mut order, &mut entries, lines(&[("l0", 1), ("l0", 2)])).unwrap();
    assert_eq!(back.amount, fen(10_00), "the same line named twice counts on");
}

/// A-S0-22, S0-R27: freight goes back with the last unit, less its share of the coupon.
#[test]
fn a_s0_22_s0_r27_freight() {
    let (mut order, mut entries) = paid(&with_freight(placed(&[(50_00, 1), (44_00, 1)]), 6_00), 10_00);
    assert_eq!(order.payments[0].shares, [5_00, 4_40, 60].map(fen));
    let first = refund(&mut order, &mut entries, lines(&[("l0", 1)])).unwrap();
    assert_eq!((first.amount, first.freight), (fen(45_00), fen(0)));
    let last = refund(&mut order, &mut entries, lines(&[("l1", 1)])).unwrap();
    assert_eq!((last.amount, last.freight), (fen(45_00), fen(5_40)));
    assert_eq!(refund(&mut order, &mut entries, rest()), Err(Code::NothingToRefund));
    assert_eq!(settled(&entries), (100_00, 0, 0));
}

/// A-S0-22: a gift in the order costs nothing and keeps nothing back, whatever is returned first.
#[test]
fn a_s0_22_gifts() {
    let goods = with_freight(placed(&[(100_00, 1), (0, 2)]), 6_00);
    let (mut order, mut entries) = paid(&goods, 5_00);
    assert_eq!(refund(&mut order, &mut entries, lines(&[("l1", 1)])).unwrap().amount, fen(0));
    let last = refund(&mut order, &mut entries, lines(&[("l0", 1)])).unwrap();
    assert_eq!(last.amount, fen(101_00), "with the freight, less the coupon");
    assert_eq!(refund(&mut order, &mut entries, rest()).unwrap().amount, fen(0));
    assert_eq!(refund(&mut order, &mut entries, rest()), Err(Code::NothingToRefund));
    assert_eq!(settled(&entries), (106_00, 0, 0));
}

/// A-S0-22: what is refused, each on both sides: units and amounts beyond what is left, nothing at all.
#[test]
fn a_s0_22_refusals() {
    let goods = less(placed(&[(60_00, 2), (40_00, 1)]), "beans", 10_00, Party::Platform);
    let exceeds = Err(Code::ExceedsPaid);
    for (ask, expected) in [
        (lines(&[("l0", 2)]), Ok(())),
        (lines(&[("l0", 3)]), exceeds),
        (lines(&[("l0", 1), ("l0", 2)]), exceeds),
        (lines(&[("l0", u64::MAX), ("l0", u64::MAX)]), exceeds),
        (lines(&[("l0", 0)]), Err(Code::OutOfRange)),
        (lines(&[("l9", 1)]), Err(Code::NotFound)),
        (amount(145_00), Ok(())),
        (amount(145_01), exceeds),
        (amount(i64::MAX), exceeds),
        (amount(1), Ok(())),
        (amount(0), Err(Code::OutOfRange)),
        (amount(-1), Err(Code::OutOfRange)),
        (RefundAsk { amount: Some(fen(1)), ..lines(&[("l0", 1)]) }, Err(Code::InvalidValue)),
    ] {
        let (mut order, mut entries) = paid(&goods, 5_00);
        let found = refund(&mut order, &mut entries, ask.clone()).map(|_| ());
        assert_eq!(found, expected, "{ask:?}");
    }
    let unpaid = order::refund(&order_of(&goods), &id("r1"), rest(), at("11T00:00:00"));
    assert_eq!(unpaid.err().map(|refusal| refusal.code), Some(Code::OrderUnpaid));
}

/// A-S0-22: when an amount has taken everything, lines return nothing more, neither to the customer nor
/// to the platform: the merchant is never below zero.
#[test]
fn a_s0_22_amount_then_lines() {
    let goods = less(placed(&[(60_00, 1), (40_00, 1)]), "beans", 20_00, Party::Platform);
    for (first, then, expected) in [
        (amount(80_00), rest(), Err(Code::NothingToRefund)),
        (amount(80_00), lines(&[("l0", 1)]), Err(Code::NothingToRefund)),
        (amount(79_99), rest(), Ok((1, 0))),
        (amount(50_00), lines(&[("l0", 1)]), Ok((30_00, 7_50))),
        (lines(&[("l0", 1)]), amount(32_00), Ok((32_00, 8_00))),
    ] {
        let (mut order, mut entries) = paid(&goods, 0);
        refund(&mut order, &mut entries, first.clone()).unwrap();
        let found = refund(&mut order, &mut entries, then.clone());
        let found = found.map(|r| (r.amount.minor(), r.parts.sum().minor()));
        assert_eq!(found, expected, "{first:?} then {then:?}");
        let (_, paid, due) = settled(&entries);
        assert!(paid >= 0 && due >= 0, "{first:?} then {then:?}: {paid} {due}");
    }
}

/// A-S0-22: beside 150 refunds that were agreed to no more may be asked for; what was rejected or is open counts for nothing, and
/// what has happened is taken.
#[test]
fn a_s0_22_number_of_refunds() {
    let (mut order, mut entries) = paid(&placed(&[(100_00, 1)]), 0);
    for _ in 0..limits::ORDER_REFUNDS {
        assert!(order.check_refunds_left().is_ok());
        refund(&mut order, &mut entries, amount(1)).unwrap();
    }
    let refused = order.check_refunds_left().map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(Code::LimitReached));
    assert_eq!(refund(&mut order, &mut entries, amount(1)).map(|r| r.amount), Ok(fen(1)));
    for status in [RefundStatus::Rejected, RefundStatus::Requested] {
        order.refunds.iter_mut().for_each(|refund| refund.status = status);
        assert!(order.check_refunds_left().is_ok(), "{status:?}");
    }
    // Of requests as many are remembered: the oldest rejected one goes, an open one never.
    let mut asked = order.refunds[0].clone();
    order.refunds.clear();
    for number in 0..limits::ORDER_REQUESTS {
        assert!(order.make_room_for_request().is_ok());
        asked.refund_id = id(&format!("q{number}"));
        order.refunds.push(asked.clone());
    }
    assert!(order.make_room_for_request().is_err());
    order.refunds[3].status = RefundStatus::Rejected;
    assert!(order.make_room_for_request().is_ok());
    assert!(order.refunds.iter().all(|refund| refund.refund_id != id("q3")));
}

/// A-S0-22, S0-R27: a payment that came after the cancellation leaves nothing in the books.
#[test]
fn a_s0_22_s0_r27_undone() {
    for refunded in [0, 40_00, 75_00] {
        let goods = less(placed(&[(100_00, 1)]), "beans", 20_00, Party::Platform);
        let (mut order, mut entries) = paid(&goods, 5_00);
        let _ = refund(&mut order, &mut entries, amount(refunded));
        let payment = order.payments[0].clone();
        order.cancel(at("10T10:30:00"), CancelReason::Customer).unwrap();
        let was = order.clone();
        let when = at("10T10:30:00");
        entries.extend(undo_payment(&shop_id(), &mut order, &was, &payment, Party::Merchant, when));
        assert_eq!(settled(&entries), (0, 0, 0), "{refunded}");
        assert_eq!(order.paid(), fen(0));
    }
}
