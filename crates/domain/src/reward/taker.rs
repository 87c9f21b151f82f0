//! What a customer has had of one campaign of rewards.

use crate::{CheckoutId, Instant, OrderId, RewardId, holdout::Group, limits, time::CivilDay};
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
    /// How many of them by the civil day of their order's payment, rising: the last [`limits::REWARD_DAYS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<(CivilDay, u32)>,
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
    /// Rewards of orders that were paid on that day, whenever they were heard of.
    pub fn on(&self, day: CivilDay) -> u32 {
        self.place(day).map_or(0, |place| self.days[place].1)
    }
    /// One more, of an order that was paid on that day.
    pub fn count(&mut self, day: CivilDay) {
        self.total = self.total.saturating_add(1);
        match self.place(day) {
            Ok(place) => self.days[place].1 = self.days[place].1.saturating_add(1),
            Err(place) => self.days.insert(place, (day, 1)),
        }
        if self.days.len() > limits::REWARD_DAYS {
            self.days.remove(0);
        }
    }
    /// One of them turns out to be of an order that was paid on another day.
    pub fn move_day(&mut self, from: CivilDay, to: CivilDay) {
        if let Ok(place) = self.place(from) {
            self.days[place].1 = self.days[place].1.saturating_sub(1);
            self.days.retain(|(_, had)| *had > 0);
        }
        self.total = self.total.saturating_sub(1);
        self.count(to);
    }
    fn place(&self, day: CivilDay) -> Result<usize, usize> {
        self.days.binary_search_by_key(&day, |(known, _)| *known)
    }
}
