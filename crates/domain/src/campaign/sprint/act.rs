//! What members and merchants do with a sprint.

use crate::{
    CampaignId, CustomerId, Instant, WaveId,
    sprint::{Award, Late},
};
use serde::{Deserialize, Serialize};

/// What is done.
#[derive(Debug, Clone)]
pub enum Do {
    /// A member takes part, in the wave that is named or the one whose enrollment it is.
    Enroll { campaign_id: CampaignId, wave_id: Option<WaveId>, customer_id: CustomerId },
    /// A winner claims what they have won in the wave that is named, or in the first whose award window it is and in which
    /// they have won.
    Claim { campaign_id: CampaignId, wave_id: Option<WaveId>, customer_id: CustomerId },
    /// It is decided by hand who was heard of too late (A-S3-2).
    Decide {
        campaign_id: CampaignId,
        wave_id: WaveId,
        tier: Option<u8>,
        customer_id: CustomerId,
        award: bool,
        reason: String,
        by: String,
    },
}

/// What that is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// They take part.
    Enrolled { wave_id: WaveId, enrolled_at: Instant, is_new: bool },
    /// What they have now.
    Claimed { wave_id: WaveId, awards: Vec<Award> },
    /// What stands now.
    Decided(Vec<Late>),
}
