//! What campaigns of rewards read and keep in one decision.

use super::{Book, Chance, Charter, Reward, Taker};
use crate::{
    BatchId, CampaignId, CustomerId, Refusal, RewardId,
    coupon::{Batch, BatchCounters, BatchRecord, Coupon},
};
use std::sync::Arc;

/// A batch that a campaign gives coupons of.
#[derive(Debug, Clone)]
pub struct Stock {
    /// What its coupons are.
    pub batch: Arc<Batch>,
    /// Coupons that are neither given nor kept for a code.
    pub left: u64,
    /// Whether it was taken back.
    pub is_void: bool,
    /// The sprint whose prizes its coupons are: nobody else gives them.
    pub sprint: Option<CampaignId>,
}

impl Stock {
    /// A batch as it stands.
    pub fn of(record: &BatchRecord, counters: &BatchCounters) -> Self {
        let batch = record.batch.clone();
        let (left, is_void) = (counters.free(batch.quantity), record.voided_at.is_some());
        Self { left, is_void, sprint: batch.sprint.clone(), batch }
    }
}

/// Rewards, what campaigns keep of them, and what customers had. Rows are wished for before: see
/// [`crate::campaign::Wants`].
pub trait Rewards {
    /// A reward, with what this decision has made of it.
    fn reward(&self, id: &RewardId) -> Option<Reward>;
    /// Keeps a reward.
    fn put_reward(&mut self, reward: Reward);
    /// What a campaign keeps; none of one that was never published.
    fn book(&self, campaign: &CampaignId) -> Option<&Book>;
    /// Keeps it.
    fn put_book(&mut self, campaign: &CampaignId, book: Book);
    /// What stands of a campaign since it was published; none of one that never was.
    fn charter(&self, campaign: &CampaignId) -> Option<&Charter>;
    /// Keeps it.
    fn put_charter(&mut self, campaign: &CampaignId, charter: Charter);
    /// What a customer has had of a campaign.
    fn taker(&self, campaign: &CampaignId, customer: &CustomerId) -> Taker;
    /// Keeps it.
    fn put_taker(&mut self, campaign: &CampaignId, customer: &CustomerId, taker: Taker);
    /// A coupon batch as it stands.
    fn stock(&self, batch: &BatchId) -> Option<Stock>;
    /// Gives a customer a coupon of a batch as a campaign's reward, or says what stands against it.
    fn give_coupon(
        &mut self,
        batch: &BatchId,
        customer: &CustomerId,
        campaign: &CampaignId,
    ) -> Result<Coupon, Refusal>;
    /// Randomness that came with the input, where it brought any.
    fn chance(&self) -> Option<Chance>;
}
