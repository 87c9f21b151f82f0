//! What sprints read and keep in one decision.

use super::{Happened, Member, Quarter, SprintBook};
use crate::{
    BatchId, CampaignId, CustomerId, Instant, Refusal, ShopId, WaveId, coupon::Coupon, time::Window,
};

/// Which members of a wave, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Along {
    /// Those who have reached a tier, in the order in which prizes go: by when they qualified, then by their id (A-S3-3).
    Rank,
    /// Those who have reached a tier, by their ids.
    Ids,
    /// Those who have enrolled, by their ids. There the moments say nothing, and the tier does not matter.
    Enrolled,
}

/// A stretch of members of a wave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlacesKey {
    /// The shop.
    pub shop_id: ShopId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The wave.
    pub wave_id: WaveId,
    /// The tier.
    pub tier: u8,
    /// Which, and in which order.
    pub along: Along,
    /// Only those behind this one.
    pub after: Option<(Instant, CustomerId)>,
    /// So many of these are passed over.
    pub skip: u64,
    /// At most so many.
    pub limit: usize,
}

/// What sprints keep. Rows that were not looked up before are, and it is decided again.
pub trait Sprints {
    /// A customer's part in a wave; of whom nothing is kept, the empty one.
    fn member(&self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId) -> Member;
    /// Keeps it.
    fn put_member(&mut self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId, member: Member);
    /// Adds to what happened in a wave.
    fn add_happened(&mut self, campaign: &CampaignId, wave: &WaveId, quarter: Quarter, sums: &Happened);
    /// Where a sprint stands; nothing yet of one that was never published.
    fn sprint(&self, campaign: &CampaignId) -> SprintBook;
    /// Keeps it.
    fn put_sprint(&mut self, campaign: &CampaignId, book: SprintBook);
    /// Gives a winner so many coupons of a batch, usable in a window: all of them, or none with what stands against it.
    fn give_prize(
        &mut self,
        batch: &BatchId,
        to: (&CustomerId, &CampaignId),
        count: u32,
        usable: Window,
    ) -> Result<Vec<Coupon>, Refusal>;
    /// Who stands in a stretch.
    fn places(&self, key: &PlacesKey) -> Vec<(Instant, CustomerId)>;
}
