//! Quotes: a shop's published rules, compiled once for each revision, and carts priced by them.
//!
//! A quote reads what is committed and writes nothing. Its `rule_version` is the shop's revision: with
//! it and the quote's `now` the same cart is priced again by the promotions, floors and coupon terms of
//! then (A-G-10), as versions of campaigns and terms of coupon batches never change. The shop's freight,
//! the stage of a presale order and the wallet are today's.

mod ask;
mod cart;
mod floors;
mod rules;
mod wallet;

pub use ask::{Ask, AskCoupons, AskLine};
pub use rules::ShopRules;

use crate::generations::Generations;
use crate::handle::EngineError;
use crate::port::{Reader, StoreError};
use domain::{CampaignId, Code, Instant, Refusal, ShopId, Violation, campaign::Version, shop::Shop};
use pricing::{Quote, Scratch};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::{Arc, PoisonError, RwLock};

/// Shops whose compiled rules are kept; beyond it all are forgotten.
const SHOPS_KEPT: usize = 1_000;

thread_local! {
    /// Room to work in, one a thread that asks.
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// Prices carts.
pub struct Quoting {
    reader: Arc<dyn Reader>,
    generations: Arc<Generations>,
    kept: RwLock<FxHashMap<ShopId, Arc<ShopRules>>>,
}

/// A priced cart.
pub struct Quoted {
    /// The price and its reasons.
    pub quote: Quote,
    /// The moment that was priced.
    pub now: Instant,
    /// The shop's settings.
    pub shop: Arc<Shop>,
}

impl Quoting {
    /// Over a store and the numbers that its writer raises.
    pub fn new(reader: Arc<dyn Reader>, generations: Arc<Generations>) -> Self {
        Self { reader, generations, kept: RwLock::default() }
    }

    /// Prices a cart at `now` unless it names a moment. Refused when a line or figure makes no sense, or
    /// a presale line is not to be paid then.
    pub fn quote(&self, shop: &ShopId, ask: &Ask, now: Instant) -> Result<Quoted, EngineError> {
        let rules = self.rules(shop)?;
        let now = ask.now.unwrap_or(now);
        let set = rules.at(ask.rule_version)?;
        let cart = cart::of(&*self.reader, &rules, ask, now)?;
        let quote = SCRATCH.with_borrow_mut(|scratch| pricing::explain(&set, &cart.cart, scratch))?;
        let quote = cart.complete(quote);
        Ok(Quoted { quote, now, shop: rules.shop.clone() })
    }

    /// Carts in which a version that is about to be that campaign's, with the others that run, would sell
    /// below a price floor: one warning a SKU, with the cart. Prices thousands of carts: not for a thread
    /// that serves others meanwhile.
    pub fn floor_warnings(
        &self,
        shop: &ShopId,
        campaign: Option<&CampaignId>,
        version: &Version,
        now: Instant,
    ) -> Result<Vec<Violation>, EngineError> {
        Ok(floors::warnings(&*self.rules(shop)?, campaign, version, now))
    }

    /// The shop's rules as they are committed now.
    fn rules(&self, shop: &ShopId) -> Result<Arc<ShopRules>, EngineError> {
        // Read before the store: a change in between makes these rules stale, never the next ones.
        let generation = self.generations.of(shop);
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(shop).cloned();
        if let Some(known) = known.filter(|known| known.generation == generation) {
            return Ok(known);
        }
        let rules = Arc::new(self.load(shop, generation)?.ok_or_else(|| missing(shop))?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SHOPS_KEPT {
            kept.clear();
        }
        kept.insert(shop.clone(), rules.clone());
        Ok(rules)
    }

    fn load(&self, shop: &ShopId, generation: u64) -> Result<Option<ShopRules>, StoreError> {
        let Some(settings) = self.reader.shop(shop)? else {
            return Ok(None);
        };
        let rows = self.reader.campaigns(shop)?;
        let published = rows.into_iter().map(|row| row.campaign).filter(|c| c.published_at.is_some());
        Ok(Some(ShopRules::compile(generation, settings, published.collect())))
    }
}

fn missing(shop: &ShopId) -> Refusal {
    Refusal::with(Code::NotFound, format!("no shop {shop}"))
}
