//! Where a reward stands as it is shown: one that was not played in time has lapsed, which no row says by itself.
//!
//! Always holds: a page of a filtered list is full as long as there are more; nothing lapses before its campaign's end.

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
        let drawing = self.book.as_ref().and_then(|book| book.drawing.as_ref());
        Some(playable_until(ends_at, drawing, &self.reward, &shop.time_zone))
    }
    /// Where it stands at a moment.
    pub fn shown(&self, shop: &Shop, now: Instant) -> Shown {
        let ends_at = self.row.as_ref().map(|row| row.campaign.current().ends_at);
        let drawing = self.book.as_ref().and_then(|book| book.drawing.as_ref());
        let lapses = |ends_at| has_lapsed(ends_at, drawing, &self.reward, (&shop.time_zone, now));
        match self.reward.status {
            RewardStatus::Offered if ends_at.is_some_and(lapses) => Shown::Lapsed,
            RewardStatus::Offered => Shown::Offered,
            RewardStatus::Done => Shown::Done,
            RewardStatus::Void => Shown::Void,
        }
    }
}

/// A page of a campaign's rewards, all or those that stand so.
pub fn of_campaign(
    reader: &dyn Reader,
    (shop_id, shop): (&ShopId, &Shop),
    campaign: &CampaignId,
    (status, now): (Option<Shown>, Instant),
    page: &Page,
) -> Read<Vec<Around>> {
    let ends_at = reader.campaign(shop_id, campaign)?.map(|row| row.campaign.current().ends_at);
    if status == Some(Shown::Lapsed) && ends_at.is_none_or(|ends_at| now < ends_at) {
        return Ok(Vec::new());
    }
    let filter = RewardFilter { status: status.map(Shown::stored) };
    let mut asked = page.clone();
    let mut found = Vec::new();
    loop {
        let rows = reader.campaign_rewards(shop_id, campaign, &filter, &asked)?;
        let last = rows.last().filter(|_| rows.len() == asked.limit).map(port::reward_key);
        let mut rows = around(reader, shop_id, rows)?;
        rows.retain(|of| status.is_none_or(|status| of.shown(shop, now) == status));
        found.extend(rows);
        match last {
            Some(last) if found.len() < page.limit => asked.after = Some(last),
            _ => break,
        }
    }
    found.truncate(page.limit);
    Ok(found)
}
