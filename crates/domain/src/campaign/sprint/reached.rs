//! Which of the tiers that a member has reached bring their prize (A-S3-15).

use super::terms::{Terms, TierRule};
use crate::sprint::{Counting, Member, Reached, Wave};

/// What an enrolled member has reached by what is known, of which prizes follow.
pub fn reached(terms: &Terms, wave: &Wave, member: &Member) -> Option<Vec<Reached>> {
    let counting = Counting::of(wave, terms.counts_from, member.enrolled_at?);
    let reached = counting.reached(&member.orders, &terms.thresholds());
    Some(match terms.tier_rule {
        TierRule::Each => reached,
        TierRule::Highest => reached.into_iter().max_by_key(|reached| reached.tier).into_iter().collect(),
    })
}
