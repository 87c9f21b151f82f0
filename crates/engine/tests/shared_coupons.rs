//! S1-R02, A-S1-6: the orders of a merged checkout share one coupon, and it comes back with the last of them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Instant,
    coupon::{Coupon, CouponStatus},
    event::{Body, OrderEvent},
    order::{Discount, OrderKind, Party, Stage},
};
use engine::Command;
use support::{batch::*, presale::hours, *};

/// The balance opens.
const OPEN: i64 = 24 * 10 + 20;
/// An ordinary order of 300.00, of which 3.00 come off.
const GOODS: i64 = 297_00;
/// A balance of 700.00, of which 8.00 come off.
const BALANCE: i64 = 692_00;

fn open() -> Instant {
    hours(OPEN)
}

/// The presale order `x` of `u1`, its deposit paid and its balance open, and a coupon 1100-11.
fn checkout(returns: bool) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_presale(&presale::Offer::default());
    let mut create = BatchDeal { spend: 1100_00, returns, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    batch.benefit.save = Some(fen(11_00));
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    run.deposit("x", "u1", at(0));
    run.advance(open());
    (run, coupon)
}

fn off(coupon: &Coupon, minor: i64) -> Vec<Discount> {
    let id = Some(coupon.coupon_id.as_str().into());
    let (kind, funded_by) = ("shop_coupon".into(), Party::Merchant);
    vec![Discount { kind, id, amount: fen(minor), funded_by, lines: Vec::new() }]
}

fn goods(order: &str, coupon: &Coupon, minor: i64) -> OrderEvent {
    let mut placed = placing(order, "u1");
    placed.lines.truncate(1);
    (placed.lines[0].quantity, placed.freight) = (3, fen(0));
    (placed.discounts, placed.payable) = (off(coupon, minor), fen(300_00 - minor));
    assert_eq!(placed.kind, OrderKind::Normal);
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), open())
}

fn balance(coupon: &Coupon, minor: i64) -> OrderEvent {
    let mut paid = paying("x", "x.b", 700_00 - minor);
    (paid.stage, paid.discounts) = (Stage::Balance, off(coupon, minor));
    event("x.balance", Body::PaymentSucceeded(paid), open())
}

fn refunded(order: &str, minutes: i64) -> OrderEvent {
    let facts = refunding(order, &format!("{order}.r"), &rest());
    event(&format!("{order}.refund"), Body::RefundSucceeded(facts), open().plus_minutes(minutes))
}

/// What a coupon comes to: its status, who has it, who else.
fn standing(run: &Run, coupon: &Coupon) -> (CouponStatus, Option<String>, Vec<String>) {
    let coupon = run.coupon(coupon);
    let holder = coupon.holder().map(ToString::to_string);
    (coupon.status, holder, coupon.also_on.iter().map(ToString::to_string).collect())
}

/// A name, what happens, what the coupon comes to, and whether the balance alone misses the threshold.
type Case<'a> = (&'a str, Vec<OrderEvent>, (CouponStatus, Option<&'a str>, Vec<&'a str>), bool);

/// T22, A-G-7, A-G-8: whichever is undone, the other keeps its part, and the coupon; in any order of events.
#[test]
fn a_s1_6_a_shared_coupon_comes_back_with_the_last_order() {
    let (available, used) = (CouponStatus::Available, CouponStatus::Used);
    let paying = |minutes| paid("n1", "n1.p", GOODS, open().plus_minutes(minutes));
    let ending = || cancelled("n1", open().plus_minutes(9));
    let cases = |coupon: &Coupon| -> Vec<Case<'_>> {
        let (n1, x) = (|| goods("n1", coupon, 3_00), || balance(coupon, 8_00));
        let (paid, whole) = (|| paying(1), false);
        vec![
            ("both paid", vec![n1(), paid(), x()], (used, Some("x"), vec!["n1"]), whole),
            ("one open", vec![n1(), x()], (used, Some("x"), vec!["n1"]), whole),
            ("goods returned", vec![n1(), paid(), x(), refunded("n1", 5)], (used, Some("x"), vec![]), whole),
            (
                "balance returned",
                vec![n1(), paid(), x(), refunded("x", 5)],
                (used, Some("n1"), vec![]),
                whole,
            ),
            (
                "balance returned first",
                vec![n1(), x(), refunded("x", 5)],
                (CouponStatus::Locked, Some("n1"), vec![]),
                whole,
            ),
            // What was never bought counts toward no threshold.
            ("goods unpaid", vec![n1(), x(), ending()], (used, Some("x"), vec![]), true),
            (
                "unpaid, returned",
                vec![n1(), x(), ending(), refunded("x", 5)],
                (available, None, vec![]),
                whole,
            ),
            ("payment undone", vec![n1(), paying(10), x(), ending()], (used, Some("x"), vec![]), true),
            (
                "both returned",
                vec![n1(), paid(), x(), refunded("x", 5), refunded("n1", 6)],
                (available, None, vec![]),
                whole,
            ),
        ]
    };
    let count = cases(&checkout(true).1).len();
    for index in 0..count {
        for order in permutations(cases(&checkout(true).1)[index].1.len()) {
            let (run, coupon) = checkout(true);
            let (name, events, (status, holder, others), short) = cases(&coupon).swap_remove(index);
            run.advance(open().plus_minutes(20));
            for at in &order {
                run.event(&events[*at]);
            }
            let wanted = (status, holder.map(str::to_owned), others.into_iter().map(str::to_owned).collect());
            assert_eq!(standing(&run, &coupon), wanted, "{name} {order:?}");
            let listed = [("x".to_owned(), "below_threshold".to_owned())];
            assert_eq!(run.listed(), if short { &listed[..] } else { &[] }, "{name} {order:?}");
            run.assert_clean();
        }
    }
}

