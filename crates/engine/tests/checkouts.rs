//! A-S1-25, A-S1-28: which orders are one checkout, when its threshold is judged, and what is listed as a conflict.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Instant,
    campaign::promotion::PercentOff,
    coupon::{Coupon, CouponStatus},
    event::{Body, OrderEvent},
    order::{Discount, Party, Stage},
};
use engine::{Command, EventOutcome};
use support::{batch::*, presale::hours, *};

/// A shop, and a coupon of `u1`: 100.00-20.00, or 10 % off from 100.00.
fn with_coupon(percent: bool, returns: bool) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let mut create = BatchDeal { spend: 100_00, returns, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    if percent {
        (batch.benefit.save, batch.benefit.percent_off) = (None, PercentOff::from_basis_points(1_000));
    } else {
        batch.benefit.save = Some(fen(20_00));
    }
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    (run, coupon)
}

fn off(coupon: &Coupon, minor: i64) -> Vec<Discount> {
    let id = Some(coupon.coupon_id.as_str().into());
    let (kind, funded_by) = ("shop_coupon".into(), Party::Merchant);
    vec![Discount { kind, id, amount: fen(minor), funded_by, lines: Vec::new() }]
}

/// Goods of that price, less a part of the coupon.
fn goods(order: &str, coupon: &Coupon, price: i64, part: i64, when: Instant) -> OrderEvent {
    let mut placed = placing(order, "u1");
    placed.lines.truncate(1);
    (placed.lines[0].quantity, placed.lines[0].unit_price, placed.freight) = (1, fen(price), fen(0));
    (placed.discounts, placed.payable) = (off(coupon, part), fen(price - part));
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), when)
}

fn in_checkout(checkout: &str, mut event: OrderEvent) -> OrderEvent {
    match &mut event.body {
        Body::Placed(placed) => placed.checkout_id = Some(id(checkout)),
        Body::PaymentSucceeded(paid) => paid.checkout_id = Some(id(checkout)),
        other => panic!("{other:?}"),
    }
    event
}

fn back(order: &str, when: Instant) -> OrderEvent {
    let facts = refunding(order, &format!("{order}.r"), &rest());
    event(&format!("{order}.refund"), Body::RefundSucceeded(facts), when)
}

fn on(run: &Run, coupon: &Coupon) -> (CouponStatus, Vec<String>) {
    let coupon = run.coupon(coupon);
    (coupon.status, coupon.orders().map(ToString::to_string).collect())
}

fn names(orders: &[&str]) -> Vec<String> {
    orders.iter().map(|order| (*order).to_owned()).collect()
}

fn conflict(order: &str, code: &str) -> (String, String) {
    (order.to_owned(), code.to_owned())
}

/// The percentage coupon stands on both orders, and is free only when the last has gone.
#[test]
fn a_s1_25_a_percentage_coupon_comes_back_with_the_last_order() {
    let (run, coupon) = with_coupon(true, true);
    run.apply(&goods("o1", &coupon, 60_00, 6_00, at(0)));
    run.apply(&goods("o2", &coupon, 50_00, 5_00, at(0)));
    assert_eq!(on(&run, &coupon), (CouponStatus::Locked, names(&["o1", "o2"])));
    run.apply(&paid("o1", "p1", 54_00, at(1)));
    run.apply(&paid("o2", "p2", 45_00, at(2)));
    assert_eq!(on(&run, &coupon), (CouponStatus::Used, names(&["o1", "o2"])));
    run.assert_clean();
    run.advance(at(30));
    run.apply(&back("o1", at(30)));
    assert_eq!(on(&run, &coupon), (CouponStatus::Used, names(&["o2"])), "o2 keeps its share");
    run.assert_clean();
    // It does not serve again meanwhile.
    run.apply(&goods("o3", &coupon, 100_00, 10_00, at(30)));
    assert_eq!(run.listed(), [conflict("o3", "coupon_used")]);
    run.advance(at(40));
    run.apply(&back("o2", at(40)));
    // The last has gone: the order that waited has it now.
    assert_eq!(on(&run, &coupon), (CouponStatus::Locked, names(&["o3"])));
    assert_eq!(run.listed(), []);
    run.apply(&cancelled("o3", at(40)));
    assert_eq!(on(&run, &coupon), (CouponStatus::Available, vec![]));
    run.assert_clean();
    assert_eq!(run.batch("b1").counters.available, 1);
}

