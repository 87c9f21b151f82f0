//! Quotes: a shop's published rules, compiled once for each revision, and carts priced by them.
//!
//! A quote reads what is committed and writes nothing. It names its moment and its revision of the shop's
//! rules, and hands out its facts: what else was read for it. The same request with the three is the
//! same quote for ever (A-G-10): versions of campaigns never change, and nothing else is read then.
//!
//! `balances` and `wallet` read the facts, `given` judges those of a caller, `cart` makes a cart of
//! either; then pricing is pure.

mod ask;
mod balances;
mod caller_facts;
pub(crate) mod cart;
mod facts;
mod limits;
mod rules;
mod wallet;

pub use ask::{Ask, AskCoupons, AskLine};
pub use facts::{BalanceFacts, CouponFacts, CouponTerms, Facts, OrderFacts};
pub use rules::ShopRules;

use crate::PreviewError;
use domain::{
    CampaignId, Code, Instant, Refusal, ShopId, Violation, campaign::Version, coupon::Batch, shop::Shop,
};
use port::{Generations, Page, Reader, StoreError};
use pricing::{Quote, RuleSet, Scratch, cart::CartLine, coupons::MOST_COUPONS};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::{Arc, PoisonError, RwLock};

/// Shops whose compiled rules are kept; beyond it all are forgotten.
const SHOPS_KEPT: usize = 1_000;
/// Batches that are read together.
const BATCH_PAGE: usize = 200;

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
    /// What was read of the shop for it, or what was given in its place.
    pub facts: Facts,
}

impl Quoting {
    /// Over a store and the numbers that its writer raises.
    pub fn new(reader: Arc<dyn Reader>, generations: Arc<Generations>) -> Self {
        Self { reader, generations, kept: RwLock::default() }
    }

    /// Prices a cart at `now` unless it names a moment. Refused when a line or figure makes no sense, or
    /// a presale line is not to be paid then. With the facts of an earlier quote only rules are read.
    pub fn quote(&self, shop: &ShopId, ask: &Ask, now: Instant) -> Result<Quoted, PreviewError> {
        let rules = self.rules(shop)?;
        self.quoted(&rules, ask, now).map_err(|error| error.told_in(rules.shop.money()))
    }

    fn quoted(&self, rules: &ShopRules, ask: &Ask, now: Instant) -> Result<Quoted, PreviewError> {
        let now = ask.now.unwrap_or(now);
        let set = rules.at(ask.rule_version)?;
        let revision = ask.rule_version.unwrap_or(rules.revision);
        ask.check()?;
        let (facts, lines) = match &ask.facts {
            Some(given) => {
                caller_facts::check(given, ask)?;
                (given.clone(), cart::lines(rules, revision, ask, given, now)?)
            }
            None => self.read((rules, &set), revision, ask, now)?,
        };
        let cart = cart::of(ask, &facts, lines, now);
        let quote = SCRATCH.with_borrow_mut(|scratch| pricing::explain(&set, &cart, scratch))?;
        let quote = cart::complete(ask, &facts, quote);
        Ok(Quoted { quote, now, shop: rules.shop.clone(), facts })
    }

    /// The facts as they are committed now, and the lines that they make.
    fn read(
        &self,
        (rules, set): (&ShopRules, &RuleSet),
        revision: u64,
        ask: &Ask,
        now: Instant,
    ) -> Result<(Facts, Vec<CartLine>), PreviewError> {
        let orders = balances::of(&*self.reader, rules, ask, now)?;
        let time_zone = set.is_by_clock().then(|| rules.shop.time_zone.clone());
        let free_shipping = rules.shop.free_shipping;
        let limits = limits::of(&*self.reader, rules, set, ask)?;
        let mut facts = Facts { free_shipping, time_zone, limits, orders, ..Facts::default() };
        let lines = cart::lines(rules, revision, ask, &facts, now)?;
        (facts.coupons, facts.more_coupons) = wallet::of(&*self.reader, rules, ask, &lines, now)?;
        Ok((facts, lines))
    }

    /// Carts in which a version that is about to be that campaign's, with what else runs, would sell below a
    /// price floor: one warning a SKU, with the cart. Prices thousands of carts: not for a thread that
    /// serves others meanwhile.
    pub fn floor_warnings(
        &self,
        shop: &ShopId,
        campaign: Option<&CampaignId>,
        version: &Version,
        now: Instant,
    ) -> Result<Vec<Violation>, PreviewError> {
        let (rules, batches) = (self.rules(shop)?, self.batches(shop, now)?);
        Ok(crate::floors::warnings(&rules, crate::floors::New::Campaign(campaign, version), &batches, now))
    }

    /// The same of a coupon batch that is about to be created.
    pub fn batch_warnings(
        &self,
        shop: &ShopId,
        batch: &Batch,
        now: Instant,
    ) -> Result<Vec<Violation>, PreviewError> {
        let (rules, batches) = (self.rules(shop)?, self.batches(shop, now)?);
        Ok(crate::floors::warnings(&rules, crate::floors::New::Batch(batch), &batches, now))
    }

    /// Batches of which coupons may be out: not over, not taken back.
    fn batches(&self, shop: &ShopId, now: Instant) -> Result<Vec<Arc<Batch>>, StoreError> {
        let mut found = Vec::new();
        let mut page = Page { after: None, limit: BATCH_PAGE };
        while found.len() < MOST_COUPONS {
            let rows = self.reader.batches(shop, &page)?;
            let Some(last) = rows.last() else { break };
            page.after = Some(last.record.batch.batch_id.to_string());
            let live = rows.into_iter().map(|row| row.record);
            let live = live.filter(|record| record.voided_at.is_none() && now < record.batch.ends_at);
            found.extend(live.map(|record| record.batch.clone()));
        }
        Ok(found)
    }

    /// The shop's rules as they are committed now.
    fn rules(&self, shop: &ShopId) -> Result<Arc<ShopRules>, PreviewError> {
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
