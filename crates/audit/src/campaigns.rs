//! Campaigns: their figures are what a recount of the coupons gives, and the stock is kept.

use crate::checks;
use crate::tally::{CampaignFigures, count_of_campaign, unlike};
use crate::walk::{LOOKS, Walk};
use domain::campaign::Counters;
use money::{Currency, Money};
use port::Read;
use std::collections::BTreeSet;

/// Compares figures with their recount. Both were read while the engine may have been writing, so a
/// difference counts only when a second recount finds the same beside the same figures.
pub fn check(walk: &mut Walk<'_>, mut before: CampaignFigures, mut recount: CampaignFigures) -> Read<()> {
    let (mut suspects, mut named) = (CampaignFigures::new(), BTreeSet::new());
    for _ in 0..LOOKS {
        let after = walk.read_campaigns()?;
        let mut open = CampaignFigures::new();
        for (id, figures) in &after {
            let counted = recount.remove(id).unwrap_or_default();
            let wrong = differences(figures, &counted, walk.shop.money());
            if wrong.is_empty() || named.contains(id) {
                continue;
            }
            if before.get(id) == Some(figures) && suspects.get(id) == Some(&counted) {
                walk.find(checks::CAMPAIGN_COUNTERS, format!("campaign {id}"), wrong.join("; "));
                named.insert(id.clone());
            } else {
                open.insert(id.clone(), counted);
            }
        }
        if open.is_empty() || walk.report.truncated {
            suspects.clear();
            break;
        }
        (before, suspects) = (after, open);
        recount = recounted(walk)?;
    }
    for id in suspects.keys() {
        walk.moved(checks::CAMPAIGN_COUNTERS, format!("campaign {id}"));
    }
    quantities(walk);
    Ok(())
}

fn recounted(walk: &mut Walk<'_>) -> Read<CampaignFigures> {
    let mut recount = CampaignFigures::new();
    walk.pages(
        "coupons again",
        |reader, shop, page| reader.coupons(shop, page),
        |coupon| coupon.coupon_id.to_string(),
        |_, coupon| {
            count_of_campaign(&mut recount, &coupon);
            Ok(())
        },
    )?;
    Ok(recount)
}

fn differences(figures: &Counters, counted: &Counters, currency: Currency) -> Vec<String> {
    let states = |of: &Counters| [of.issued, of.available, of.locked, of.used, of.expired, of.void];
    let mut wrong = unlike(states(figures), states(counted));
    if figures.forfeited != counted.forfeited {
        wrong.push(format!(
            "{} are void with their order, the coupons are {}",
            figures.forfeited, counted.forfeited
        ));
    }
    if figures.saved != counted.saved {
        let [said, found] =
            [figures.saved, counted.saved].map(|minor| currency.text(Money::from_minor(minor)));
        wrong.push(format!("saved says {said}, the used coupons saved {found}"));
    }
    wrong
}

fn quantities(walk: &mut Walk<'_>) {
    let mut wrong = Vec::new();
    for (id, row) in &walk.campaigns {
        let figures = &row.counters;
        let versions = row.campaign.versions.iter();
        let most = versions.filter_map(|version| version.terms.quantity()).max();
        if let Some(most) = most.filter(|most| figures.issued > *most) {
            wrong.push((id.clone(), format!("{} coupons are issued, of {most}", figures.issued)));
        }
        let by_state = figures.available + figures.locked + figures.used + figures.expired + figures.void;
        if figures.issued != by_state {
            wrong.push((
                id.clone(),
                format!("{} are issued, their states add up to {by_state}", figures.issued),
            ));
        }
    }
    for _ in 0..walk.campaigns.len() {
        walk.looked(checks::CAMPAIGN_COUNTERS);
        walk.looked(checks::CAMPAIGN_QUANTITY);
    }
    for (id, detail) in wrong {
        walk.find(checks::CAMPAIGN_QUANTITY, format!("campaign {id}"), detail);
    }
}
