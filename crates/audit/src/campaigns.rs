//! Campaigns: their figures are what a recount of the coupons gives, and the stock is kept.

use super::{LOOKS, Walk};
use domain::{
    CampaignId,
    campaign::Counters,
    coupon::{Coupon, CouponStatus},
};
use port::Read;
use std::collections::{BTreeMap, BTreeSet};

/// Figures = recount of the coupon rows.
pub const COUNTERS: &str = "campaign_counters";
/// Issued = available + locked + used + expired + void, and never above the quantity (A-S0-20).
pub const QUANTITY: &str = "campaign_quantity";

/// Figures by campaign.
pub type Figures = BTreeMap<CampaignId, Counters>;

/// Adds a coupon to a recount.
pub fn tally(recount: &mut Figures, coupon: &Coupon) {
    let Some(campaign) = coupon.campaign_id() else {
        return;
    };
    if !recount.contains_key(campaign) {
        recount.insert(campaign.clone(), Counters::default());
    }
    let Some(figures) = recount.get_mut(campaign) else {
        return;
    };
    figures.issued += 1;
    match coupon.status {
        CouponStatus::Available => figures.available += 1,
        CouponStatus::Locked => figures.locked += 1,
        CouponStatus::Used => {
            figures.used += 1;
            figures.saved += coupon.save.minor();
        }
        CouponStatus::Expired => figures.expired += 1,
        CouponStatus::Void => figures.void += 1,
    }
}

/// Compares figures with their recount. Both were read while the engine may have been writing, so a
/// difference counts only when a second recount finds the same beside the same figures.
pub fn check(walk: &mut Walk<'_>, mut before: Figures, mut recount: Figures) -> Read<()> {
    let (mut suspects, mut named) = (Figures::new(), BTreeSet::new());
    for _ in 0..LOOKS {
        let after = walk.read_campaigns()?;
        let mut open = Figures::new();
        for (id, figures) in &after {
            let counted = recount.remove(id).unwrap_or_default();
            let wrong = differences(figures, &counted);
            if wrong.is_empty() || named.contains(id) {
                continue;
            }
            if before.get(id) == Some(figures) && suspects.get(id) == Some(&counted) {
                walk.find(COUNTERS, format!("campaign {id}"), wrong.join("; "));
                named.insert(id.clone());
            } else {
                open.insert(id.clone(), counted);
            }
        }
        if open.is_empty() || walk.report.truncated {
            break;
        }
        (before, suspects) = (after, open);
        recount = recounted(walk)?;
    }
    quantities(walk);
    Ok(())
}

fn recounted(walk: &mut Walk<'_>) -> Read<Figures> {
    let mut recount = Figures::new();
    walk.pages(
        "coupons again",
        |reader, shop, page| reader.coupons(shop, page),
        |coupon| coupon.coupon_id.to_string(),
        |_, coupon| {
            tally(&mut recount, &coupon);
            Ok(())
        },
    )?;
    Ok(recount)
}

/// Where figures of coupons say something else than a recount found: issued, then by state.
pub fn unlike(said: [u64; 6], found: [u64; 6]) -> Vec<String> {
    let names = ["issued", "available", "locked", "used", "expired", "void"];
    let all = names.iter().zip(said.iter().zip(found));
    let wrong = all.filter(|(_, (said, found))| *said != found);
    wrong.map(|(what, (said, found))| format!("{what} says {said}, the coupons are {found}")).collect()
}

fn differences(figures: &Counters, counted: &Counters) -> Vec<String> {
    let states = |of: &Counters| [of.issued, of.available, of.locked, of.used, of.expired, of.void];
    let mut wrong = unlike(states(figures), states(counted));
    if figures.saved != counted.saved {
        let (said, found) = (figures.saved, counted.saved);
        wrong.push(format!("saved says {said}, the used coupons saved {found}"));
    }
    wrong
}

fn quantities(walk: &mut Walk<'_>) {
    let mut wrong = Vec::new();
    for (id, row) in &walk.campaigns {
        let figures = &row.counters;
        let versions = row.campaign.versions.iter();
        let most = versions.filter_map(|version| version.terms.quantity()).max().unwrap_or_default();
        if figures.issued > most {
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
        walk.looked(COUNTERS);
        walk.looked(QUANTITY);
    }
    for (id, detail) in wrong {
        walk.find(QUANTITY, format!("campaign {id}"), detail);
    }
}
