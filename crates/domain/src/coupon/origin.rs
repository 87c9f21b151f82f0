//! What a coupon was claimed from: the offer of a recovery campaign, or a batch.

use super::CouponKind;
use crate::{BatchId, CampaignId, Instant, OrderId, campaign::promotion::PercentOff};
use serde::{Deserialize, Serialize};

/// Where a coupon comes from. Its fields stand beside the coupon's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Origin {
    /// An offer that a recovery campaign showed on an unpaid order.
    Offer(FromOffer),
    /// A batch of the shop.
    Batch(FromBatch),
}

/// What a coupon keeps of the offer that it was claimed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct FromOffer {
    pub campaign_id: CampaignId,
    /// The campaign's version that it was claimed from.
    pub version: u32,
    pub bind: Bind,
    /// The order it was shown on.
    pub origin_order_id: OrderId,
    /// Whether Baitiao may use it, beside JD Pay (S0-R07).
    pub allow_baitiao: bool,
}

/// What a coupon keeps of its batch; the rest of the terms is the batch's, which never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct FromBatch {
    pub batch_id: BatchId,
    pub kind: CouponKind,
    /// This part comes off, in place of an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    /// The campaign whose reward it is (S2-R07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewarded_by: Option<CampaignId>,
    /// From when on it can be used, where that is not when it was given (A-S3-14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable_from: Option<Instant>,
}

/// Which orders a coupon may be used on (A-S0-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bind {
    /// Only the order it was shown on.
    #[default]
    OriginOrder,
    /// Any unpaid order of the shop that is in the campaign's scope.
    ShopScope,
}

impl Origin {
    /// The offer, if it is one.
    pub fn offer(&self) -> Option<&FromOffer> {
        match self {
            Self::Offer(offer) => Some(offer),
            Self::Batch(_) => None,
        }
    }
    /// The batch, if it is one.
    pub fn batch(&self) -> Option<&FromBatch> {
        match self {
            Self::Offer(_) => None,
            Self::Batch(batch) => Some(batch),
        }
    }
}

impl From<FromOffer> for Origin {
    fn from(offer: FromOffer) -> Self {
        Self::Offer(offer)
    }
}

impl From<FromBatch> for Origin {
    fn from(batch: FromBatch) -> Self {
        Self::Batch(batch)
    }
}
