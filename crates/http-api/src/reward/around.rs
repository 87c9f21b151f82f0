//! Rewards with what they are shown with.

use domain::{
    CampaignId, ShopId,
    reward::{Announced, Charter, Reward},
};
use port::{CampaignRow, Reader};

/// A reward with what it is shown with.
pub struct Around {
    pub reward: Reward,
    pub row: Option<CampaignRow>,
    pub charter: Option<Charter>,
}

impl Around {
    /// What was announced of its campaign's draw.
    pub fn announced(&self) -> Option<&Announced> {
        self.charter.as_ref()?.announced.as_ref()
    }
}

/// Reads what rewards are shown with: each campaign once.
pub fn around(reader: &dyn Reader, shop: &ShopId, rewards: Vec<Reward>) -> port::Read<Vec<Around>> {
    let mut known: Vec<(CampaignId, Option<CampaignRow>, Option<Charter>)> = Vec::new();
    let mut all = Vec::with_capacity(rewards.len());
    for reward in rewards {
        let id = &reward.campaign_id;
        if !known.iter().any(|(of, ..)| of == id) {
            known.push((id.clone(), reader.campaign(shop, id)?, reader.charter(shop, id)?));
        }
        let of = known.iter().find(|(of, ..)| of == id);
        let (row, charter) = of.map(|(_, row, charter)| (row.clone(), charter.clone())).unwrap_or_default();
        all.push(Around { reward, row, charter });
    }
    Ok(all)
}
