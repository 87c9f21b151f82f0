//! What the cashier shows: the labels of the two methods, the best coupon, the amount left.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Instant;
use domain::campaign::recovery::{CashierMethod, cashier};
use domain::coupon::{Bind, Coupon, CouponStatus, FromOffer, Lock};
use domain::order::{Method, Order};
use given::{at, by, coupon, fen, from_offer, id, order};

fn method(order: &Order, coupons: &[Coupon], method: Method, now: Instant) -> CashierMethod {
    let all = cashier(order, coupons, money::Currency::CNY, now);
    assert_eq!(all.iter().map(|m| m.method).collect::<Vec<_>>(), Method::ALL);
    all.into_iter().find(|m| m.method == method).unwrap()
}

/// What comes off with JD Pay on 10 June at 13:00.
fn saving(order: &Order, coupons: &[Coupon]) -> i64 {
    method(order, coupons, Method::JdPay, at("10T13:00:00")).saving.minor()
}

/// S0-R22, S0-R23, S0-R25: both methods name the reduction in the shortest decimals, the others only
/// themselves; the amount of the same order goes down.
#[test]
fn s0_r22_s0_r23_s0_r25_labels() {
    for (save, yuan) in [
        (5_00, "5"),
        (5_50, "5.5"),
        (5_55, "5.55"),
        (5_05, "5.05"),
        (50, "0.5"),
        (10_00, "10"),
        (200_00, "200"),
    ] {
        let coupons = [Coupon { save: fen(save), ..coupon() }];
        let order = order(400_00);
        for (which, label, label_en, off) in [
            (Method::JdPay, format!("支付立减{yuan}元"), format!("Pay instant reduction {yuan} yuan"), save),
            (
                Method::Baitiao,
                format!("白条立减{yuan}元"),
                format!("Baitiao instant reduction {yuan} yuan"),
                save,
            ),
            (Method::Wechat, "微信支付".into(), "WeChat Pay".into(), 0),
            (Method::Alipay, "支付宝".into(), "Alipay".into(), 0),
            (Method::Card, "银行卡".into(), "Bank card".into(), 0),
        ] {
            let expected = CashierMethod {
                method: which,
                label,
                label_en,
                coupon_id: (off > 0).then(|| id("cp1")),
                saving: fen(off),
                payable: fen(400_00 - off),
            };
            assert_eq!(method(&order, &coupons, which, at("10T13:00:00")), expected);
        }
    }
}

/// S0-R07, S0-R22: a coupon of an older campaign works with JD Pay only.
#[test]
fn s0_r07_s0_r22_without_baitiao() {
    let coupons = [Coupon { origin: FromOffer { allow_baitiao: false, ..from_offer() }.into(), ..coupon() }];
    let now = at("10T13:00:00");
    assert_eq!(method(&order(100_00), &coupons, Method::Baitiao, now).label, "白条");
    assert_eq!(method(&order(100_00), &coupons, Method::JdPay, now).label, "支付立减5元");
}

/// S0-R24: a coupon that is used, over or held by another order is not offered; one that this order's
/// own payment holds still is, with either method.
#[test]
fn s0_r24_only_free_coupons() {
    let held_by =
        |order: &str| Lock { order_id: id(order), payment_id: Some(id("p1")), until: at("10T13:15:00") };
    let (here, there) = (Some(held_by("o1")), Some(held_by("o2")));
    for (status, lock, expected) in [
        (CouponStatus::Available, None, 5_00),
        (CouponStatus::Locked, here, 5_00),
        (CouponStatus::Locked, there, 0),
        (CouponStatus::Used, None, 0),
        (CouponStatus::Expired, None, 0),
        (CouponStatus::Void, None, 0),
    ] {
        let coupons = [Coupon { status, lock, ..coupon() }];
        assert_eq!(saving(&order(100_00), &coupons), expected, "{status:?}");
    }
}

/// A-S0-6, A-S0-7, A-S0-8, A-G-3: owner, order, threshold and time decide, each on both sides.
#[test]
fn a_s0_6_a_s0_7_a_s0_8_a_g_3_usable() {
    assert_eq!(saving(&order(100_00), &[coupon()]), 5_00);
    assert_eq!(saving(&order(99_99), &[coupon()]), 0);
    assert_eq!(saving(&order(100_00), &[Coupon { customer_id: id("c2"), ..coupon() }]), 0);
    let elsewhere = |bind| {
        let origin = FromOffer { origin_order_id: id("o2"), bind, ..from_offer() };
        Coupon { origin: origin.into(), ..coupon() }
    };
    assert_eq!(saving(&order(100_00), &[elsewhere(Bind::OriginOrder)]), 0);
    assert_eq!(saving(&order(100_00), &[elsewhere(Bind::ShopScope)]), 5_00);
    let end = at("12T12:00:00");
    for (now, expected) in [(by(end, -1), 5_00), (end, 0)] {
        let shown = method(&order(100_00), &[coupon()], Method::JdPay, now);
        assert_eq!(shown.saving, fen(expected), "{now}");
    }
}

/// A-S0-10, S0-R25: of several the largest saving, of equals the smallest id, in any order; no coupon
/// leaves the amount as it is.
#[test]
fn a_s0_10_s0_r25_best_coupon() {
    let of = |name: &str, save| Coupon { coupon_id: id(name), save: fen(save), ..coupon() };
    let dear = Coupon { spend: fen(100_01), ..of("a", 50_00) };
    let mut coupons = [of("b", 5_00), of("d", 6_00), of("c", 6_00), dear];
    for _ in 0..coupons.len() {
        coupons.rotate_left(1);
        let best = method(&order(100_00), &coupons, Method::JdPay, at("10T13:00:00"));
        assert_eq!((best.coupon_id, best.saving), (Some(id("c")), fen(6_00)));
    }
    let plain = method(&order(100_00), &[], Method::JdPay, at("10T13:00:00"));
    assert_eq!((plain.coupon_id, plain.saving, plain.payable), (None, fen(0), fen(100_00)));
}
