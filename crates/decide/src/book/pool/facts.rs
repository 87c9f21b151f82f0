//! The pool's part of the working set.

use super::decision::{PoolDecision, Settings};
use crate::book::table::{Table, in_order, loaded};
use domain::{
    GiftStrategyId, Instant, OrderId, PresaleStrategyId, ShopId, Sku,
    pool::{Candidate, PoolOrder, PresaleRecord, RankKey, Run},
};
use port::Subject;
use port::{
    BuyerKey, CandidateChange, CandidateKey, PageKey, PoolChanges, PoolRow, PoolRows, PresaleChange,
    RunChange, WalkKey,
};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug)]
struct CandidateSlot {
    candidate: Option<Candidate>,
    before: Option<bool>,
    dirty: bool,
}

/// Which of a shop's settings a batch changed; timers as they stood before.
#[derive(Debug, Default)]
struct Touched {
    presales: BTreeMap<PresaleStrategyId, Option<Instant>>,
    gifts: BTreeSet<GiftStrategyId>,
    runs: BTreeMap<GiftStrategyId, Option<Instant>>,
    stock: BTreeSet<Sku>,
    openings: BTreeSet<Sku>,
    watermark: bool,
    gaps: BTreeSet<String>,
}

/// Rows of the pool that were loaded, with what the batch made of them.
#[derive(Debug, Default)]
pub struct PoolFacts {
    orders: Table<Box<PoolOrder>>,
    candidates: FxHashMap<CandidateKey, CandidateSlot>,
    ranks: FxHashMap<CandidateKey, u64>,
    buyers: FxHashMap<BuyerKey, Vec<RankKey>>,
    dirty_buyers: FxHashMap<BuyerKey, Vec<RankKey>>,
    walks: FxHashMap<WalkKey, Vec<RankKey>>,
    pages: FxHashMap<PageKey, Vec<OrderId>>,
    /// The children of parents.
    families: FxHashMap<(ShopId, OrderId), BTreeSet<OrderId>>,
    /// Places that came to count (+1) or ceased to (-1) since they were loaded.
    moved: FxHashMap<(ShopId, u64), Vec<(RankKey, i64)>>,
    touched: BTreeMap<ShopId, Touched>,
}

impl PoolFacts {
    /// Drops what belongs to a batch.
    pub fn end_batch(&mut self) {
        *self = Self::default();
    }

    /// Drops what belongs to a round of a batch, but for places that were not taken yet.
    pub fn end_round(&mut self) {
        self.orders.clear();
        self.ranks.clear();
        self.walks.clear();
        self.pages.clear();
        self.families.clear();
    }

    /// Whether an order was read that was not loaded.
    pub fn has_missed(&self) -> bool {
        self.orders.has_missed()
    }
    /// Such orders.
    pub fn take_missed(&mut self) -> Vec<(ShopId, OrderId)> {
        self.orders.take_missed()
    }

    /// Whether ranks were asked for.
    pub fn knows_ranks(&self) -> bool {
        !self.ranks.is_empty()
    }

    /// Takes loaded rows in. What the batch has changed already stays as it is.
    pub fn absorb(&mut self, rows: PoolRows) {
        // Most orders take a place.
        self.candidates.reserve(rows.orders.len().max(rows.candidates.len()));
        self.orders.absorb(rows.orders);
        for (key, candidate) in rows.candidates {
            self.absorb_candidate(key, candidate);
        }
        for (key, rank) in rows.ranks {
            self.ranks.entry(key).or_insert(rank);
        }
        for (key, places) in rows.buyers {
            self.buyers.entry(key).or_insert(places);
        }
        for (walk, candidates) in rows.walks {
            let places = candidates.iter().map(|candidate| candidate.key.clone()).collect();
            for candidate in candidates {
                let key = (walk.shop_id.clone(), walk.run, candidate.key.clone());
                self.absorb_candidate(key, Some(candidate));
            }
            self.walks.insert(walk, places);
        }
        for (page, orders) in rows.pages {
            let ids = orders.iter().map(|order| order.order_id.clone()).collect();
            let shop = &page.shop_id;
            let orders = orders.into_iter();
            self.orders
                .absorb(orders.map(|order| ((shop.clone(), order.order_id.clone()), Some(Box::new(order)))));
            self.pages.insert(page, ids);
        }
        for (parent, children) in rows.families {
            let family = self.families.entry(parent.clone()).or_default();
            family.extend(children.iter().map(|order| order.order_id.clone()));
            let children = children.into_iter();
            let key = |id: &OrderId| (parent.0.clone(), id.clone());
            self.orders.absorb(children.map(|order| (key(&order.order_id), Some(Box::new(order)))));
        }
    }

    fn absorb_candidate(&mut self, key: CandidateKey, candidate: Option<Candidate>) {
        let before = candidate.as_ref().map(|candidate| candidate.counts);
        self.candidates.entry(key).or_insert(CandidateSlot { candidate, before, dirty: false });
    }

