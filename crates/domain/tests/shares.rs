//! Where discounts come off: by the shares they bring, within a coupon's scope, off the freight.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::catalog::{Scope, ScopeMode};
use domain::event::Placed;
use domain::order::{self, LineShare, Order, Party, Stage};
use domain::{Code, Refusal};
use given::presale::{item, pay, place, presale, presale_placed, presale_terms, reduction};
use given::{at, fen, id, less, order_of, payment, placed, shop, with_freight};

const PLACED: &str = "10T12:00:00";

/// Lines of 10.00 and 90.00, less one discount with these shares.
fn told(kind: &str, amount: i64, shares: &[(&str, i64)]) -> Placed {
    let mut placed = less(placed(&[(10_00, 1), (90_00, 1)]), kind, amount, Party::Merchant);
    placed.discounts[0].lines = given_lines(shares);
    placed
}
fn given_lines(shares: &[(&str, i64)]) -> Vec<LineShare> {
    shares.iter().map(|(line, minor)| LineShare { line_id: id(line), amount: fen(*minor) }).collect()
}
fn only(skus: &[&str]) -> Scope {
    let skus = skus.iter().map(|sku| id(sku)).collect();
    Scope { mode: ScopeMode::Whitelist, skus: std::sync::Arc::new(skus), ..Scope::default() }
}
fn take(placed: &Placed, scope: Option<&Scope>) -> Result<Order, Refusal> {
    order::place_by(&shop(), placed, at("10T10:00:00"), None, &[scope])
}
fn shares(order: &Order) -> Vec<i64> {
    order.lines.iter().map(|line| line.shares[0].minor()).collect()
}
/// The code and the fields at fault.
fn faults<T: std::fmt::Debug>(taken: Result<T, Refusal>) -> (Code, Vec<(String, Code)>) {
    let refusal = taken.unwrap_err();
    (refusal.code, refusal.violations.into_iter().map(|v| (v.field, v.code)).collect())
}

/// A-G-5, A-G-7: shares that a discount brings are stored as they are, and with the lines alone.
#[test]
fn a_g_5_shares_as_the_quote_had_them() {
    for (amount, given, expected) in [
        (9_00, &[("l0", 9_00)][..], [9_00, 0]),
        (9_00, &[("l1", 8_99), ("l0", 1)], [1, 8_99]),
        (10_00, &[("l0", 10_00), ("l1", 0)], [10_00, 0]),
        (9_00, &[], [90, 8_10]),
    ] {
        let order = take(&told("product_coupon", amount, given), None).unwrap();
        assert_eq!(shares(&order), expected, "{given:?}");
        assert!(order.discounts[0].lines.is_empty());
    }
}

/// A-G-5: what does not fit is named by its field.
#[test]
fn a_g_5_shares_that_do_not_fit() {
    for (given, field, code) in [
        (&[("l9", 9_00)][..], "[0].line_id", Code::NotFound),
        (&[("l0", 4_00), ("l0", 5_00)], "[1].line_id", Code::Duplicate),
        (&[("l0", 10_01), ("l1", 0)], "[0].amount", Code::DiscountTooHigh),
        (&[("l0", -1), ("l1", 9_01)], "[0].amount", Code::NegativeAmount),
        (&[("l0", i64::MAX), ("l1", i64::MAX)], "[0].amount", Code::DiscountTooHigh),
        (&[("l0", 8_99)], "", Code::AmountMismatch),
        (&[("l0", 9_01)], "", Code::AmountMismatch),
        (&[("l0", 1), ("l1", 1), ("l1", 1)], "", Code::TooMany),
    ] {
        let (all, fields) = faults(take(&told("product_coupon", 9_00, given), None));
        assert_eq!((all, &fields[0]), (Code::InvalidValue, &(format!("discounts[0].lines{field}"), code)));
    }
    // What an earlier discount took is not there any more.
    let mut placed = less(told("order_promotion", 9_00, &[("l0", 9_00)]), "beans", 2_00, Party::Platform);
    placed.discounts[1].lines = given_lines(&[("l0", 2_00)]);
    assert_eq!(faults(take(&placed, None)).1[0].0, "discounts[1].lines[0].amount");
}

/// A-S1-6: a coupon takes from the lines of its scope alone, unless they cannot bear it.
#[test]
fn a_s1_6_a_coupon_stays_within_its_scope() {
    for (skus, amount, expected) in [
        (&["s0"][..], 9_00, [9_00, 0]),
        (&["s0"], 10_00, [10_00, 0]),
        (&["s0"], 11_00, [1_10, 9_90]),
        (&["s1"], 9_00, [0, 9_00]),
        (&["s0", "s1"], 9_00, [90, 8_10]),
        (&["s9"], 9_00, [90, 8_10]),
    ] {
        let order = take(&told("product_coupon", amount, &[]), Some(&only(skus))).unwrap();
        assert_eq!(shares(&order), expected, "{skus:?} {amount}");
    }
}