/// S1-R02: n1 never paid is left by its timer; the paid balance keeps its part, and a second coupon-free
/// checkout cannot have it.
#[test]
fn s1_r02_a_coupon_stays_with_the_balance_when_the_goods_time_out() {
    let (run, coupon) = checkout(true);
    run.apply(&goods("n1", &coupon, 3_00));
    assert_eq!(standing(&run, &coupon), (CouponStatus::Locked, Some("n1".into()), vec![]));
    run.apply(&balance(&coupon, 8_00));
    run.advance(hours(OPEN + 25));
    assert_eq!(standing(&run, &coupon), (CouponStatus::Used, Some("x".into()), vec![]));
    run.assert_clean();
    let entries = run.batch("b1").counters;
    assert_eq!((entries.used, entries.locked, entries.available), (1, 0, 0));
}

/// A-S1-6: parts that are more than the coupon saves are those of another checkout. In the same instant who is paid comes
/// first, whatever was heard first.
#[test]
fn a_s1_6_a_part_that_is_too_large_is_a_conflict() {
    for (goods_part, balance_part, at_goods, at_balance) in
        [(3_01, 8_00, "coupon_used", ""), (3_00, 8_00, "", ""), (11_00, 0, "below_threshold", "no_saving")]
    {
        for balance_first in [false, true] {
            let (run, coupon) = checkout(false);
            let mut events = [goods("n1", &coupon, goods_part), balance(&coupon, balance_part)];
            if balance_first {
                events.reverse();
            }
            for event in &events {
                run.apply(event);
            }
            let listed: Vec<String> =
                run.listed().into_iter().map(|(order, code)| format!("{order} {code}")).collect();
            let wanted =
                [("n1", at_goods), ("x", at_balance)].into_iter().filter(|(_, code)| !code.is_empty());
            let wanted: Vec<String> = wanted.map(|(order, code)| format!("{order} {code}")).collect();
            assert_eq!(listed, wanted, "{goods_part} {balance_first}");
            run.assert_clean();
        }
    }
    // A batch that gives nothing back keeps the coupon where it was used.
    let (run, coupon) = checkout(false);
    run.apply(&goods("n1", &coupon, 3_00));
    run.apply(&balance(&coupon, 8_00));
    run.apply(&paid("n1", "n1.p", GOODS, open().plus_minutes(1)));
    run.advance(open().plus_minutes(10));
    for order in ["x", "n1"] {
        run.apply(&refunded(order, 5));
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
    }
    // And a third order has no part left.
    run.apply(&goods("n2", &coupon, 3_00));
    assert_eq!(run.conflicts("n2"), ["coupon_used"]);
    run.assert_clean();
    assert_eq!(run.order("x").paid(), fen(100_00 + BALANCE));
}

/// A checkout that holds the coupon for its goods does not stand in the way of the balance beside them.
#[test]
fn s1_r02_a_balance_may_come_before_the_goods_that_hold_the_coupon() {
    let (run, coupon) = checkout(true);
    run.ok(locking(&coupon, "n1", Some(30)));
    run.apply(&balance(&coupon, 8_00));
    assert_eq!(standing(&run, &coupon), (CouponStatus::Used, Some("x".into()), vec![]));
    run.apply(&goods("n1", &coupon, 3_00));
    assert_eq!(standing(&run, &coupon), (CouponStatus::Used, Some("x".into()), vec!["n1".into()]));
    for order in ["x", "n1"] {
        assert_eq!(run.conflicts(order), [""; 0]);
    }
    run.assert_clean();
}

/// A-S1-6, A-S1-28: the orders reach the threshold together, or each of them is noted. The whole saving is taken, so nobody
/// else can join and it is known at once.
#[test]
fn a_s1_6_shared_thresholds_are_judged_together() {
    for (spend, expected) in [(1100_00, &[][..]), (1100_01, &["below_threshold"])] {
        for balance_first in [true, false] {
            let (run, _) = checkout(true);
            let mut create = BatchDeal { spend, ..BatchDeal::default() }.create("b2");
            let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
            batch.benefit.save = Some(fen(11_00));
            run.ok(create);
            let coupon = run.claim_batch("b2", "u1", 1).remove(0);
            let mut events = [goods("n1", &coupon, 3_00), balance(&coupon, 8_00)];
            if balance_first {
                events.reverse();
            }
            for event in &events {
                run.apply(event);
            }
            for order in ["x", "n1"] {
                assert_eq!(run.conflicts(order), expected, "{order} {spend}");
            }
            run.assert_clean();
        }
    }
}
