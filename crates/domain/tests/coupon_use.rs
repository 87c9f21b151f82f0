//! A coupon on an order: used once, by either method, in time, on the right order.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::coupon::{Bind, Coupon, CouponStatus, FromOffer, Lock};
use domain::order::{CancelReason, Method, Order, OrderKind, PayOutcome};
use given::{at, coupon, fen, from_offer, id, order, payment};

fn lock(order: &str, payment: &str) -> Lock {
    Lock { order_id: id(order), payment_id: Some(id(payment)), until: at("10T13:15:00") }
}

/// T12, S0-R24, A-S0-11, S0-R22: Baitiao holds it, fails and lets go; JD Pay uses it; the notice that
/// comes again does nothing.
#[test]
fn t12_s0_r24_a_s0_11_s0_r22_single_use() {
    let mut order = order(100_00);
    let mut coupon = coupon();
    let now = at("10T13:00:00");
    assert_eq!(coupon.check(&order, Method::Baitiao, now), Ok(()));
    assert_eq!(coupon.lock(lock("o1", "p1")), Ok(()));
    assert!(coupon.unlock(&id("p1")), "it failed");
    assert_eq!(coupon.check(&order, Method::JdPay, now), Ok(()));
    assert_eq!(coupon.lock(lock("o1", "p2")), Ok(()));
    assert!(!coupon.unlock(&id("p1")), "the first payment holds it no more");
    let paid = payment(&order, "p2", 5_00, now);
    assert_eq!(order.pay(paid.clone()), Ok(PayOutcome::Paid));
    assert_eq!(coupon.redeem(&order.order_id, now), Ok(()));
    assert_eq!(order.pay(paid), Ok(PayOutcome::Duplicate));
    assert_eq!(coupon.redeem(&order.order_id, now), Err(Code::CouponUsed.into()));
    assert_eq!((order.paid(), order.payments.len()), (fen(95_00), 1));
    for method in [Method::Wechat, Method::Alipay, Method::Card] {
        let answer = self::coupon().check(&order, method, now);
        assert_eq!(answer, Err(Code::MethodNotSupported.into()), "{method:?}");
    }
}

/// T08, A-S0-8, A-G-3: usable until the order's deadline, a second before it and not at it; then the
/// order is cancelled and the coupon void.
#[test]
fn t08_a_s0_8_a_g_3_deadline() {
    let deadline = at("11T11:45:00");
    let bound = Coupon { usable_until: deadline, ..coupon() };
    let waiting = Order { cancel_at: Some(deadline), ..order(100_00) };
    for (now, in_time) in [("11T11:44:59", true), ("11T11:44:59.999999", true), ("11T11:45:00", false)] {
        let (mut coupon, mut order, now) = (bound.clone(), waiting.clone(), at(now));
        assert_eq!(coupon.check(&order, Method::JdPay, now).is_ok(), in_time, "{now}");
        assert_eq!(order.pay(payment(&waiting, "p1", 5_00, now)).is_ok(), in_time, "{now}");
        assert_eq!(coupon.redeem(&order.order_id, now).is_ok(), in_time, "{now}");
        let cancelled = order.cancel(deadline, CancelReason::Timeout);
        assert_eq!(cancelled.is_ok(), !in_time, "{now}");
        if !in_time {
            assert!(coupon.void(deadline));
        }
        let last = if in_time { CouponStatus::Used } else { CouponStatus::Void };
        assert_eq!(coupon.status, last, "{now}");
    }
}

/// A-S0-18, A-S0-6, A-S0-8: a coupon for the whole shop stands on another order of its owner, but not
/// on a presale order, and never under its threshold.
#[test]
fn a_s0_18_a_s0_6_a_s0_8_other_orders() {
    let of = |bind| {
        let origin = FromOffer { origin_order_id: id("o0"), bind, ..from_offer() };
        Coupon { origin: origin.into(), ..coupon() }
    };
    let wide = of(Bind::ShopScope);
    let check = |coupon: &Coupon, order: &Order| {
        let answer = coupon.check(order, Method::JdPay, at("10T13:00:00"));
        answer.err().map(|refusal| refusal.code)
    };
    let presale = Order { kind: OrderKind::Presale, ..order(100_00) };
    let others = Order { customer_id: id("c2"), ..order(100_00) };
    assert_eq!(check(&wide, &order(100_00)), None);
    assert_eq!(check(&wide, &presale), Some(Code::PresaleOrder));
    assert_eq!(check(&wide, &others), Some(Code::NotOwner));
    assert_eq!(check(&wide, &order(99_99)), Some(Code::BelowThreshold));
    let bound = of(Bind::OriginOrder);
    assert_eq!(check(&bound, &order(100_00)), Some(Code::OutOfScope));
}
