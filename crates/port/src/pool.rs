//! What stores keep of the pool.

use crate::{Answers, Change, Row};
use domain::{
    CustomerId, GiftStrategyId, Instant, OrderId, PresaleStrategyId, ShopId, Sku,
    pool::{
        Candidate, Gap, GiftRecord, GiftStrategy, GiftUnit, PassKind, PoolOrder, PresaleRecord, RankKey, Run,
        ShopOrder, Standing, Stock, certain_before,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a shop set up for its pool, and where that stands: small, and kept with the shop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PoolRow {
    /// Presale strategies.
    pub presales: BTreeMap<PresaleStrategyId, Arc<PresaleRecord>>,
    /// Gift strategies with their versions.
    pub gifts: BTreeMap<GiftStrategyId, Arc<GiftRecord>>,
    /// Each gift strategy's present run.
    pub runs: BTreeMap<GiftStrategyId, Run>,
    /// Stock of gifts that is counted.
    pub stock: BTreeMap<Sku, Stock>,
    /// The latest balance opening heard of for a SKU.
    pub openings: BTreeMap<Sku, Instant>,
    /// Through which moment every order has been downloaded (A-S4-6).
    pub watermark: Option<Instant>,
    /// What downloads could not say, by their sources (A-S4-25).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gaps: BTreeMap<String, Arc<Gap>>,
}

impl PoolRow {
    /// How far ranks of a strategy that begins at that moment are certain: through the watermark and before every gap
    /// (A-S4-6, A-S4-25).
    pub fn certain(&self, from: Instant) -> Option<Instant> {
        self.certain_by(self.watermark, from)
    }
    /// The same with another watermark.
    pub fn certain_by(&self, watermark: Option<Instant>, from: Instant) -> Option<Instant> {
        certain_before(watermark, self.gaps.values().map(|gap| &**gap), from)
    }
    /// The strategy version by which orders enter a run.
    pub fn version_of(&self, run: &Run) -> Option<&Arc<GiftStrategy>> {
        self.gifts.get(&run.strategy_id)?.version(run.version)
    }
    /// The strategy version that an order goes by in a run: the one that it entered under (A-S4-22).
    pub fn version_for(&self, run: &Run, order: &PoolOrder) -> Option<&Arc<GiftStrategy>> {
        let entered = order.place(&run.strategy_id).filter(|entered| entered.run == run.number);
        self.gifts.get(&run.strategy_id)?.version(entered.map_or(run.version, |entered| entered.version))
    }
    /// By what a run's ranking is walked: see [`GiftRecord::lead`].
    pub fn lead_of(&self, run: &Run) -> Option<Arc<GiftStrategy>> {
        self.gifts.get(&run.strategy_id)?.lead(run.oldest_version(), run.version)
    }
    /// The presale strategy that a gift strategy belongs to.
    pub fn presale_of(&self, gift: &GiftStrategyId) -> Option<&Arc<PresaleRecord>> {
        self.presales.values().find(|record| record.strategy.gift_strategies.contains(gift))
    }
    /// The runs of the strategies that are for an order: those of its presale strategy; without one those that
    /// belong to none (A-S4-17), also the ranking ones, which then give nothing (S4-R24).
    pub fn runs_for(&self, order: &PoolOrder) -> Vec<(&Run, &Arc<GiftStrategy>)> {
        let record = order.presale_strategy.as_ref().and_then(|id| self.presales.get(id));
        let is_for_it = |run: &Run| match record {
            Some(record) => record.strategy.gift_strategies.contains(&run.strategy_id),
            None => self.presale_of(&run.strategy_id).is_none(),
        };
        let runs = self.runs.values().filter(|run| is_for_it(run));
        runs.filter_map(|run| Some((run, self.version_of(run)?))).collect()
    }
    /// The gifts of an order that a strategy gave: of the version that gave them.
    pub fn given(&self, order: &PoolOrder, candidate: &Candidate, strategy: &GiftStrategyId) -> &[GiftUnit] {
        let tier = candidate.tier.filter(|_| candidate.standing == Standing::Given);
        let version = order.place(strategy).map(|entered| entered.version);
        let version = version.and_then(|version| self.gifts.get(strategy)?.version(version));
        let tier = version.zip(tier).and_then(|(version, tier)| version.tiers.get(usize::from(tier)));
        tier.map_or(&[], |tier| &tier.gifts)
    }
    /// Whether nothing was set up, so that orders need not be looked at.
    pub fn is_unused(&self) -> bool {
        self.presales.is_empty() && self.gifts.is_empty()
    }
}

/// Shop, run, place.
pub type CandidateKey = (ShopId, u64, RankKey);
/// Shop, run, buyer: the buyer's places, the earliest first, where only one counts.
pub type BuyerKey = (ShopId, u64, CustomerId);

/// The place behind every order of that second.
pub fn last_of_second(second: i64) -> RankKey {
    RankKey::last_of(second)
}

/// A stretch of a run's ranking, in its order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WalkKey {
    /// The shop.
    pub shop_id: ShopId,
    /// The run.
    pub run: u64,
    /// Only places after this one.
    pub after: Option<RankKey>,
    /// Only places up to this second.
    pub through: i64,
    /// At most so many.
    pub limit: usize,
}

/// A stretch of a presale strategy's orders, by their ids: for an activation those that are in the pool and
/// fully paid, or have to be looked at then, for a re-run all that are not closed; and, of any strategy or none, the shop
/// orders that wait.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey {
    /// The shop.
    pub shop_id: ShopId,
    /// The strategy.
    pub strategy_id: PresaleStrategyId,
    /// What it is for.
    pub kind: PassKind,
    /// Only orders after this one.
    pub after: Option<OrderId>,
    /// At most so many.
    pub limit: usize,
}

