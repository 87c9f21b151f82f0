//! What each payment channel lets go back of a payment: the table to change when a channel changes its rules (A-S2-3).

use crate::order::Method;

/// A channel's own limits, beside the platform's year, which holds for every payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days of 24 hours after the payment, to the second; `None` where the channel names none of its own.
    pub days: Option<i64>,
    /// Refunds that may be made of one payment.
    pub refunds: Option<u32>,
}

impl Limits {
    /// No limit of its own: the platform's year alone.
    const NONE: Self = Self { days: None, refunds: None };

    /// The limits of a method's channel.
    ///
    /// `WeChat` Pay: orders of the last 365 days, an order at most 50 times
    /// (pay.weixin.qq.com/docs/merchant/products/refund/introduction.html). Alipay's period stands in the merchant's
    /// contract, as a rule twelve months, and a card's with the acquirer: none of them is shorter than the year as far as
    /// is published, so no row of theirs closes before it.
    pub const fn of(method: Method) -> Self {
        match method {
            Method::Wechat => Self { days: Some(365), refunds: Some(50) },
            Method::JdPay | Method::Baitiao | Method::Alipay | Method::Card => Self::NONE,
        }
    }
}
