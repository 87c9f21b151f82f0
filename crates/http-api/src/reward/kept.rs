//! What is kept in memory of campaigns that draw: a campaign's row may hold 20,000 SKUs, and whoever asks for a draw needs
//! no key.
//!
//! Always holds: what is kept is what the store says, for it is asked again once the shop's rules have changed.

use domain::{
    CampaignId, Instant, ShopId,
    campaign::{CampaignRow, post_payment::Terms},
};
use port::{Read, Reader};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Campaigns that are kept; beyond them all are forgotten.
const MOST: usize = 1_000;

/// What of a campaign's row its draw is shown with.
#[derive(Debug, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub name: String,
    /// From when on it runs,
    pub starts_at: Instant,
    /// and from when on no longer.
    pub ends_at: Instant,
    /// When it was closed, where it was.
    pub closed_at: Option<Instant>,
    /// Whether it is shown to everybody.
    pub is_public: bool,
}

impl About {
    fn new(row: &CampaignRow) -> Self {
        let version = row.campaign.current();
        let draw = version.terms.of::<Terms>().and_then(Terms::draw);
        Self {
            name: version.name.clone(),
            starts_at: version.starts_at,
            ends_at: version.ends_at,
            closed_at: row.campaign.closed_at,
            is_public: draw.is_some_and(|draw| draw.public),
        }
    }
}

/// A campaign, as it was when its shop's rules had that number.
type Known = (u64, Arc<About>);

/// Campaigns that were asked for.
#[derive(Debug, Default)]
pub struct Kept(RwLock<HashMap<(ShopId, CampaignId), Known>>);

impl Kept {
    /// A campaign, from memory where the shop's rules are those of then. The number is read before the store: a change in
    /// between makes what is kept stale, never the next one.
    pub fn about(
        &self,
        reader: &dyn Reader,
        (shop, campaign): (&ShopId, &CampaignId),
        generation: u64,
    ) -> Read<Option<Arc<About>>> {
        let key = (shop.clone(), campaign.clone());
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((_, about)) = known.filter(|(of, _)| *of == generation) {
            return Ok(Some(about));
        }
        let Some(row) = reader.campaign(shop, campaign)? else { return Ok(None) };
        let about = Arc::new(About::new(&row));
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (generation, about.clone()));
        Ok(Some(about))
    }
}
