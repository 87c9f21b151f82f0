//! What every rule has: whom it is for, when, and which lines it covers.

use crate::{cart::Cart, conditions::Conditions, line::Line, stand::Stand};
use domain::{
    CampaignId, Code, Instant,
    campaign::promotion::{Limits, Spent},
};
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
    pub when: Option<Box<Conditions>>,
    pub limits: Option<Box<Limits>>,
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
    pub(crate) fn unmet(&self, cart: &Cart, stand: Stand<'_>) -> Option<Code> {
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
        let of_segment = self.segments.is_empty() || self.segments.iter().any(|s| stand.segments.contains(s));
        if !of_segment {
            return Some(Code::SegmentOnly);
        }
        let used_up = self.limits.as_ref().and_then(|limits| limits.used_up(self.spent(cart)));
        used_up.or_else(|| self.when.as_ref().and_then(|when| when.unmet(cart, stand)))
    }
}

impl Head {
    /// What was taken of its limits; nothing where nobody says.
    fn spent(&self, cart: &Cart) -> Spent {
        let known = cart.spent.iter().find(|(id, _)| *id == self.campaign_id);
        known.map_or_else(Spent::default, |(_, spent)| *spent)
    }

    /// Why it cannot give so much.
    pub(crate) fn over_budget(&self, cart: &Cart, amount: i64) -> Option<Code> {
        let left = self.limits.as_ref()?.left(self.spent(cart))?;
        (amount > left.minor()).then_some(Code::BudgetSpent)
    }

    /// Why it is for less than so much of the goods in scope.
    pub(crate) fn above(&self, base: i64) -> Option<Code> {
        self.when.as_ref().is_some_and(|when| base > when.most).then_some(Code::AboveMost)
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
