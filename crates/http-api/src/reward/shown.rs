//! Where a reward stands as it is shown: one that was not played in time has lapsed, which no row says by itself.
//!
//! Always holds: what a page costs does not grow with the campaign, so one of a filtered list may hold fewer than were asked
//! for, and says where the next begins; nothing lapses before its campaign's end.

use super::around::{Around, around};
use domain::{
    CampaignId, Instant, ShopId,
    campaign::post_payment::{has_lapsed, playable_until},
    reward::RewardStatus,
    shop::Shop,
};
use port::{Page, Read, Reader, RewardFilter};
use serde::{Deserialize, Serialize};

/// Where a reward stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    Offered,
    Done,
    Void,
    Lapsed,
}

impl Shown {
    /// What the store's rows say of such rewards.
    const fn stored(self) -> RewardStatus {
        match self {
            Self::Offered | Self::Lapsed => RewardStatus::Offered,
            Self::Done => RewardStatus::Done,
            Self::Void => RewardStatus::Void,
        }
    }
}

impl Around {
    /// Until when it can be played.
    pub fn playable_until(&self, shop: &Shop) -> Option<Instant> {
        let ends_at = self.row.as_ref()?.campaign.current().ends_at;
        Some(playable_until(ends_at, self.announced(), &self.reward, &shop.time_zone))
    }
    /// Where it stands at a moment.
    pub fn shown(&self, shop: &Shop, now: Instant) -> Shown {
        let ends_at = self.row.as_ref().map(|row| row.campaign.current().ends_at);
        let at = (&shop.time_zone, now);
        let lapses = |ends_at| has_lapsed(ends_at, self.announced(), &self.reward, at);
        match self.reward.status {
            RewardStatus::Offered if ends_at.is_some_and(lapses) => Shown::Lapsed,
            RewardStatus::Offered => Shown::Offered,
            RewardStatus::Done => Shown::Done,
            RewardStatus::Void => Shown::Void,
        }
    }
}

/// Pages of the store that are read for one of a list: an urn's tickets that can still be claimed stand among those that
/// have lapsed, and nothing in their rows parts them.
const LOOKS: usize = 10;

/// A page of a campaign's rewards, all or those that stand so, and where the next one begins.
pub fn of_campaign(
    reader: &dyn Reader,
    (shop_id, shop): (&ShopId, &Shop),
    campaign: &CampaignId,
    (status, now): (Option<Shown>, Instant),
    page: &Page,
) -> Read<(Vec<Around>, Option<String>)> {
    let ends_at = reader.campaign(shop_id, campaign)?.map(|row| row.campaign.current().ends_at);
    if status == Some(Shown::Lapsed) && ends_at.is_none_or(|ends_at| now < ends_at) {
        return Ok((Vec::new(), None));
    }
    let filter = RewardFilter { status: status.map(Shown::stored) };
    let mut asked = page.clone();
    let mut found = Vec::new();
    for _ in 0..LOOKS {
        let rows = reader.campaign_rewards(shop_id, campaign, &filter, &asked)?;
        let last = rows.last().filter(|_| rows.len() == asked.limit).map(port::reward_key);
        let rows = around(reader, shop_id, rows)?;
        found.extend(rows.into_iter().filter(|of| status.is_none_or(|status| of.shown(shop, now) == status)));
        if found.len() >= page.limit {
            found.truncate(page.limit);
            let next = found.last().map(|of: &Around| port::reward_key(&of.reward));
            return Ok((found, next));
        }
        if last.is_none() {
            return Ok((found, None));
        }
        asked.after = last;
    }
    Ok((found, asked.after))
}
