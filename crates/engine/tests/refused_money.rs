//! Money that an order does not take leaves its trace: it has to go back.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    coupon::{Bind, Coupon, CouponStatus},
    event::Body,
    order::{PaymentStatus, State},
};
use engine::EventOutcome;
use support::*;

/// The refusals of money in an order's timeline: code, payment and amount.
fn refusals(run: &Run, order: &str) -> Vec<(Code, String, i64)> {
    let entries = run.reader().timeline(&run.shop, &id(order)).unwrap();
    let refused = entries.into_iter().filter(|entry| entry.what == "payment.refused");
    let told = refused.map(|entry| {
        let detail = entry.detail.unwrap();
        assert_eq!(detail["method"], "jd_pay");
        let payment = detail["payment_id"].as_str().unwrap().to_owned();
        (entry.code.unwrap(), payment, detail["amount"].as_i64().unwrap())
    });
    told.collect()
}

fn status(run: &Run, order: &str, payment: &str) -> PaymentStatus {
    run.order(order).payment(&id(payment)).unwrap().status
}

/// Refused with that code, in the same words a second time, and written down once.
fn refuses(run: &Run, payment: &domain::event::OrderEvent, code: Code) {
    let first = run.event(payment);
    assert_eq!((first.outcome, first.code), (EventOutcome::Rejected, Some(code)));
    let before = run.snapshot();
    assert_eq!(run.event(payment), first);
    assert_eq!(run.snapshot(), before);
    run.assert_clean();
}

#[test]
fn a_g_8_refused_money_is_kept_and_noted_once() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for name in ["wrong", "cancelled", "paid"] {
        run.apply(&placed(name, &format!("u.{name}"), at(0)));
    }
    run.advance(at(10));
    refuses(&run, &paid("wrong", "p1", PAYABLE - 1, at(1)), Code::AmountMismatch);
    assert_eq!(refusals(&run, "wrong"), [(Code::AmountMismatch, "p1".into(), PAYABLE - 1)]);
    run.apply(&cancelled("cancelled", at(2)));
    refuses(&run, &paid("cancelled", "p1", PAYABLE, at(3)), Code::OrderCancelled);
    assert_eq!(refusals(&run, "cancelled"), [(Code::OrderCancelled, "p1".into(), PAYABLE)]);
    run.apply(&paid("paid", "p1", PAYABLE, at(2)));
    refuses(&run, &paid("paid", "p2", PAYABLE, at(3)), Code::OrderPaid);
    assert_eq!(refusals(&run, "paid"), [(Code::OrderPaid, "p2".into(), PAYABLE)]);
    for (order, payment) in [("wrong", "p1"), ("cancelled", "p1"), ("paid", "p2")] {
        assert_eq!(status(&run, order, payment), PaymentStatus::Late, "{order}");
    }
}

#[test]
fn a_g_8_refused_money_may_come_again_corrected_under_the_same_id() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let coupon = run.claim("o1");
    run.start_payment("o1", "p1", Some(&coupon));
    refuses(&run, &paid("o1", "p1", PAYABLE - SAVE - 1, at(15)), Code::AmountMismatch);
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available, "the attempt is over");
    run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(15)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
    assert_eq!(run.order("o1").payments.len(), 1);
    run.assert_clean();
}

/// What a refused event names does not stick: its attempt's coupon is what a corrected one is paid with.
#[test]
fn s0_r31_a_g_8_a_corrected_payment_takes_its_own_coupon_up_again() {
    let not_found = |amount| (amount, Some("cp_typo"), Code::NotFound);
    for wrong in [
        vec![not_found(PAYABLE - SAVE)],
        vec![not_found(PAYABLE)],
        vec![(PAYABLE + 1, None, Code::AmountMismatch), not_found(PAYABLE - SAVE)],
    ] {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(15));
        let coupon = run.claim("o1");
        run.start_payment("o1", "p1", Some(&coupon));
        for (amount, named, code) in wrong {
            let mut body = paying("o1", "p1", amount);
            body.coupon_id = named.map(id);
            refuses(&run, &event("wrong", Body::PaymentSucceeded(body), at(15)), code);
        }
        run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(15)));
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
        assert!(matches!(run.order("o1").state, State::Paid { .. }));
        run.assert_clean();
    }
    // Without an attempt there is no coupon to take up.
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    let mut body = paying("o1", "p1", PAYABLE);
    body.coupon_id = Some(id("cp_typo"));
    refuses(&run, &event("wrong", Body::PaymentSucceeded(body), at(0)), Code::NotFound);
    run.apply(&paid("o1", "p1", PAYABLE, at(0)));
    run.assert_clean();
}

#[test]
fn a_g_8_refused_money_that_waited_for_its_order_is_kept() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(10));
    assert_eq!(run.event(&paid("o1", "p1", 1, at(1))).outcome, EventOutcome::Parked);
    run.apply(&placed("o1", "u1", at(0)));
    assert_eq!(refusals(&run, "o1"), [(Code::AmountMismatch, "p1".into(), 1)]);
    assert_eq!(status(&run, "o1", "p1"), PaymentStatus::Late);
    run.assert_clean();
}