/// S1-R12, A-G-5: a freight coupon comes off the freight, up to all of it, and never off the goods; what
/// goes back of the freight is what was paid of it.
#[test]
fn s1_r12_a_freight_coupon_comes_off_the_freight() {
    for (goods, freight, off, saving) in
        [(5_00, 6_00, 6_00, 0), (5_00, 6_00, 2_00, 0), (50_00, 6_00, 6_00, 5_00), (50_00, 6_00, 1_00, 5_00)]
    {
        let placed = with_freight(placed(&[(goods, 1)]), freight);
        let mut order = order_of(&less(placed, "freight_coupon", off, Party::Merchant));
        assert_eq!((shares(&order), order.lines[0].payable()), (vec![0], fen(goods)));
        assert_eq!((order.freight, order.freight_payable()), (fen(freight), fen(freight - off)));
        assert_eq!(order.threshold_base(), fen(goods));
        order.pay(payment(&order, "p", saving, at("10T11:00:00"))).unwrap();
        let entries = domain::ledger::post_payment(
            &given::shop_id(),
            &mut order.clone(),
            order.paid_by().unwrap(),
            Party::Merchant,
        );
        let settled = domain::ledger::settle(&entries).settled;
        assert_eq!((settled, order.paid()), (order.paid(), fen(goods + freight - off - saving)));
        let ask = order::RefundAsk { lines: Vec::new(), amount: None, fault: None };
        let whole = order::refund(&order, &id("r"), ask, at("10T12:00:00")).unwrap();
        let of_coupon = order.paid_by().unwrap().shares.last().copied().unwrap_or_default();
        assert_eq!((whole.amount, whole.freight), (order.paid(), fen(freight - off) - of_coupon));
    }
}

/// A-G-5: two freight coupons take no more than the freight, whatever the goods cost.
#[test]
fn s1_r12_freight_is_not_reduced_below_zero() {
    for (offs, fine) in [(&[6_00][..], true), (&[6_01], false), (&[4_00, 2_00], true), (&[4_00, 2_01], false)]
    {
        let mut placed = with_freight(placed(&[(50_00, 1)]), 6_00);
        for off in offs {
            placed = less(placed, "freight_coupon", *off, Party::Merchant);
        }
        let code = take(&placed, None).err().map(|refusal| refusal.code);
        assert_eq!(code, (!fine).then_some(Code::DiscountTooHigh), "{offs:?}");
    }
    let mut on_a_line = with_freight(told("freight_coupon", 6_00, &[("l0", 6_00)]), 6_00);
    let fields = vec![("discounts[0].lines".to_owned(), Code::InvalidValue)];
    assert_eq!(faults(take(&on_a_line, None)), (Code::InvalidValue, fields));
    on_a_line.discounts[0].lines = given_lines(&[("l0", 0)]);
    assert_eq!(shares(&take(&on_a_line, None).unwrap()), [0, 0]);
}

/// A presale line of 100.00 (deposit 10.00, 20.00 off) beside an ordinary one of 50.00, freight 6.00; the
/// deposit is in.
fn merged() -> Order {
    let mut placed = presale_placed(&[(100_00, 1), (50_00, 1)]);
    placed.lines[1].presale_campaign_id = None;
    let placed = with_freight(placed, 6_00);
    let terms = presale_terms(vec![item("s0", 100_00, 10_00, reduction(20_00))]);
    let mut order = place(&presale(terms), &placed, at(PLACED)).unwrap();
    let deposit = pay(&order, "d", Stage::Deposit, 10_00, at(PLACED), &[]);
    order.pay(deposit).unwrap();
    order
}

/// A-S1-5, A-S1-6: the same at the balance, where no share touches a deposit.
#[test]
fn a_s1_6_shares_and_scopes_at_the_balance() {
    let order = merged();
    let off = |given: &[(&str, i64)], scope: Option<&Scope>, amount: i64| {
        let mut discounts = told("product_coupon", amount, given).discounts;
        discounts.truncate(1);
        let came_off = order.spread_at_balance(&discounts, Stage::Balance, &[scope])?;
        assert!(came_off[0].discount.lines.is_empty());
        Ok::<_, Refusal>(came_off[0].shares.iter().map(|share| share.minor()).collect::<Vec<_>>())
    };
    assert_eq!(off(&[("l1", 13_00)], None, 13_00).unwrap(), [0, 13_00]);
    assert_eq!(off(&[], Some(&only(&["s0"])), 13_00).unwrap(), [13_00, 0]);
    assert_eq!(off(&[], Some(&only(&["s0"])), 70_00).unwrap(), [70_00, 0]);
    assert_eq!(off(&[], None, 13_00).unwrap(), [8_00, 5_00]);
    assert_eq!(off(&[], Some(&only(&["s9"])), 13_00).unwrap(), [8_00, 5_00]);
    let above = faults(off(&[("l0", 70_01)], None, 70_01)).1;
    assert_eq!(above, [("discounts[0].lines[0].amount".to_owned(), Code::DiscountTooHigh)]);
}

/// S1-R12: a freight coupon with the balance comes off the freight of the ordinary goods.
#[test]
fn s1_r12_a_freight_coupon_at_the_balance() {
    for (off, freight) in [(4_00, 2_00), (6_00, 0), (9_00, 0)] {
        let mut order = merged();
        let due = 70_00 + 50_00 + freight;
        let balance = pay(&order, "b", Stage::Balance, due, at("20T21:00:00"), &[("freight_coupon", off)]);
        assert_eq!(balance.discounts[0].shares, [fen(0), fen(0)]);
        order.pay(balance).unwrap();
        assert_eq!(order.freight_payable(), fen(6_00), "of the placed order");
        assert_eq!(order.freight_of(order.paid_by().unwrap()), fen(freight));
        let ask = order::RefundAsk { lines: Vec::new(), amount: None, fault: None };
        let whole = order::refund(&order, &id("r"), ask, at("21T12:00:00")).unwrap();
        assert_eq!((whole.amount, whole.freight), (order.paid(), fen(freight)));
    }
}
