//! What every rule has: whom it is for, when, and which lines it covers.

use crate::{cart::Cart, line::Line};
use domain::{CampaignId, Code, Instant};
use rustc_hash::FxHashSet;

/// What every rule has.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub campaign_id: CampaignId,
    pub version: u32,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub members: bool,
    pub segments: Box<[u32]>,
    pub reach: Reach,
}

/// Which lines a rule covers.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// Those that the index names.
    Listed,
    /// All.
    All,
    /// All but those of these SKUs and categories.
    Except(Box<(FxHashSet<u32>, FxHashSet<u32>)>),
}

impl Head {
    /// The first condition that the cart does not meet.
    pub(crate) fn unmet(&self, cart: &Cart, segments: &[u32]) -> Option<Code> {
        if let Some(now) = cart.now {
            if now < self.starts_at {
                return Some(Code::NotStarted);
            }
            if now >= self.ends_at {
                return Some(Code::Expired);
            }
        }
        if self.members && !cart.member {
            return Some(Code::MembersOnly);
        }
        let of_segment = self.segments.is_empty() || self.segments.iter().any(|s| segments.contains(s));
        (!of_segment).then_some(Code::SegmentOnly)
    }
}

impl Reach {
    /// Whether a rule for all goods covers a line.
    pub(crate) fn covers(&self, line: &Line) -> bool {
        match self {
            Self::Listed => false,
            Self::All => true,
            Self::Except(except) => {
                !except.0.contains(&line.sku) && !line.categories().iter().any(|c| except.1.contains(c))
            }
        }
    }
}
