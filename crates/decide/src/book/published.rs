//! What the outside reads of our nouns: times as RFC 3339 in the shop's zone, amounts in minor units.

use domain::{
    BatchId, CampaignId, OrderId,
    campaign::promotion::PercentOff,
    coupon::{Coupon, CouponStatus},
    shop::Shop,
};
use money::Money;
use serde::Serialize;

/// A coupon as webhooks carry it.
#[derive(Debug, Serialize)]
pub struct PublishedCoupon<'a> {
    coupon_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    customer_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[OrderId]>::is_empty")]
    also_on: &'a [OrderId],
    spend: Money,
    save: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_off: Option<PercentOff>,
    status: CouponStatus,
    usable_from: String,
    usable_until: String,
}

impl<'a> PublishedCoupon<'a> {
    /// A coupon in the shop's zone; the order is the one that used it, or that it was shown on.
    pub fn new(shop: &Shop, coupon: &'a Coupon) -> Self {
        let (offer, batch) = (coupon.origin.offer(), coupon.origin.batch());
        let shown_on = offer.map(|offer| &offer.origin_order_id);
        Self {
            coupon_id: coupon.coupon_id.as_str(),
            campaign_id: coupon.campaign_id().map(CampaignId::as_str),
            batch_id: coupon.batch_id().map(BatchId::as_str),
            kind: batch.map(|batch| batch.kind.as_str()),
            customer_id: coupon.customer_id.as_str(),
            order_id: coupon.used_on.as_ref().or(shown_on).map(OrderId::as_str),
            also_on: &coupon.also_on,
            percent_off: batch.and_then(|batch| batch.percent_off),
            spend: coupon.spend,
            save: coupon.save,
            status: coupon.status,
            usable_from: shop.time_zone.format(coupon.usable_from()),
            usable_until: shop.time_zone.format(coupon.usable_until),
        }
    }
}