#[test]
fn a_g_8_a_payment_that_turns_out_to_be_the_second_is_noted() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(10));
    run.apply(&paid("o1", "p2", PAYABLE, at(3)));
    run.apply(&paid("o1", "p1", PAYABLE, at(2)));
    assert_eq!(run.order("o1").state, State::Paid { at: at(2) });
    assert_eq!(refusals(&run, "o1"), [(Code::OrderPaid, "p2".into(), PAYABLE)]);
    assert_eq!(run.event(&paid("o1", "p2", PAYABLE, at(3))).outcome, EventOutcome::Duplicate);
    run.assert_clean();
}

/// A payment long before its order is a mistake; clocks differ by less than five minutes.
#[test]
fn a_g_8_a_payment_too_far_before_its_order_is_refused() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&placed("o2", "u1", at(0)));
    let early = paid("o1", "p1", PAYABLE, at(-5).plus_seconds(-1));
    refuses(&run, &early, Code::OutOfRange);
    let violations = run.event(&early).violations;
    assert_eq!((violations[0].field.as_str(), violations[0].code), ("time", Code::OutOfRange));
    run.apply(&paid("o2", "p1", PAYABLE, at(-5)));
    run.assert_clean();
}

/// A coupon of the whole shop, held by `p1` of `o1` from 15 to 30, then by `p2` of `o2` from 31.
fn handed_on() -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal { bind: Bind::ShopScope, ..Deal::default() });
    for name in ["origin", "o1", "o2"] {
        run.apply(&placed(name, "u1", at(0)));
    }
    run.advance(at(15));
    let coupon = run.claim("origin");
    run.start_payment("o1", "p1", Some(&coupon));
    run.advance(at(31));
    assert_eq!(status(&run, "o1", "p1"), PaymentStatus::Failed);
    run.start_payment("o2", "p2", Some(&coupon));
    (run, coupon)
}

#[test]
fn a_s0_11_a_g_8_a_payment_of_its_own_lock_is_heard_after_the_lock() {
    let (run, coupon) = handed_on();
    run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(20)));
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on), (CouponStatus::Used, Some(id("o1"))));
    assert_eq!(status(&run, "o2", "p2"), PaymentStatus::Failed);
    assert!(run.timeline("o2").contains(&"payment.superseded".to_owned()));
    run.assert_clean();
    // What the second one pays with it has to go back.
    refuses(&run, &paid("o2", "p2", PAYABLE - SAVE, at(31)), Code::CouponUsed);
    assert_eq!(refusals(&run, "o2"), [(Code::CouponUsed, "p2".into(), PAYABLE - SAVE)]);
    run.apply(&paid("o2", "p3", PAYABLE, at(31)));
    run.assert_clean();
}

#[test]
fn a_s0_11_a_payment_after_another_order_took_the_coupon_is_kept_and_noted() {
    let (run, coupon) = handed_on();
    run.advance(at(32));
    refuses(&run, &paid("o1", "p1", PAYABLE - SAVE, at(31)), Code::CouponLocked);
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked);
    assert_eq!(refusals(&run, "o1"), [(Code::CouponLocked, "p1".into(), PAYABLE - SAVE)]);
    // It is judged anew when it is sent again.
    run.apply(&failed("o2", "p2", at(32)));
    run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(31)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
    run.assert_clean();
}

#[test]
fn a_s0_11_a_payment_whose_coupon_was_used_meanwhile_is_kept_and_noted() {
    let (run, _) = handed_on();
    run.apply(&paid("o2", "p2", PAYABLE - SAVE, at(31)));
    refuses(&run, &paid("o1", "p1", PAYABLE - SAVE, at(20)), Code::CouponUsed);
    assert_eq!(refusals(&run, "o1"), [(Code::CouponUsed, "p1".into(), PAYABLE - SAVE)]);
    assert_eq!(status(&run, "o1", "p1"), PaymentStatus::Late);
}

#[test]
fn a_g_8_a_coupon_of_the_shop_is_free_again_when_its_payment_does_not_count() {
    for undoing in [paid("o1", "p9", PAYABLE, at(14)), cancelled("o1", at(14))] {
        let run = Run::in_memory().0.with_campaign(&Deal { bind: Bind::ShopScope, ..Deal::default() });
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(15));
        let coupon = run.claim("o1");
        run.start_payment("o1", "p1", Some(&coupon));
        run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(15)));
        run.apply(&undoing);
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
        assert_eq!(run.counters("c1").saved, 0);
        run.assert_clean();
    }
}

/// A coupon of the whole shop is free as soon as the order that held it ends, or is paid without it.
#[test]
fn a_s0_11_an_attempt_that_ends_with_its_order_lets_go_of_its_coupon() {
    for ending in
        [cancelled("o1", at(17)), paid("o1", "p1", PAYABLE, at(17)), paid("o1", "p9", PAYABLE, at(17))]
    {
        let run = Run::in_memory().0.with_campaign(&Deal { bind: Bind::ShopScope, ..Deal::default() });
        for name in ["origin", "o1"] {
            run.apply(&placed(name, "u1", at(0)));
        }
        run.advance(at(15));
        let coupon = run.claim("origin");
        run.start_payment("o1", "p1", Some(&coupon));
        run.advance(at(18));
        run.apply(&ending);
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Available, "{ending:?}");
        run.assert_clean();
    }
}
