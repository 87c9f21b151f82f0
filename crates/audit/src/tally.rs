//! Coupons recounted: what the figures of campaigns and batches are compared with.

use domain::{
    BatchId, CampaignId,
    campaign::Counters,
    coupon::{BatchCounters, Coupon, CouponStatus},
};
use std::collections::BTreeMap;

/// Figures by campaign.
pub type CampaignFigures = BTreeMap<CampaignId, Counters>;

/// Adds a coupon to the recount of its campaign.
pub fn count_of_campaign(recount: &mut CampaignFigures, coupon: &Coupon) {
    let Some(campaign) = coupon.counted_for() else {
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
            // Of a reward's coupon the orders know what it took off.
            if coupon.campaign_id().is_some() {
                figures.saved += coupon.save.minor();
            }
        }
        CouponStatus::Expired => figures.expired += 1,
        CouponStatus::Void => {
            figures.void += 1;
            figures.forfeited += u64::from(coupon.forfeited_at.is_some());
        }
    }
}

/// Figures by batch.
pub type BatchFigures = BTreeMap<BatchId, BatchCounters>;

/// Adds a coupon to the recount of its batch.
pub fn count_of_batch(recount: &mut BatchFigures, coupon: &Coupon) {
    let Some(batch) = coupon.batch_id() else {
        return;
    };
    if !recount.contains_key(batch) {
        recount.insert(batch.clone(), BatchCounters::default());
    }
    if let Some(figures) = recount.get_mut(batch) {
        figures.tally(coupon.status);
    }
}

/// Where figures of coupons say something else than a recount found: issued, then by state.
pub fn unlike(said: [u64; 6], found: [u64; 6]) -> Vec<String> {
    let names = ["issued", "available", "locked", "used", "expired", "void"];
    let all = names.iter().zip(said.iter().zip(found));
    let wrong = all.filter(|(_, (said, found))| *said != found);
    wrong.map(|(what, (said, found))| format!("{what} says {said}, the coupons are {found}")).collect()
}
