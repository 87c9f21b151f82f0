//! What recovery keeps with an order: who may show a coupon, the coupon shown, the push.

use super::usual::is_usual;
use crate::{CampaignId, Code, CouponId, Instant, MessageId, OfferId, OrderId, holdout::Compared};
use money::Money;
use serde::{Deserialize, Serialize};

/// Recovery's memory of one order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recovery {
    /// Campaigns that covered the order when it was placed, best first (A-S0-10, A-G-10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The coupon shown, at most one an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// Campaigns that were considered and left, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// Campaigns that compare it with the orders of customers to whom they show nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
    /// The payment reminder.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub push: Push,
    /// The buyer has paid for the goods in another order: nothing is shown while that stands (A-S0-25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_elsewhere: Option<BoughtElsewhere>,
}

/// What stands in the way of an order's coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoughtElsewhere {
    /// The order that was paid.
    pub order_id: OrderId,
    /// The campaign whose coupon is not shown, or is withdrawn.
    pub campaign_id: CampaignId,
}

/// A campaign version that may show its coupon on the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its version when the order was placed.
    pub version: u32,
    /// When its coupon is shown, if the order is unpaid then.
    pub trigger_at: Instant,
}

/// A campaign that shows nothing on the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withheld {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Why.
    pub code: Code,
    /// What is missing, in minor units, where an amount is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortfall: Option<Money>,
}

/// The life of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferStatus {
    /// Shown, not claimed.
    Displayed,
    /// Claimed: the coupon is in the customer's hands.
    Claimed,
    /// No longer to be had: the order was paid or cancelled, or the campaign closed.
    Withdrawn,
}

/// A coupon shown on the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub offer_id: OfferId,
    /// The campaign and the version that made it.
    pub campaign_id: CampaignId,
    /// The version.
    pub version: u32,
    /// From this amount on.
    pub spend: Money,
    /// This much comes off.
    pub save: Money,
    /// Where it stands.
    pub status: OfferStatus,
    /// When it was shown.
    pub shown_at: Instant,
    /// The coupon it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<CouponId>,
}

/// The one push of an order (S0-R36).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Push {
    /// The planned message and when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<(MessageId, Instant)>,
    /// When the push went out; only a sent one uses the order up (A-S0-15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Instant>,
}