/// A coupon that was used serves nobody else, and a later order says so in the list.
#[test]
fn a_s1_28_a_used_coupon_serves_no_later_order() {
    for (minutes, expected) in [(19, None), (20, Some("coupon_used"))] {
        let (run, coupon) = with_coupon(false, false);
        run.apply(&goods("o1", &coupon, 50_00, 10_00, at(0)));
        run.apply(&paid("o1", "p1", 40_00, at(5)));
        run.advance(at(minutes));
        run.apply(&goods("o2", &coupon, 50_00, 10_00, at(minutes)));
        assert_eq!(run.conflicts("o2").first().map(String::as_str), expected, "{minutes}");
        run.assert_clean();
    }
    // A week later.
    let (run, coupon) = with_coupon(false, false);
    run.apply(&goods("o1", &coupon, 50_00, 10_00, at(0)));
    run.apply(&paid("o1", "p1", 40_00, at(5)));
    run.advance(hours(24 * 7));
    run.apply(&goods("o2", &coupon, 50_00, 10_00, hours(24 * 7)));
    assert_eq!(run.conflicts("o2"), ["coupon_used"]);
    assert_eq!(on(&run, &coupon), (CouponStatus::Used, names(&["o1"])));
    // The first order alone missed the threshold.
    assert_eq!(run.listed(), [conflict("o1", "below_threshold"), conflict("o2", "coupon_used")]);
    run.apply(&paid("o2", "p2", 40_00, hours(24 * 7)));
    assert_eq!(run.coupon(&coupon).used_on, Some(id("o1")));
    run.assert_clean();
}

/// A fen less than the saving is judged too, when the moment is over; over a restart as well.
#[test]
fn a_s1_28_a_part_is_judged_when_the_moment_is_over() {
    for (price, listed) in [(99_99, vec![conflict("o1", "below_threshold")]), (100_00, vec![])] {
        let (run, coupon) = with_coupon(false, false);
        run.apply(&goods("o1", &coupon, price, 19_99, at(0)));
        run.apply(&paid("o1", "p1", price - 19_99, at(5)));
        let waits = run.coupon(&coupon).wake_at;
        assert_eq!(waits, (!listed.is_empty()).then_some(at(20)), "a timer that the store keeps");
        run.advance(at(20).plus_seconds(-1));
        assert_eq!(run.listed(), []);
        run.assert_clean();
        run.advance(at(20));
        assert_eq!(run.listed(), listed, "{price}");
        assert_eq!(run.coupon(&coupon).wake_at, None);
        run.assert_clean();
    }
}

/// A name, what happens, who has the coupon, and what is listed.
type Case =
    (&'static str, Vec<OrderEvent>, (CouponStatus, Vec<&'static str>), Vec<(&'static str, &'static str)>);