    pub fn knows_order(&self, key: &(ShopId, OrderId)) -> bool {
        self.orders.knows(key)
    }
    pub fn knows_candidate(&self, key: &CandidateKey) -> bool {
        self.candidates.contains_key(key)
    }
    pub fn knows_rank(&self, key: &CandidateKey) -> bool {
        self.ranks.contains_key(key)
    }
    pub fn knows_buyer(&self, key: &BuyerKey) -> bool {
        self.buyers.contains_key(key)
    }
    pub fn knows_walk(&self, key: &WalkKey) -> bool {
        self.walks.contains_key(key)
    }
    pub fn knows_family(&self, parent: &(ShopId, OrderId)) -> bool {
        self.families.contains_key(parent)
    }
    pub fn knows_page(&self, key: &PageKey) -> bool {
        self.pages.contains_key(key)
    }

    pub fn order(&self, key: &(ShopId, OrderId)) -> Option<&PoolOrder> {
        self.orders.get(key).map(|order| &**order)
    }
    /// A candidate. Of a run that is new in this batch nothing was loaded, and there is none; should one
    /// be written where the store has one, the store refuses.
    pub fn candidate(&self, key: &CandidateKey) -> Option<&Candidate> {
        self.candidates.get(key)?.candidate.as_ref()
    }
    /// A buyer's places, the earliest first.
    pub fn buyer(&self, key: &BuyerKey) -> &[RankKey] {
        self.buyers.get(key).map(Vec::as_slice).unwrap_or_default()
    }
    /// The places of a walk, in their order.
    pub fn walk(&self, key: &WalkKey) -> &[RankKey] {
        loaded(self.walks.get(key), "walk").as_slice()
    }
    /// The children of a parent; none where they were not asked for.
    pub fn family(&self, parent: &(ShopId, OrderId)) -> &BTreeSet<OrderId> {
        static NONE: BTreeSet<OrderId> = BTreeSet::new();
        self.families.get(parent).unwrap_or(&NONE)
    }
    /// The orders of a page, in their order.
    pub fn page(&self, key: &PageKey) -> &[OrderId] {
        loaded(self.pages.get(key), "page of orders").as_slice()
    }
    /// How many that count stand at or before a place, with what the batch has changed.
    /// `None` where it was not loaded, because nobody could know that it would be needed.
    pub fn rank(&self, key: &CandidateKey) -> Option<u64> {
        let stored = *self.ranks.get(key)?;
        let moved = self.moved.get(&(key.0.clone(), key.1)).map(Vec::as_slice).unwrap_or_default();
        let change: i64 = moved.iter().filter(|(place, _)| *place <= key.2).map(|(_, by)| by).sum();
        Some(stored.saturating_add_signed(change))
    }

    /// Makes a decision part of the working set, and of the shop's settings.
    pub fn apply(&mut self, shop: &ShopId, row: &mut PoolRow, decision: PoolDecision) {
        for order in decision.orders {
            if let Some(parent) = &order.parent_id {
                let family = self.families.entry((shop.clone(), parent.clone())).or_default();
                family.insert(order.order_id.clone());
            }
            self.orders.put((shop.clone(), order.order_id.clone()), order);
        }
        for ((run, place), candidate) in decision.candidates {
            self.put_candidate(shop, run, place, candidate);
        }
        for ((run, customer), places) in decision.buyers {
            let key = (shop.clone(), run, customer);
            self.buyers.insert(key.clone(), places.clone());
            self.dirty_buyers.insert(key, places);
        }
        self.apply_settings(shop, row, decision.settings);
    }

    fn apply_settings(&mut self, shop: &ShopId, row: &mut PoolRow, changed: Settings) {
        if changed.is_empty() {
            return;
        }
        let touched = self.touched.entry(shop.clone()).or_default();
        for record in changed.presales {
            let id = record.strategy.strategy_id.clone();
            let before = row.presales.get(&id).and_then(|known| known.wake_at());
            touched.presales.entry(id.clone()).or_insert(before);
            row.presales.insert(id, record);
        }
        for record in changed.gifts {
            let id = record.newest().strategy_id.clone();
            touched.gifts.insert(id.clone());
            row.gifts.insert(id, record);
        }
        for run in changed.runs {
            let id = run.strategy_id.clone();
            let before = row.runs.get(&id).and_then(|known| known.wake_at);
            touched.runs.entry(id.clone()).or_insert(before);
            row.runs.insert(id, run);
        }
        for (sku, stock) in changed.stock {
            touched.stock.insert(sku.clone());
            row.stock.insert(sku, stock);
        }
        for (sku, opens) in changed.openings {
            touched.openings.insert(sku.clone());
            row.openings.insert(sku, opens);
        }
        if let Some(through) = changed.watermark {
            touched.watermark = true;
            row.watermark = Some(through);
        }
        for (source, gap) in changed.gaps {
            touched.gaps.insert(source.clone());
            match gap {
                Some(gap) => row.gaps.insert(source, gap),
                None => row.gaps.remove(&source),
            };
        }
    }

