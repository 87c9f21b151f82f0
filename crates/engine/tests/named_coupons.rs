//! Coupons that an order is placed with follow it: held, used, free again, back after a full refund.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::{Coupon, CouponKind, CouponStatus},
    event::Body,
    order::{Method, RefundAsk},
};
use engine::{Command, Reply};
use support::{
    batch::*,
    presale::{self, hours},
    *,
};

/// A shop with a batch `b1` and a coupon of it in the hands of `u1`.
fn with_coupon(deal: &BatchDeal) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(deal.create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    (run, coupon)
}

fn status(run: &Run, coupon: &Coupon) -> CouponStatus {
    run.coupon(coupon).status
}

fn refund(run: &Run, order: &str, refund: &str, ask: RefundAsk) {
    run.ok(Command::CreateRefund { order_id: id(order), refund_id: id(refund), ask });
}

#[test]
fn an_order_holds_its_coupon_and_uses_it_when_it_is_paid() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    run.apply(&placed_with("o1", "u1", &coupon, at(0)));
    let held = run.coupon(&coupon);
    assert_eq!((held.status, held.lock.unwrap().until), (CouponStatus::Locked, at(60 * 24)));
    // Another order cannot have it, and is taken all the same.
    run.apply(&placed_with("o2", "u1", &coupon, at(1)));
    assert_eq!(run.conflicts("o2"), ["coupon_locked"]);
    run.apply(&paid("o2", "p2", PAYABLE, at(2)));
    assert_eq!(run.conflicts("o2"), ["coupon_locked", "coupon_locked"]);
    run.apply(&paid("o1", "p1", PAYABLE, at(3)));
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on), (CouponStatus::Used, Some(id("o1"))));
    assert_eq!(run.conflicts("o1"), [""; 0]);
    run.assert_clean();
}

#[test]
fn an_order_that_ends_unpaid_lets_its_coupon_go() {
    for by_timer in [true, false] {
        let (run, coupon) = with_coupon(&BatchDeal::default());
        run.apply(&placed_with("o1", "u1", &coupon, at(0)));
        if by_timer {
            run.advance(at(60 * 24));
        } else {
            run.apply(&cancelled("o1", at(5)));
        }
        let free = run.coupon(&coupon);
        assert_eq!(
            (free.status, free.lock, free.wake_at),
            (CouponStatus::Available, None, Some(free.usable_until))
        );
        run.assert_clean();
        // Paid before it ended, heard of late: the order is revived, and the coupon used after all.
        run.apply(&paid("o1", "p1", PAYABLE, at(4)));
        assert_eq!(status(&run, &coupon), CouponStatus::Used);
        // And that payment undone again.
        run.apply(&cancelled("o1", at(3)));
        assert_eq!(status(&run, &coupon), CouponStatus::Available);
        run.assert_clean();
    }
}

#[test]
fn what_cannot_follow_is_noted_and_the_order_goes_on() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    let mut unknown = coupon.clone();
    unknown.coupon_id = id("cp_0000000000000000000");
    for (order, customer, coupon, code) in
        [("o1", "u2", &coupon, "not_owner"), ("o2", "u1", &unknown, "not_found")]
    {
        run.apply(&placed_with(order, customer, coupon, at(0)));
        assert_eq!(run.conflicts(order), [code]);
    }
    // Ids that are not ours are the platform's affair.
    unknown.coupon_id = id("JD-123");
    run.apply(&placed_with("o3", "u1", &unknown, at(0)));
    assert_eq!(run.conflicts("o3"), [""; 0]);
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    run.assert_clean();
}

#[test]
fn a_coupon_is_spent_at_the_placing_however_long_the_payment_takes() {
    let (run, coupon) = with_coupon(&BatchDeal { until: 60, ..BatchDeal::default() });
    run.advance(at(59));
    run.apply(&placed_with("o1", "u1", &coupon, at(59)));
    run.advance(at(120));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked, "its batch has ended, its order has not");
    run.assert_clean();
    run.apply(&paid("o1", "p1", PAYABLE, at(119)));
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    run.assert_clean();

    let (run, coupon) = with_coupon(&BatchDeal { until: 60, ..BatchDeal::default() });
    run.apply(&placed_with("o1", "u1", &coupon, at(0)));
    run.advance(at(60 * 24));
    assert_eq!(status(&run, &coupon), CouponStatus::Expired, "free again, but too late");
    run.apply(&placed_with("o2", "u1", &coupon, at(60)));
    assert_eq!(run.conflicts("o2"), ["coupon_expired"]);
    run.assert_clean();
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let events = |coupon: &Coupon| {
        [placed_with("o1", "u1", coupon, at(0)), paid("o1", "p1", PAYABLE, at(5)), cancelled("o1", at(9))]
    };
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (run, coupon) = with_coupon(&BatchDeal::default());
        let events = events(&coupon);
        run.advance(at(10));
        for index in order {
            run.event(&events[index]);
        }
        assert_eq!(status(&run, &coupon), CouponStatus::Used, "{order:?}");
        run.assert_clean();
    }
}

