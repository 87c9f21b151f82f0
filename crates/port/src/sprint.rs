//! Member sprints: what each row is found by.

use crate::Row;
use domain::{
    CampaignId, CustomerId, Instant, ShopId, WaveId,
    campaign::sprint::{Answered, Invitation, Plan},
    sprint::{Happened, Member, MemberKey, Quarter, SprintBook},
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

    /// What lists of members are made of: whether they have enrolled, whether something was heard too late, and their places
    /// among those who have reached a tier.
    fn beside(&self) -> Vec<u8> {
        let mut beside = vec![u8::from(self.enrolled_at.is_some()), u8::from(self.is_late())];
        for reached in &self.reached {
            beside.push(reached.tier);
            beside.extend(reached.qualified_at.micros().to_be_bytes());
        }
        beside
    }
}

/// A platform's sprint; it is of no shop: the key's first part is the platform.
impl Row for Plan {
    type Key = (ShopId, CampaignId);
    const NAME: &'static str = "sprint of a platform";
}

impl Row for Invitation {
    type Key = (ShopId, CampaignId);
    const NAME: &'static str = "invitation to a sprint";

    fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }
}

/// How far an invited shop is, as lists know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words say it")]
pub enum InvitedAs {
    Invited,
    Accepted,
    Declined,
    Closed,
}

impl InvitedAs {
    /// In the order of their numbers in a store.
    pub const ALL: [Self; 4] = [Self::Invited, Self::Accepted, Self::Declined, Self::Closed];
    /// Of an invitation as it is kept.
    pub fn of(invitation: &Invitation) -> Self {
        match (&invitation.closed, invitation.standing) {
            (Some(_), _) => Self::Closed,
            (None, Answered::Invited) => Self::Invited,
            (None, Answered::Accepted) => Self::Accepted,
            (None, Answered::Declined) => Self::Declined,
        }
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Closed => "closed",
        }
    }
}

/// What happened in a wave is found by the shop, the campaign, the wave and the quarter of an hour.
pub type HappenedKey = (ShopId, CampaignId, WaveId, Quarter);

/// What happened in the waves of a sprint, by wave and quarter of an hour.
pub type Sums = Vec<(WaveId, Quarter, Happened)>;

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
