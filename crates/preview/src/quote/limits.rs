//! What was taken of the limits of promotions: lookups, and no promise. The order that takes a use is judged by the writer.

use super::{ask::Ask, facts::LimitFacts, rules::ShopRules};
use domain::{
    CampaignId, CustomerId,
    campaign::promotion::uses::{GIVEN, USES},
    customer::Standing,
};
use money::Money;
use port::{Reader, StoreError};
use pricing::RuleSet;

/// Of every promotion of the rules that has limits.
pub fn of(
    reader: &dyn Reader,
    rules: &ShopRules,
    set: &RuleSet,
    ask: &Ask,
) -> Result<Vec<LimitFacts>, StoreError> {
    let limited: Vec<&CampaignId> = set.limited().map(|(id, _)| id).collect();
    if limited.is_empty() {
        return Ok(Vec::new());
    }
    let shop = &rules.shop.shop_id;
    let standing = ask.customer_id.as_ref().map(|customer| account(reader, rules, customer));
    let standing = standing.transpose()?.unwrap_or_default();
    let mut found = Vec::with_capacity(limited.len());
    for id in limited {
        let Some(row) = reader.campaign(shop, id)? else { continue };
        found.push(LimitFacts {
            campaign_id: id.clone(),
            uses: u64::try_from(row.counters.brought(USES)).unwrap_or(0),
            of_customer: standing.uses.get(id).copied().unwrap_or(0),
            given: Money::from_minor(row.counters.brought(GIVEN)),
        });
    }
    Ok(found)
}

/// The standing of the customer's account, or of the one that it went up in.
fn account(reader: &dyn Reader, rules: &ShopRules, customer: &CustomerId) -> Result<Standing, StoreError> {
    let mut standing = reader.standing(&rules.shop.shop_id, customer)?.unwrap_or_default();
    while let Some((into, _)) = &standing.merged {
        standing = reader.standing(&rules.shop.shop_id, into)?.unwrap_or_default();
    }
    Ok(standing)
}
