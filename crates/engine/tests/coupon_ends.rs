//! A-S0-24: what the cashier has started with a coupon it keeps past the coupon's own end.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::{Coupon, CouponKind, CouponStatus},
    order::{Method, PaymentStatus, State},
};
use engine::{Command, EventOutcome};
use support::{batch::*, *};

/// A payment coupon of 5.00 that ends at minute 60, and the open order `o1`, which ends at that minute.
fn with_coupon(order_ends: i64) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(BatchDeal { kind: CouponKind::Payment, until: 60, ..BatchDeal::default() }.create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    let mut placed = placing("o1", "u1");
    placed.cancel_at = Some(at(order_ends));
    run.apply(&event("o1.placed", domain::event::Body::Placed(Box::new(placed)), at(0)));
    (run, coupon)
}

const LESS: i64 = PAYABLE - 5_00;

fn is_paid(run: &Run) -> bool {
    matches!(run.order("o1").state, State::Paid { .. })
}

#[test]
fn a_s0_24_a_payment_under_way_keeps_its_coupon() {
    // Started a minute before the end; the money comes so many minutes after the start, and is heard of then or much later.
    for (after, taken) in [(0, true), (1, true), (14, true), (15, false)] {
        for late in [false, true] {
            let (run, coupon) = with_coupon(600);
            run.advance(at(59));
            run.start_payment("o1", "p1", Some(&coupon));
            assert_eq!(run.coupon(&coupon).lock.unwrap().until, at(74));
            run.advance(at(60));
            assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked, "its end is not the payment's");
            run.assert_clean();
            run.advance(at(if late { 200 } else { 60.max(59 + after) }));
            let outcome = run.event(&paid("o1", "p1", LESS, at(59 + after))).outcome;
            assert_eq!(outcome == EventOutcome::Applied, taken, "{after} {late}");
            assert_eq!(is_paid(&run), taken);
            run.advance(at(200));
            let wanted = if taken { CouponStatus::Used } else { CouponStatus::Expired };
            assert_eq!(run.coupon(&coupon).status, wanted, "{after} {late}");
            if !taken {
                assert_eq!(
                    run.order("o1").payment(&id("p1")).unwrap().status,
                    PaymentStatus::Late,
                    "it goes back"
                );
            }
            run.assert_clean();
        }
    }
}

#[test]
fn a_s0_24_nothing_starts_after_the_end() {
    let (run, coupon) = with_coupon(600);
    run.advance(at(59));
    run.start_payment("o1", "p1", Some(&coupon));
    run.advance(at(60));
    assert_eq!(run.refused(starting("o1", "p2", Method::JdPay, Some(&coupon))), "coupon_expired");
    // The same again answers the same, and still holds.
    run.start_payment("o1", "p1", Some(&coupon));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked);
    // Another one without it lets it go, and the promise of the first is kept all the same.
    run.start_payment("o1", "p3", None);
    run.advance(at(61));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Expired);
    run.assert_clean();
    run.apply(&paid("o1", "p1", LESS, at(62)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
    run.assert_clean();
    // Nobody else has been promised it: an event that only names it comes too late.
    let (run, coupon) = with_coupon(600);
    run.advance(at(70));
    let mut pays = paying("o1", "p1", LESS);
    pays.coupon_id = Some(coupon.coupon_id.clone());
    let told = event("late", domain::event::Body::PaymentSucceeded(pays), at(61));
    assert_eq!(run.event(&told).code.map(domain::Code::as_str), Some("coupon_expired"));
    run.assert_clean();
}

/// T08: never past the order's own deadline, and never past a void.
#[test]
fn a_s0_24_t08_neither_the_orders_end_nor_a_void_is_passed() {
    let (run, coupon) = with_coupon(65);
    run.advance(at(59));
    run.start_payment("o1", "p1", Some(&coupon));
    assert_eq!(run.coupon(&coupon).lock.unwrap().until, at(65));
    run.advance(at(64));
    assert_eq!(run.event(&paid("o1", "p1", LESS, at(65))).outcome, EventOutcome::Rejected);
    run.advance(at(65));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Expired);
    run.assert_clean();
    // In time and heard of late.
    run.apply(&paid("o1", "p2", PAYABLE, at(64)));
    assert!(is_paid(&run));
    run.assert_clean();

    for (after_void, taken) in [(false, true), (true, false)] {
        let (run, coupon) = with_coupon(600);
        run.advance(at(59));
        run.start_payment("o1", "p1", Some(&coupon));
        run.advance(at(62));
        run.ok(Command::VoidBatch { batch_id: id("b1") });
        run.advance(at(64));
        let outcome = run.event(&paid("o1", "p1", LESS, at(if after_void { 63 } else { 61 }))).outcome;
        assert_eq!(outcome == EventOutcome::Applied, taken);
        run.advance(at(100));
        run.assert_clean();
    }
}

/// A-G-8: the failure of a payment, its money and the cancellation of its order, in any order.
#[test]
fn a_s0_24_a_g_8_no_order_of_arrival_matters() {
    for order in permutations(3) {
        let (run, coupon) = with_coupon(600);
        run.advance(at(59));
        run.start_payment("o1", "p1", Some(&coupon));
        run.advance(at(100));
        let events = [paid("o1", "p1", LESS, at(61)), failed("o1", "p1", at(62)), cancelled("o1", at(63))];
        for index in &order {
            run.event(&events[*index]);
        }
        run.advance(at(101));
        assert!(is_paid(&run), "{order:?}");
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Used, "{order:?}");
        run.assert_clean();
    }
}
