//! What a customer has had of one campaign of rewards.

use crate::{CheckoutId, Instant, OrderId, RewardId, holdout::Group, time::CivilDay};
use serde::{Deserialize, Serialize};

/// The order with which a customer came into the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The order.
    pub order_id: OrderId,
    /// The checkout that it was a part of: its other parts are no repurchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
    /// When it was paid.
    pub paid_at: Instant,
    /// The customer's group.
    pub group: Group,
    /// The order that was the repurchase, once there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repurchased_by: Option<OrderId>,
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
    /// With which order the customer came into the comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
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
