//! The kinds of campaigns: their names, and the terms of whichever it is.

use super::{presale, promotion, recovery};
use serde::{Deserialize, Serialize};

/// The terms of each kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "terms", rename_all = "snake_case")]
pub enum Terms {
    /// Unpaid-order recovery.
    Recovery(recovery::Terms),
    /// A price of its own for a line.
    ItemPromotion(promotion::ItemTerms),
    /// Spend and save over the order.
    OrderPromotion(promotion::OrderTerms),
    /// Goods that come along.
    GiftPromotion(promotion::GiftTerms),
    /// A deposit now, the balance later.
    Presale(presale::Terms),
    /// The lowest prices allowed.
    PriceFloor(promotion::FloorTerms),
}

impl Terms {
    /// The stable names of all kinds.
    pub const KINDS: &[&str] =
        &["recovery", "item_promotion", "order_promotion", "gift_promotion", "presale", "price_floor"];

    /// The terms alone, as the API shows them.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Recovery(terms) => serde_json::to_value(terms),
            Self::ItemPromotion(terms) => serde_json::to_value(terms),
            Self::OrderPromotion(terms) => serde_json::to_value(terms),
            Self::GiftPromotion(terms) => serde_json::to_value(terms),
            Self::Presale(terms) => Ok(terms.to_json()),
            Self::PriceFloor(terms) => serde_json::to_value(terms),
        }
        .unwrap_or_default()
    }
    /// The kind's stable name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Recovery(_) => "recovery",
            Self::ItemPromotion(_) => "item_promotion",
            Self::OrderPromotion(_) => "order_promotion",
            Self::GiftPromotion(_) => "gift_promotion",
            Self::Presale(_) => "presale",
            Self::PriceFloor(_) => "price_floor",
        }
    }
    /// The recovery terms, where it is a recovery campaign.
    pub const fn recovery(&self) -> Option<&recovery::Terms> {
        match self {
            Self::Recovery(terms) => Some(terms),
            Self::ItemPromotion(_)
            | Self::OrderPromotion(_)
            | Self::GiftPromotion(_)
            | Self::Presale(_)
            | Self::PriceFloor(_) => None,
        }
    }
    /// The presale terms, where it is a presale.
    pub const fn presale(&self) -> Option<&presale::Terms> {
        match self {
            Self::Presale(terms) => Some(terms),
            Self::Recovery(_)
            | Self::ItemPromotion(_)
            | Self::OrderPromotion(_)
            | Self::GiftPromotion(_)
            | Self::PriceFloor(_) => None,
        }
    }
    /// Coupons that the campaign may issue; `None` where it issues none.
    pub fn quantity(&self) -> Option<u64> {
        self.recovery().map(|terms| terms.quantity)
    }
}