fn cases(coupon: &Coupon) -> Vec<Case> {
    let (used, free) = (CouponStatus::Used, CouponStatus::Available);
    let one = || goods("o1", coupon, 60_00, 10_00, at(0));
    let pays = || paid("o1", "p1", 50_00, at(5));
    let two = |minutes| goods("o2", coupon, 60_00, 10_00, at(minutes));
    let two_pays = |minutes| paid("o2", "p2", 50_00, at(minutes));
    let named = in_checkout;
    vec![
        ("together", vec![one(), pays(), two(1), two_pays(6)], (used, vec!["o1", "o2"]), vec![]),
        (
            "too late",
            vec![one(), pays(), two(20), two_pays(21)],
            (used, vec!["o1"]),
            vec![("o1", "below_threshold"), ("o2", "coupon_used")],
        ),
        (
            "named",
            vec![named("k", one()), pays(), named("k", two(20)), two_pays(21)],
            (used, vec!["o1", "o2"]),
            vec![],
        ),
        (
            "named otherwise",
            vec![named("k", one()), pays(), named("l", two(1)), two_pays(6)],
            (used, vec!["o1"]),
            vec![("o1", "below_threshold"), ("o2", "coupon_locked")],
        ),
        (
            "the first is gone",
            vec![one(), cancelled("o1", at(3)), two(20), two_pays(21)],
            (used, vec!["o2"]),
            vec![("o2", "below_threshold")],
        ),
        (
            "both gone",
            vec![one(), cancelled("o1", at(3)), two(2), cancelled("o2", at(9))],
            (free, vec![]),
            vec![],
        ),
        (
            "returned",
            vec![one(), pays(), back("o1", at(30)), two(20)],
            (CouponStatus::Locked, vec!["o2"]),
            vec![],
        ),
        (
            "all returned",
            vec![one(), pays(), two(1), two_pays(6), back("o2", at(30)), back("o1", at(31))],
            (free, vec![]),
            vec![],
        ),
    ]
}

/// Whoever is heard of first: who has the coupon, and what is listed, follows from the times.
#[test]
fn a_s1_28_a_g_8_no_order_of_arrival_matters() {
    let count = cases(&with_coupon(false, true).1).len();
    for index in 0..count {
        for order in permutations(cases(&with_coupon(false, true).1)[index].1.len()) {
            let (run, coupon) = with_coupon(false, true);
            let (name, events, (status, orders), listed) = cases(&coupon).swap_remove(index);
            run.advance(at(60));
            for at in &order {
                run.event(&events[*at]);
            }
            // What is waiting happens.
            run.advance(at(61));
            assert_eq!(on(&run, &coupon), (status, names(&orders)), "{name} {order:?}");
            let listed: Vec<_> = listed.into_iter().map(|(order, code)| conflict(order, code)).collect();
            assert_eq!(run.listed(), listed, "{name} {order:?}");
            run.assert_clean();
        }
    }
}

/// As it happens and as it is told late come to the same.
#[test]
fn a_s1_28_told_in_time_or_late_comes_to_the_same() {
    let story = |coupon: &Coupon| {
        vec![
            (0, goods("o1", coupon, 60_00, 10_00, at(0))),
            (5, paid("o1", "p1", 50_00, at(5))),
            (12, goods("o2", coupon, 30_00, 10_00, at(12))),
            (13, paid("o2", "p2", 20_00, at(13))),
            (25, goods("o3", coupon, 60_00, 10_00, at(25))),
            (26, paid("o3", "p3", 50_00, at(26))),
        ]
    };
    let mut found = Vec::new();
    for in_time in [true, false] {
        let (run, coupon) = with_coupon(false, false);
        for (minute, event) in story(&coupon) {
            if in_time {
                run.advance(at(minute));
                run.apply(&event);
            }
        }
        run.advance(at(60));
        if !in_time {
            for (_, event) in story(&coupon).into_iter().rev() {
                run.event(&event);
            }
            run.advance(at(61));
        }
        run.assert_clean();
        found.push((on(&run, &coupon), run.listed()));
    }
    assert_eq!(found[0], found[1]);
    let (o1, o2, o3) = ("o1", "o2", "o3");
    let expected =
        [conflict(o1, "below_threshold"), conflict(o2, "below_threshold"), conflict(o3, "coupon_used")];
    assert_eq!(found[0], ((CouponStatus::Used, names(&[o1, o2])), expected.to_vec()));
}

