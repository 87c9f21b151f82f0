//! What a customer has had of one campaign of rewards.

use crate::{CheckoutId, Instant, OrderId, RewardId, holdout::Group, time::CivilDay};
use serde::{Deserialize, Serialize};

/// A paid order of the customer's as the comparison needs it, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// When it was paid.
    pub paid_at: Instant,
    /// The order.
    pub order_id: OrderId,
    /// The checkout that it is a part of: parts of one are one purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
    /// The customer's group, where they could come into the comparison with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Group>,
    /// Its money has all gone back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refunded: bool,
}

/// What one customer has had of one campaign. Read and written in the transaction that spends a limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Taker {
    /// Rewards of paid orders so far, those among them that became void later.
    #[serde(default)]
    pub total: u32,
    /// The civil day of the last of them,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<CivilDay>,
    /// and how many came on it.
    #[serde(default)]
    pub on_day: u32,
    /// Extra chances that links brought.
    #[serde(default)]
    pub extra: u32,
    /// The reward whose link the customer has followed: each helps once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helped: Option<RewardId>,
    /// Where the campaign compares: paid orders of theirs, by the moment of the payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bought: Vec<Bought>,
}

impl Taker {
    /// Rewards that count for that day. A count of a later day is of this one, so that no earlier day begins anew.
    pub fn on(&self, day: CivilDay) -> u32 {
        if self.day.is_some_and(|known| known >= day) { self.on_day } else { 0 }
    }
    /// One more.
    pub fn count(&mut self, day: CivilDay) {
        self.total = self.total.saturating_add(1);
        self.on_day = self.on(day).saturating_add(1);
        self.day = self.day.max(Some(day));
    }
}