#[test]
fn a_checkout_elsewhere_holds_a_coupon_for_a_time() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    run.ok(locking(&coupon, "o1", Some(10)));
    assert_eq!(run.refused(locking(&coupon, "o2", None)), "coupon_locked");
    assert_eq!(run.refused(releasing(&coupon, "o2")), "coupon_locked");
    assert_eq!(run.refused(locking(&coupon, "o1", Some(1_441))), "out_of_range");
    run.assert_clean();
    run.advance(at(9));
    run.ok(locking(&coupon, "o1", Some(10)));
    run.advance(at(18));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked, "held again, for longer");
    run.advance(at(19));
    assert_eq!(status(&run, &coupon), CouponStatus::Available, "every lock ends");
    run.ok(locking(&coupon, "o2", None));
    run.ok(releasing(&coupon, "o2"));
    run.ok(releasing(&coupon, "o2"));
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    // The order that was checked out takes it over.
    run.ok(locking(&coupon, "o3", Some(10)));
    run.apply(&placed_with("o3", "u1", &coupon, at(19)));
    run.advance(at(40));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked);
    assert_eq!(run.refused(releasing(&coupon, "o3")), "coupon_locked", "it goes with its order now");
    run.apply(&paid("o3", "p3", PAYABLE, at(40)));
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    assert_eq!(run.refused(locking(&coupon, "o4", None)), "coupon_used");
    run.assert_clean();
}

#[test]
fn a_full_refund_gives_the_coupon_back_where_its_batch_says_so() {
    for (returns, until, expected, noted) in [
        (true, 60 * 48, CouponStatus::Available, "coupon.returned"),
        (false, 60 * 48, CouponStatus::Used, ""),
        (true, 30, CouponStatus::Used, "coupon.not_returned"),
    ] {
        let (run, coupon) = with_coupon(&BatchDeal { until, returns, ..BatchDeal::default() });
        run.apply(&placed_with("o1", "u1", &coupon, at(0)));
        run.apply(&paid("o1", "p1", PAYABLE, at(1)));
        run.advance(at(30));
        refund(&run, "o1", "r1", units("l1", 1));
        assert_eq!(status(&run, &coupon), CouponStatus::Used, "a partial refund never returns it");
        refund(&run, "o1", "r2", rest());
        assert_eq!(status(&run, &coupon), expected, "{returns} {until}");
        let noticed =
            run.timeline("o1").into_iter().filter(|what| what.starts_with("coupon.")).collect::<Vec<_>>();
        assert_eq!(noticed, if noted.is_empty() { vec![] } else { vec![noted] });
        run.assert_clean();
        if expected == CouponStatus::Available {
            // It can be used again, once.
            run.apply(&placed_with("o2", "u1", &coupon, at(30)));
            run.apply(&paid("o2", "p2", PAYABLE, at(30)));
            assert_eq!(run.coupon(&coupon).used_on, Some(id("o2")));
            run.assert_clean();
        }
    }
}

#[test]
fn payment_coupons_of_a_batch_work_at_the_cashier_and_others_do_not() {
    let payment = BatchDeal { kind: CouponKind::Payment, ..BatchDeal::default() };
    let (run, coupon) = with_coupon(&payment);
    run.ok(BatchDeal::default().create("b2"));
    let other = run.claim_batch("b2", "u1", 1).remove(0);
    run.apply(&placed("o1", "u1", at(0)));
    assert_eq!(run.refused(starting("o1", "p0", Method::JdPay, Some(&other))), "stage_not_allowed");
    assert_eq!(run.refused(starting("o1", "p0", Method::Card, Some(&coupon))), "method_not_supported");
    let Reply::Payment { saving, .. } = run.start_payment("o1", "p1", Some(&coupon)) else { panic!() };
    assert_eq!(saving, coupon.save);
    run.assert_clean();
    run.advance(at(15));
    assert_eq!(status(&run, &coupon), CouponStatus::Available, "the payment did not come");
    run.start_payment("o1", "p2", Some(&coupon));
    run.apply(&paid("o1", "p2", PAYABLE - coupon.save.minor(), at(16)));
    assert_eq!(run.coupon(&coupon).used_on, Some(id("o1")));
    assert_eq!(run.batch("b1").counters.used, 1);
    run.assert_clean();
}

#[test]
fn a_presale_uses_a_coupon_with_its_balance() {
    let run = Run::in_memory().0.with_presale(&presale::Offer::default());
    run.ok(BatchDeal::default().create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    let open = hours(24 * 10 + 20);
    run.deposit("o1", "u1", at(0));
    run.advance(open);
    let mut event = presale::balance_paid("o1", 695_00, &[("shop_coupon", 5_00)], open);
    let Body::PaymentSucceeded(paid) = &mut event.body else { panic!() };
    paid.discounts[0].id = Some(coupon.coupon_id.as_str().into());
    run.apply(&event);
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on, used.ended_at), (CouponStatus::Used, Some(id("o1")), Some(open)));
    assert_eq!(run.conflicts("o1"), [""; 0]);
    run.assert_clean();
    // The order turns out to have been cancelled before: payment and coupon are undone.
    run.apply(&cancelled("o1", open.plus_seconds(-1)));
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    run.assert_clean();
}
