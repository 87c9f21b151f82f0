//! The pool's part of a decision in the making: it reads its own changes before the facts.

use crate::book::draft::Draft;
use domain::{
    Code, CustomerId, GiftStrategyId, Instant, OrderId, PresaleStrategyId, Refusal, Sku,
    pool::{
        Candidate, Gap, GiftRecord, GiftStrategy, PoolOrder, PresaleRecord, RankKey, Run, Stock,
        certain_before,
    },
};
use port::{PageKey, PoolRow, WalkKey};
use std::sync::Arc;

impl<'a> Draft<'a> {
    /// The shop's settings of the pool as they stood before this decision.
    pub fn pool_row(&self) -> Result<&'a PoolRow, Refusal> {
        self.shop_row().map(|row| &row.pool)
    }

    pub fn presale(&self, id: &PresaleStrategyId) -> Option<Arc<PresaleRecord>> {
        let own = self.pool_changes().settings.presales.iter().rev();
        let own = own.into_iter().find(|record| record.strategy.strategy_id == *id);
        own.or_else(|| self.pool_row().ok()?.presales.get(id)).cloned()
    }
    pub fn gift_record(&self, id: &GiftStrategyId) -> Option<Arc<GiftRecord>> {
        let own = self.pool_changes().settings.gifts.iter().rev();
        let own = own.into_iter().find(|record| record.newest().strategy_id == *id);
        own.or_else(|| self.pool_row().ok()?.gifts.get(id)).cloned()
    }
    pub fn run(&self, id: &GiftStrategyId) -> Option<Run> {
        let own = self.pool_changes().settings.runs.iter().find(|run| run.strategy_id == *id);
        own.or_else(|| self.pool_row().ok()?.runs.get(id)).cloned()
    }
    /// A strategy's present run with the version by which orders enter it.
    pub fn run_of(&self, id: &GiftStrategyId) -> Option<(Run, Arc<GiftStrategy>)> {
        let run = self.run(id)?;
        let version = self.gift_record(id)?.version(run.version).cloned()?;
        Some((run, version))
    }
    /// A strategy's present run with the version that an order goes by: the one it entered under (A-S4-22).
    pub fn run_for(&self, id: &GiftStrategyId, order: &PoolOrder) -> Option<(Run, Arc<GiftStrategy>)> {
        let run = self.run(id)?;
        let entered = order.place(id).filter(|entered| entered.run == run.number);
        let number = entered.map_or(run.version, |entered| entered.version);
        let version = self.gift_record(id)?.version(number).cloned()?;
        Some((run, version))
    }
    /// By what a run's ranking is walked: see [`GiftRecord::lead`].
    pub fn lead_of(&self, run: &Run) -> Option<Arc<GiftStrategy>> {
        self.gift_record(&run.strategy_id)?.lead(run.oldest_version(), run.version)
    }
    /// Stock of a gift; `None` where it is not counted.
    pub fn stock(&self, sku: &Sku) -> Option<Stock> {
        let own = self.pool_changes().settings.stock.iter().find(|(known, _)| known == sku);
        own.map(|(_, stock)| *stock).or_else(|| self.pool_row().ok()?.stock.get(sku).copied())
    }
    /// How far ranks of a strategy that begins at that moment are certain (A-S4-6, A-S4-25).
    pub fn certain(&self, from: Instant) -> Option<Instant> {
        let own = self.pool_changes().settings.watermark;
        let watermark = own.or_else(|| self.pool_row().ok()?.watermark);
        certain_before(watermark, self.gaps().map(|gap| &**gap), from)
    }
    /// What is missing of downloads.
    pub fn gaps(&self) -> impl Iterator<Item = &Arc<Gap>> {
        let own = &self.pool_changes().settings.gaps;
        let known = self.pool_row().ok().into_iter().flat_map(|row| &row.gaps);
        let known = known.filter(|(source, _)| !own.contains_key(*source)).map(|(_, gap)| gap);
        known.chain(own.values().flatten())
    }
    /// What is missing of a source; where nothing is any more, the row goes.
    pub fn put_gap(&mut self, gap: Gap) {
        let source = gap.source.clone();
        let is_stored = self.pool_row().is_ok_and(|row| row.gaps.contains_key(&source));
        let gaps = &mut self.pool_changes_mut().settings.gaps;
        if !gap.is_closed() {
            gaps.insert(source, Some(Arc::new(gap)));
        } else if is_stored || gaps.contains_key(&source) {
            gaps.insert(source, None);
        }
    }

    pub fn put_presale(&mut self, record: PresaleRecord) {
        let known = &mut self.pool_changes_mut().settings.presales;
        known.retain(|other| other.strategy.strategy_id != record.strategy.strategy_id);
        known.push(Arc::new(record));
    }
    pub fn put_run(&mut self, run: Run) {
        let known = &mut self.pool_changes_mut().settings.runs;
        match known.iter_mut().find(|other| other.strategy_id == run.strategy_id) {
            Some(other) => *other = run,
            None => known.push(run),
        }
    }
    pub fn put_stock(&mut self, sku: &Sku, stock: Stock) {
        let known = &mut self.pool_changes_mut().settings.stock;
        match known.iter_mut().find(|(other, _)| other == sku) {
            Some(other) => other.1 = stock,
            None => known.push((sku.clone(), stock)),
        }
    }

    /// A pooled order; refused as `not_found` where there is none.
    pub fn pool_order(&self, id: &OrderId) -> Result<PoolOrder, Refusal> {
        let missing = || Refusal::with(Code::NotFound, format!("no order {id} in the pool"));
        self.find_pool_order(id).ok_or_else(missing)
    }
    pub fn find_pool_order(&self, id: &OrderId) -> Option<PoolOrder> {
        let own = self.pool_changes().orders.iter().rev().find(|order| order.order_id == *id);
        let own = own.map(|order| &**order);
        own.or_else(|| self.pool_facts().order(&(self.shop_id.clone(), id.clone()))).cloned()
    }
    /// An order of a walk, where its group made the batch load it.
    pub fn grouped_order(&self, id: &OrderId) -> Option<PoolOrder> {
        let key = (self.shop_id.clone(), id.clone());
        self.pool_facts().knows_order(&key).then(|| self.find_pool_order(id)).flatten()
    }
    pub fn put_pool_order(&mut self, order: PoolOrder) {
        let known = &mut self.pool_changes_mut().orders;
        match known.iter_mut().find(|other| other.order_id == order.order_id) {
            Some(other) => **other = order,
            None => known.push(Box::new(order)),
        }
    }

    pub fn candidate(&self, run: u64, key: &RankKey) -> Option<Candidate> {
        match self.pool_changes().candidates.get(&(run, key.clone())) {
            Some(own) => own.clone(),
            None => self.pool_facts().candidate(&(self.shop_id.clone(), run, key.clone())).cloned(),
        }
    }
    pub fn put_candidate(&mut self, run: u64, candidate: Candidate) {
        let key = (run, candidate.key.clone());
        self.pool_changes_mut().candidates.insert(key, Some(candidate));
    }
    pub fn remove_candidate(&mut self, run: u64, key: &RankKey) {
        self.pool_changes_mut().candidates.insert((run, key.clone()), None);
    }
    /// A buyer's places in a run where only one counts, the earliest first.
    pub fn buyer(&self, run: u64, customer: &CustomerId) -> Vec<RankKey> {
        match self.pool_changes().buyers.get(&(run, customer.clone())) {
            Some(own) => own.clone(),
            None => self.pool_facts().buyer(&(self.shop_id.clone(), run, customer.clone())).to_vec(),
        }
    }
    pub fn put_buyer(&mut self, run: u64, customer: &CustomerId, places: Vec<RankKey>) {
        self.pool_changes_mut().buyers.insert((run, customer.clone()), places);
    }
    /// A place's rank among those that count, by the working set and this decision's own changes.
    /// `None` where it was not loaded.
    pub fn rank(&self, run: u64, key: &RankKey) -> Option<u64> {
        let before = self.pool_facts().rank(&(self.shop_id.clone(), run, key.clone()))?;
        let counts = |candidate: Option<&Candidate>| i64::from(candidate.is_some_and(|c| c.counts));
        let own = self.pool_changes().candidates.iter();
        let own = own.filter(|((of, place), _)| *of == run && place <= key);
        let change: i64 = own
            .map(|((_, place), now)| {
                let was = self.pool_facts().candidate(&(self.shop_id.clone(), run, place.clone()));
                counts(now.as_ref()) - counts(was)
            })
            .sum();
        Some(before.saturating_add_signed(change))
    }
    /// The candidates of a walk, in their order, and whether nothing comes after them. One that this batch has
    /// removed is left out, and does not make the stretch the last.
    pub fn walk(&self, key: &WalkKey) -> (Vec<Candidate>, bool) {
        let places = self.pool_facts().walk(key);
        let candidates = places.iter().filter_map(|place| self.candidate(key.run, place)).collect();
        (candidates, places.len() < key.limit)
    }
    /// The orders of a page.
    pub fn page(&self, key: &PageKey) -> &'a [OrderId] {
        self.pool_facts().page(key)
    }
}
