//! Member sprints: what each row is found by.

use crate::Row;
use domain::{
    CampaignId, CustomerId, Instant, ShopId,
    sprint::{Member, MemberKey, SprintBook},
};

impl Row for SprintBook {
    type Key = (ShopId, CampaignId);
    const NAME: &'static str = "sprint";

    fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }
}

impl Row for Member {
    type Key = MemberKey;
    const NAME: &'static str = "member of a sprint";
}

/// Who stands in a stretch of those who have reached a tier, in the order in which prizes go.
pub type Places = Vec<(Instant, CustomerId)>;

/// Which members of a wave to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// All that something is kept of.
    All,
    /// Those of whom something was heard too late that waits for a decision.
    Late,
}
