//! What the outside reads of our nouns: times as RFC 3339 in the shop's zone, amounts in minor units.

use domain::{
    coupon::{Coupon, CouponStatus},
    shop::Shop,
};
use money::Money;
use serde::Serialize;

/// A coupon as webhooks carry it.
#[derive(Debug, Serialize)]
pub struct PublishedCoupon<'a> {
    coupon_id: &'a str,
    campaign_id: &'a str,
    customer_id: &'a str,
    order_id: &'a str,
    spend: Money,
    save: Money,
    status: CouponStatus,
    usable_from: String,
    usable_until: String,
}

impl<'a> PublishedCoupon<'a> {
    /// A coupon in the shop's zone; the order is the one that used it, or that it was shown on.
    pub fn new(shop: &Shop, coupon: &'a Coupon) -> Self {
        Self {
            coupon_id: coupon.coupon_id.as_str(),
            campaign_id: coupon.campaign_id.as_str(),
            customer_id: coupon.customer_id.as_str(),
            order_id: coupon.used_on.as_ref().unwrap_or(&coupon.origin_order_id).as_str(),
            spend: coupon.spend,
            save: coupon.save,
            status: coupon.status,
            usable_from: shop.time_zone.format(coupon.claimed_at),
            usable_until: shop.time_zone.format(coupon.usable_until),
        }
    }
}
