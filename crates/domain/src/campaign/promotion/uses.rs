//! What orders take of the limits of promotions: figures of a campaign, the sum over its orders as they are.

use super::Limits;
use crate::CampaignId;
use crate::campaign::{OfTerms, Roster, Tally};
use crate::order::{Order, State};

/// The figure of uses: orders that stand and named it.
pub const USES: &str = "uses";
/// The figure of what it gave to these, in minor units.
pub const GIVEN: &str = "given";

/// The limits that held for an order, by the version in force when it was placed.
pub fn limits_of<'a>(order: &Order, campaigns: &'a Roster, id: &CampaignId) -> Option<&'a Limits> {
    campaigns.find(id)?.campaign.held_at(order.placed_at)?.terms.limits()
}

/// Adds a use, and what was given, for each campaign of a kind with limits that the order's discounts name.
pub fn uses<T: OfTerms>(order: &Order, campaigns: &Roster, tally: &mut Tally) {
    let cancelled = matches!(order.state, State::Cancelled { .. });
    let mut seen: Vec<CampaignId> = Vec::new();
    for discount in order.all_discounts().filter(|discount| discount.amount.is_positive()) {
        let Some(id) = discount.id.as_deref().and_then(|id| CampaignId::try_new(id).ok()) else { continue };
        let of_kind =
            |id| campaigns.find(id).is_some_and(|row| row.campaign.current().terms.of::<T>().is_some());
        let Some(limits) = limits_of(order, campaigns, &id).filter(|_| of_kind(&id)) else { continue };
        if cancelled && !limits.keep_on_cancel {
            continue;
        }
        tally.money(&id, GIVEN, discount.amount);
        if !seen.contains(&id) {
            tally.one(&id, USES);
            seen.push(id);
        }
    }
}
