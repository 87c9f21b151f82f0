//! A campaign behind an id by which something came off.

use crate::CampaignId;
use serde::{Deserialize, Serialize};

/// An id that something came off by, and the campaign of ours behind it: the id is its own, or that of a coupon which it
/// gave as a reward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameFrom {
    /// As the discount or the payment names it.
    pub id: Box<str>,
    /// The campaign.
    pub campaign_id: CampaignId,
}
