//! What a decision changes in the pool.

use domain::{
    CustomerId, Instant, Sku,
    pool::{Candidate, Gap, GiftRecord, PoolOrder, PresaleRecord, RankKey, Run, Stock},
};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, sync::Arc};

/// What a decision changes of a shop's settings.
#[derive(Debug, Default)]
pub struct Settings {
    pub presales: Vec<Arc<PresaleRecord>>,
    pub gifts: Vec<Arc<GiftRecord>>,
    pub runs: Vec<Run>,
    pub stock: Vec<(Sku, Stock)>,
    pub openings: Vec<(Sku, Instant)>,
    pub watermark: Option<Instant>,
    /// What is missing of sources; `None` where nothing is any more.
    pub gaps: BTreeMap<String, Option<Arc<Gap>>>,
}

impl Settings {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.presales.is_empty()
            && self.gifts.is_empty()
            && self.runs.is_empty()
            && self.stock.is_empty()
            && self.openings.is_empty()
            && self.watermark.is_none()
            && self.gaps.is_empty()
    }
}

/// What a decision changes in the pool.
#[derive(Debug, Default)]
pub struct PoolDecision {
    pub settings: Settings,
    #[expect(clippy::vec_box, reason = "they move on into a table of boxes, and are large")]
    pub orders: Vec<Box<PoolOrder>>,
    pub candidates: FxHashMap<(u64, RankKey), Option<Candidate>>,
    pub buyers: FxHashMap<(u64, CustomerId), Vec<RankKey>>,
}

impl PoolDecision {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
            && self.orders.is_empty()
            && self.candidates.is_empty()
            && self.buyers.is_empty()
    }
    /// When the timers are due that it sets.
    pub fn wakes(&self) -> impl Iterator<Item = Instant> {
        let presales = self.settings.presales.iter().filter_map(|record| record.wake_at());
        let runs = self.settings.runs.iter().filter_map(|run| run.wake_at);
        presales.chain(runs).chain(self.orders.iter().filter_map(|order| order.wake_at()))
    }
}
