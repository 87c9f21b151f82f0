//! What the cashier shows: each method with its label, saving and amount (S0-R23, S0-R25).

use crate::{
    CouponId, Instant,
    coupon::{Coupon, CouponStatus},
    order::{Method, Order},
};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// One method at the cashier, amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashierMethod {
    /// The method.
    pub method: Method,
    /// What the customer reads, in the shop's currency: 支付立减5元, 白条立减5元, or the method's name.
    pub label: String,
    /// The same in English.
    pub label_en: String,
    /// The coupon that the method would use.
    pub coupon_id: Option<CouponId>,
    /// What comes off.
    pub saving: Money,
    /// What is left to pay.
    pub payable: Money,
}

/// Every method for an unpaid order of a shop of that currency, with the best of the customer's coupons where it works.
pub fn cashier(order: &Order, coupons: &[Coupon], currency: Currency, now: Instant) -> Vec<CashierMethod> {
    Method::ALL.into_iter().map(|method| offer(order, coupons, currency, method, now)).collect()
}

fn offer(
    order: &Order,
    coupons: &[Coupon],
    currency: Currency,
    method: Method,
    now: Instant,
) -> CashierMethod {
    let free = |c: &&Coupon| match c.status {
        CouponStatus::Available => true,
        CouponStatus::Locked => c.lock.as_ref().is_some_and(|lock| lock.order_id == order.order_id),
        CouponStatus::Used | CouponStatus::Expired | CouponStatus::Void => false,
    };
    let usable = coupons.iter().filter(free).filter(|c| c.check(order, method, now).is_ok());
    let best = usable.max_by(|a, b| a.save.cmp(&b.save).then_with(|| b.coupon_id.cmp(&a.coupon_id)));
    let (name, name_en) = method.label();
    let Some(coupon) = best else {
        let (label, label_en) = (name.to_owned(), name_en.to_owned());
        return CashierMethod {
            method,
            label,
            label_en,
            coupon_id: None,
            saving: Money::ZERO,
            payable: order.payable,
        };
    };
    let (zh, en) = currency.label(coupon.save);
    let (label, label_en) = match method {
        Method::Baitiao => (format!("白条立减{zh}"), format!("Baitiao instant reduction {en}")),
        Method::JdPay | Method::Wechat | Method::Alipay | Method::Card => {
            (format!("支付立减{zh}"), format!("Pay instant reduction {en}"))
        }
    };
    let coupon_id = Some(coupon.coupon_id.clone());
    CashierMethod {
        method,
        label,
        label_en,
        coupon_id,
        saving: coupon.save,
        payable: order.payable - coupon.save,
    }
}