/// Names of the pool's rows that a batch needs.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct PoolKeys {
    pub orders: Vec<(ShopId, OrderId)>,
    pub candidates: Vec<CandidateKey>,
    /// How many that count stand at or before each place.
    pub ranks: Vec<CandidateKey>,
    pub buyers: Vec<BuyerKey>,
    pub walks: Vec<WalkKey>,
    pub pages: Vec<PageKey>,
    /// Parents of split orders: all their children (A-S4-24).
    pub families: Vec<(ShopId, OrderId)>,
    /// Strategies whose pass goes on, and runs whose walk does. No rows of their own: they lead from the
    /// shop's settings to pages and walks.
    pub passes: Vec<(ShopId, PresaleStrategyId)>,
    pub runs: Vec<(ShopId, GiftStrategyId)>,
    /// Downloaded orders: the places that they may take are looked up.
    pub told: Vec<(ShopId, Arc<ShopOrder>)>,
}

impl PoolKeys {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.candidates.is_empty()
            && self.ranks.is_empty()
            && self.buyers.is_empty()
            && self.walks.is_empty()
            && self.pages.is_empty()
            && self.families.is_empty()
    }
}

/// The rows of [`PoolKeys`].
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the fields of the keys")]
pub struct PoolRows {
    pub orders: Answers<Box<PoolOrder>>,
    pub candidates: Vec<(CandidateKey, Option<Candidate>)>,
    pub ranks: Vec<(CandidateKey, u64)>,
    pub buyers: Vec<(BuyerKey, Vec<RankKey>)>,
    pub walks: Vec<(WalkKey, Vec<Candidate>)>,
    pub pages: Vec<(PageKey, Vec<PoolOrder>)>,
    pub families: Vec<((ShopId, OrderId), Vec<PoolOrder>)>,
}

/// What a batch changed in the pool.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct PoolChanges {
    pub presales: Vec<PresaleChange>,
    pub gifts: Vec<(ShopId, Arc<GiftRecord>)>,
    pub runs: Vec<RunChange>,
    pub stock: Vec<(ShopId, Sku, Stock)>,
    pub openings: Vec<(ShopId, Sku, Instant)>,
    pub watermarks: Vec<(ShopId, Instant)>,
    /// What is missing of a source, `None` where nothing is any more.
    pub gaps: Vec<(ShopId, String, Option<Arc<Gap>>)>,
    pub orders: Vec<Change<Box<PoolOrder>>>,
    /// In the order of their places.
    pub candidates: Vec<CandidateChange>,
    /// An empty list takes the row away.
    pub buyers: Vec<(BuyerKey, Vec<RankKey>)>,
}

impl PoolChanges {
    /// Whether a timer's decision moved anything.
    pub fn is_empty(&self) -> bool {
        self.presales.is_empty()
            && self.runs.is_empty()
            && self.orders.is_empty()
            && self.candidates.is_empty()
    }
    /// When the first walk or pass is due that it sets.
    pub fn work_due(&self) -> Option<Instant> {
        let presales = self.presales.iter().filter_map(|change| change.record.wake_at());
        presales.chain(self.runs.iter().filter_map(|change| change.run.wake_at)).min()
    }
    /// When the timers are due that it sets.
    pub fn wakes(&self) -> impl Iterator<Item = Instant> {
        let presales = self.presales.iter().filter_map(|change| change.record.wake_at());
        let runs = self.runs.iter().filter_map(|change| change.run.wake_at);
        presales.chain(runs).chain(self.orders.iter().filter_map(|change| change.row.wake_at()))
    }
}

/// A presale strategy to write. Its timer is due at [`PresaleRecord::wake_at`].
#[derive(Debug)]
#[allow(missing_docs, reason = "the words say it")]
pub struct PresaleChange {
    pub shop_id: ShopId,
    pub record: Arc<PresaleRecord>,
    pub old_wake: Option<Instant>,
}

/// A run to write. Its timer is due at [`Run::wake_at`].
#[derive(Debug)]
#[allow(missing_docs, reason = "the words say it")]
pub struct RunChange {
    pub shop_id: ShopId,
    pub run: Run,
    pub old_wake: Option<Instant>,
}

/// In a box: an order is large, and a batch of many moves its rows from table to table.
impl Row for Box<PoolOrder> {
    type Key = (ShopId, OrderId);
    const NAME: &'static str = "pooled order";

    fn wake_at(&self) -> Option<Instant> {
        PoolOrder::wake_at(self)
    }
}

/// A candidate to write or, without one, to take away.
#[derive(Debug)]
pub struct CandidateChange {
    /// The shop.
    pub shop_id: ShopId,
    /// The run.
    pub run: u64,
    /// The place.
    pub key: RankKey,
    /// Whether the store has it, and whether it counted.
    pub before: Option<bool>,
    /// What it is now.
    pub after: Option<Candidate>,
}