    /// Stops a timer that cannot be decided. An activation that failed is not tried again by itself: the
    /// operator sees the strategy standing still and re-runs it.
    pub fn put_to_sleep(&mut self, shop: &ShopId, row: &mut PoolRow, subject: &Subject) {
        match subject {
            Subject::PresaleStrategy(id) => {
                let Some(known) = row.presales.get(id) else { return };
                let mut record = PresaleRecord::clone(known);
                record.pass = None;
                record.activated_at = record.activated_at.or(Some(record.strategy.activation_at));
                let mut changed = Settings::default();
                changed.presales.push(Arc::new(record));
                self.apply_settings(shop, row, changed);
            }
            Subject::GiftRun(id) => {
                let Some(run) = row.runs.get(id) else { return };
                let mut changed = Settings::default();
                changed.runs.push(Run { wake_at: None, ..run.clone() });
                self.apply_settings(shop, row, changed);
            }
            Subject::PoolOrder(id) => {
                let key = (shop.clone(), id.clone());
                self.orders.amend(&key, |order| order.times.balance_closes_at = None);
            }
            Subject::Order(_)
            | Subject::Coupon(_)
            | Subject::Wallet
            | Subject::Invitation(_)
            | Subject::Sprint(_) => {}
        }
    }

    fn put_candidate(&mut self, shop: &ShopId, run: u64, place: RankKey, candidate: Option<Candidate>) {
        let key = (shop.clone(), run, place);
        let absent = CandidateSlot { candidate: None, before: None, dirty: false };
        let slot = self.candidates.entry(key.clone()).or_insert(absent);
        let counts = |candidate: &Option<Candidate>| i64::from(candidate.as_ref().is_some_and(|c| c.counts));
        let by = counts(&candidate) - counts(&slot.candidate);
        (slot.candidate, slot.dirty) = (candidate, true);
        if by != 0 {
            self.moved.entry((key.0, run)).or_default().push((key.2, by));
        }
    }

    /// What was changed of settings and orders. `rows` gives a shop's settings.
    pub fn take_rows<'a>(&mut self, rows: impl Fn(&ShopId) -> Option<&'a PoolRow>) -> PoolChanges {
        let mut changes = PoolChanges::default();
        for (shop, touched) in std::mem::take(&mut self.touched) {
            if let Some(row) = rows(&shop) {
                touched.write(&shop, row, &mut changes);
            }
        }
        changes.orders = self.orders.take_changes();
        changes
    }

    /// What was changed of places since they were last taken. What was counted by them is not known any more.
    pub fn take_places(&mut self, changes: &mut PoolChanges) {
        self.moved.clear();
        self.ranks.clear();
        self.buyers.clear();
        let mut candidates = Vec::with_capacity(self.candidates.len());
        for ((shop_id, run, key), slot) in self.candidates.drain() {
            if slot.dirty && (slot.before.is_some() || slot.candidate.is_some()) {
                let (before, after) = (slot.before, slot.candidate);
                candidates.push(Some(CandidateChange { shop_id, run, key, before, after }));
            }
        }
        // Neighbouring keys lie on the same pages.
        changes.candidates =
            in_order(candidates, |a, b| (&a.shop_id, a.run, &a.key).cmp(&(&b.shop_id, b.run, &b.key)));
        changes.buyers.extend(self.dirty_buyers.drain());
        changes.buyers.sort_unstable();
    }
}

impl Touched {
    fn write(self, shop: &ShopId, row: &PoolRow, changes: &mut PoolChanges) {
        for (id, old_wake) in self.presales {
            if let Some(record) = row.presales.get(&id) {
                let (shop_id, record) = (shop.clone(), Arc::clone(record));
                changes.presales.push(PresaleChange { shop_id, record, old_wake });
            }
        }
        for id in &self.gifts {
            changes.gifts.extend(row.gifts.get(id).map(|record| (shop.clone(), Arc::clone(record))));
        }
        for (id, old_wake) in self.runs {
            if let Some(run) = row.runs.get(&id) {
                changes.runs.push(RunChange { shop_id: shop.clone(), run: run.clone(), old_wake });
            }
        }
        for sku in &self.stock {
            changes.stock.extend(row.stock.get(sku).map(|stock| (shop.clone(), sku.clone(), *stock)));
        }
        for sku in &self.openings {
            changes.openings.extend(row.openings.get(sku).map(|opens| (shop.clone(), sku.clone(), *opens)));
        }
        if self.watermark {
            changes.watermarks.extend(row.watermark.map(|through| (shop.clone(), through)));
        }
        for source in self.gaps {
            let gap = row.gaps.get(&source).cloned();
            changes.gaps.push((shop.clone(), source, gap));
        }
    }
}
