//! Which rows a kind wants beyond its order's own. They are loaded before anything is decided.

use crate::{BatchId, CampaignId, CouponId, CustomerId, OrderId, RewardId, WaveId};

/// Names of rows of one shop, each wished for as often as one likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants {
    /// Orders.
    pub orders: Vec<OrderId>,
    /// Coupons, and with each the orders that hold it.
    pub coupons: Vec<CouponId>,
    /// Customers whose standing in the shop is read.
    pub standings: Vec<CustomerId>,
    /// Customers whose standing over all shops is read.
    pub everywhere: Vec<CustomerId>,
    /// Rewards, and with each what its campaign keeps.
    pub rewards: Vec<RewardId>,
    /// Campaigns of rewards, each with a customer: what the campaign keeps, and what the customer had.
    pub takers: Vec<(CampaignId, CustomerId)>,
    /// What campaigns of rewards keep.
    pub books: Vec<CampaignId>,
    /// Sprints: where they stand.
    pub sprints: Vec<CampaignId>,
    /// Waves of sprints, each with a customer who may take part.
    pub members: Vec<(CampaignId, WaveId, CustomerId)>,
    /// Coupon batches, each with who may be given one, if anybody.
    pub batches: Vec<(BatchId, Option<CustomerId>)>,
}
