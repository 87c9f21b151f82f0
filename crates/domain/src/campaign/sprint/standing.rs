//! Where a member stands in a wave, as everybody is told it.

use super::terms::Terms;
use crate::{
    Instant,
    sprint::{Award, AwardStatus, Counting, Member, Progress, Wave},
};
use money::Money;

/// How a prize stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Stands {
    Won,
    Given,
    Lapsed,
    Void,
}

impl Stands {
    /// Of an award: what was not claimed in the award window has lapsed (A-S3-14).
    pub fn of(award: &Award, wave: &Wave, now: Instant) -> Self {
        match award.status {
            AwardStatus::Won if now >= wave.award.ends_at => Self::Lapsed,
            AwardStatus::Won => Self::Won,
            AwardStatus::Given => Self::Given,
            AwardStatus::Void => Self::Void,
        }
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Given => "given",
            Self::Lapsed => "lapsed",
            Self::Void => "void",
        }
    }
}

/// How far a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What they have come to.
    pub progress: Progress,
    /// What is missing to the next threshold; none once the highest was reached.
    pub missing: Option<Money>,
}

/// How far a member is who has enrolled.
pub fn shown(terms: &Terms, wave: &Wave, member: &Member) -> Option<Shown> {
    let counting = Counting::of(wave, terms.counts_from, member.enrolled_at?);
    let progress = counting.progress(&member.orders);
    let next = terms.tiers.iter().find(|tier| tier.threshold > progress.received);
    Some(Shown { progress, missing: next.map(|tier| tier.threshold - progress.received) })
}
