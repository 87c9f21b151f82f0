//! A draw as it is read for everybody: as much, whatever the campaign holds.
//!
//! Always holds: one that is not public is, for a caller without a key, not there.

use super::kept::{About, Kept};
use crate::campaign::stops::Rests;
use crate::wire::auth::Anyone;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use domain::{
    CampaignId, Instant, ShopId,
    reward::{Announced, Drawing, Reward},
};
use draw::Seed;
use port::{Read, Reader};
use std::sync::Arc;

/// Winners that are listed, the last ones; the archive has all.
const WINNERS: usize = 200;

/// A draw as it is read.
pub struct Found {
    pub campaign_id: CampaignId,
    pub about: Arc<About>,
    pub drawing: Drawing,
    pub announced: Announced,
    /// When nothing new was given.
    pub rests: Rests,
    /// The latest first.
    pub winners: Vec<Reward>,
    seed: Seed,
}

impl Found {
    /// The seed, once nothing more is drawn.
    pub fn revealed(&self, now: Instant) -> Option<String> {
        (now >= self.about.ends_at).then(|| self.seed.reveal())
    }
    /// When it was closed, where that was before its end.
    pub fn closed_early(&self) -> Option<Instant> {
        self.about.closed_at.filter(|at| *at < self.about.ends_at)
    }
}

/// Who is shown a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Everybody: a draw that is public.
    Public,
    /// Somebody with a key of the shop.
    Any,
}

/// Which draw is asked for, of which shop, by whom.
pub struct Asking {
    shop: ShopId,
    campaign: CampaignId,
    sees: Sees,
    kept: Arc<Kept>,
    generation: u64,
}

impl Asking {
    /// Before the store is read.
    pub fn new(state: &ApiState, shop: &ShopId, campaign: &CampaignId, sees: Sees) -> Self {
        let generation = state.engine.generations().of(shop);
        Self { shop: shop.clone(), campaign: campaign.clone(), sees, kept: state.draws.clone(), generation }
    }

    /// Reads it.
    pub fn find(&self, reader: &dyn Reader) -> Read<Option<Found>> {
        let book = reader.book(&self.shop, &self.campaign)?;
        let rests = book.as_ref().map(Rests::of).unwrap_or_default();
        let Some((seed, drawing)) = book.and_then(|book| Some((book.seed, book.drawing?))) else {
            return Ok(None);
        };
        let charter = reader.charter(&self.shop, &self.campaign)?;
        let Some(announced) = charter.and_then(|charter| charter.announced) else { return Ok(None) };
        let about = self.kept.about(reader, (&self.shop, &self.campaign), self.generation)?;
        let Some(about) = about.filter(|about| about.is_public || self.sees == Sees::Any) else {
            return Ok(None);
        };
        let winners = reader.last_winners(&self.shop, &self.campaign, WINNERS)?;
        let campaign_id = self.campaign.clone();
        Ok(Some(Found { campaign_id, about, drawing, announced, rests, winners, seed }))
    }
}

/// There is no such draw, or not for this caller.
pub fn missing(id: &CampaignId) -> Problem {
    Problem::not_found(format!("no draw of a campaign {id}"))
}

/// Reads a draw for whoever asks.
pub async fn find(state: &ApiState, caller: &Anyone, id: &CampaignId) -> Result<Found, Problem> {
    // A key that may not read sees what everybody sees.
    let reads = caller.caller.as_ref().is_some_and(|caller| caller.may(Scope::Read).is_ok());
    let sees = if reads { Sees::Any } else { Sees::Public };
    let asking = Asking::new(state, &caller.shop_id, id, sees);
    state.read(move |reader| asking.find(reader)).await?.ok_or_else(|| missing(id))
}
