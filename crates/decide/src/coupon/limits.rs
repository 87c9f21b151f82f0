//! Limits of promotions without a coupon: an order takes a use and its part of the budget in the decision that takes it
//! in. One that comes too late is kept as the platform says, noted and listed (as A-G-8 has it for what is heard late).

use super::conflicts::{self, Found};
use crate::book::Draft;
use crate::order::accounts::row;
use domain::{
    CampaignId, CustomerId,
    campaign::{
        Brought, Roster,
        promotion::{Spent, uses},
    },
    order::Order,
};
use money::Money;
use serde_json::json;

/// Counts what the order takes and gives back for its customer, and notes what goes beyond a limit.
pub fn follow(draft: &mut Draft<'_>, order: &mut Order, brought: &[Brought]) {
    for used in brought.iter().filter(|brought| brought.figure == uses::USES) {
        count(draft, &order.customer_id, &used.campaign_id, used.amount);
    }
    let mut seen: Vec<&CampaignId> = Vec::new();
    for taken in brought {
        let is_limited = taken.figure == uses::USES || taken.figure == uses::GIVEN;
        if is_limited && taken.amount > 0 && !seen.contains(&&taken.campaign_id) {
            seen.push(&taken.campaign_id);
            judge(draft, order, &taken.campaign_id, brought);
        }
    }
}

/// What a campaign's limits say now that the order has taken its part.
fn judge(draft: &mut Draft<'_>, order: &mut Order, id: &CampaignId, brought: &[Brought]) {
    let campaigns = draft.find_shop().map_or(Roster::none(), |row| &row.campaigns);
    let Some(limits) = uses::limits_of(order, campaigns, id).cloned() else { return };
    let figure = |name: &str| {
        let before = campaigns.find(id).map_or(0, |row| row.counters.brought(name));
        let now = brought.iter().filter(|taken| taken.figure == name && taken.campaign_id == *id);
        before + now.map(|taken| taken.amount).sum::<i64>()
    };
    let account = row(draft, &order.customer_id).pop().unwrap_or_else(|| order.customer_id.clone());
    let spent = Spent {
        uses: u64::try_from(figure(uses::USES)).unwrap_or(0),
        of_customer: draft.standing(&account).uses.get(id).copied().unwrap_or(0),
        given: Money::from_minor(figure(uses::GIVEN)),
    };
    let named = order.all_discounts().find(|discount| discount.id.as_deref() == Some(id.as_str()));
    let kind = named.map_or("", |discount| &discount.kind).to_owned();
    for code in limits.exceeded(spent) {
        let detail = json!({ "campaign_id": id, "uses": spent.uses, "given": spent.given });
        conflicts::note(draft, order, Found { coupon_id: None, kind: &kind, code, detail });
    }
}

/// With the account and all that it went up in.
fn count(draft: &mut Draft<'_>, customer: &CustomerId, id: &CampaignId, by: i64) {
    for account in row(draft, customer) {
        let mut standing = draft.standing(&account);
        let count = standing.uses.entry(id.clone()).or_default();
        *count = count.saturating_add_signed(by);
        standing.uses.retain(|_, count| *count > 0);
        draft.put_standing(&account, standing);
    }
}
