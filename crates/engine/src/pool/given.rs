//! What an order was given.

use super::rows::PoolRow;
use domain::{
    GiftStrategyId,
    pool::{Candidate, GiftUnit, PoolOrder, Standing},
};

/// The gifts of an order that a strategy gave: of the version that gave them.
pub fn given<'s>(
    settings: &'s PoolRow,
    order: &PoolOrder,
    candidate: &Candidate,
    strategy: &GiftStrategyId,
) -> &'s [GiftUnit] {
    let tier = candidate.tier.filter(|_| candidate.standing == Standing::Given);
    let version = order.place(strategy).map(|entered| entered.version);
    let version = version.and_then(|version| settings.gifts.get(strategy)?.version(version));
    let tier = version.zip(tier).and_then(|(version, tier)| version.tiers.get(usize::from(tier)));
    tier.map_or(&[], |tier| &tier.gifts)
}