/// The payment of a balance names its checkout, in its event or when the cashier starts it.
#[test]
fn a_s1_28_a_balance_is_of_the_checkout_that_its_payment_names() {
    for (checkout, by_cashier, expected) in [
        ("k", false, vec![]),
        ("k", true, vec![]),
        ("l", false, vec![conflict("n1", "coupon_used"), conflict("x", "below_threshold")]),
        ("l", true, vec![conflict("n1", "coupon_used"), conflict("x", "below_threshold")]),
    ] {
        let run = Run::in_memory().0.with_presale(&presale::Offer::default());
        let mut create = BatchDeal { spend: 850_00, ..BatchDeal::default() }.create("b1");
        let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
        batch.benefit.save = Some(fen(11_00));
        run.ok(create);
        let coupon = run.claim_batch("b1", "u1", 1).remove(0);
        run.deposit("x", "u1", at(0));
        let open = hours(24 * 10 + 20);
        run.advance(open);
        let mut pays = paying("x", "x.b", 692_00);
        (pays.stage, pays.discounts) = (Stage::Balance, off(&coupon, 8_00));
        if by_cashier {
            let mut start = starting("x", "x.b", domain::order::Method::JdPay, None);
            let Command::StartPayment { checkout_id, .. } = &mut start else { panic!() };
            *checkout_id = Some(id(checkout));
            run.ok(start);
        } else {
            pays.checkout_id = Some(id(checkout));
        }
        run.apply(&event("x.balance", Body::PaymentSucceeded(pays), open));
        // Placed an hour later, in the checkout k.
        run.advance(open.plus_minutes(60));
        let n1 = in_checkout("k", goods("n1", &coupon, 50_00, 3_00, open.plus_minutes(60)));
        run.apply(&n1);
        assert_eq!(run.listed(), expected, "{checkout} {by_cashier}");
        run.assert_clean();
    }
}

/// A conflict is on the list as long as it stands, is published once, and those of a cancelled order are on no list.
#[test]
fn a_s1_28_a_conflict_that_is_taken_back_leaves_the_list() {
    let (run, coupon) = with_coupon(false, false);
    run.apply(&goods("o1", &coupon, 150_00, 20_00, at(0)));
    let second = goods("o2", &coupon, 150_00, 20_00, at(1));
    run.apply(&second);
    assert_eq!(run.event(&second).outcome, EventOutcome::Duplicate);
    assert_eq!(run.listed(), [conflict("o2", "coupon_locked")]);
    let published = || {
        let rows = run.reader().outbox(&run.shop, &all()).unwrap();
        rows.iter().filter(|row| &*row.event_type == "coupon.conflict").count()
    };
    assert_eq!(published(), 1);
    assert_eq!(run.reader().totals().unwrap().coupon_conflicts, 1);
    run.apply(&cancelled("o1", at(2)));
    assert_eq!(run.listed(), [], "o2 has it now");
    assert_eq!(on(&run, &coupon), (CouponStatus::Locked, names(&["o2"])));
    assert!(run.timeline("o2").contains(&"coupon.conflict_over".to_owned()));
    // The first was paid before it was cancelled, heard of late: it had the coupon first.
    run.apply(&paid("o1", "p1", 130_00, at(1)));
    assert_eq!(run.listed(), [conflict("o2", "coupon_used")]);
    run.apply(&cancelled("o2", at(3)));
    assert_eq!(run.listed(), []);
    assert_eq!(run.reader().totals().unwrap().coupon_conflicts, 0);
    run.assert_clean();
    // What is wrong with an order by itself goes and comes with it.
    run.apply(&goods("o4", &coupon, 150_00, 21_00, at(3)));
    assert_eq!(run.listed(), [conflict("o4", "coupon_used"), conflict("o4", "discount_too_high")]);
    run.apply(&cancelled("o4", at(5)));
    assert_eq!(run.listed(), []);
    run.apply(&paid("o4", "p4", 129_00, at(4)));
    assert_eq!(run.listed(), [conflict("o4", "coupon_used"), conflict("o4", "discount_too_high")]);
    run.assert_clean();
}
