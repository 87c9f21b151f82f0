//! Reading the list: run by run in the order of the ranking, then what people added, by order.

use crate::row::GiftRow;
use domain::{
    GiftStrategyId, ShopId,
    pool::{Candidate, PoolOrder, RankKey, Run, Stage, Standing},
};
use port::{Page, PoolRow, Read, Reader, WalkKey};
use std::collections::VecDeque;
use std::sync::Arc;

/// Candidates, or orders, that are read at once.
pub const STEP: usize = 1_000;

/// Gifts of a shop, or those of one strategy.
pub struct Rows {
    reader: Arc<dyn Reader>,
    shop_id: ShopId,
    settings: PoolRow,
    steps: VecDeque<Part>,
    ready: VecDeque<GiftRow>,
}

/// What is still to be read.
enum Part {
    /// The rest of a run's ranking, with so many gifts still to be found.
    Walk(Box<Run>, Option<RankKey>, u64),
    /// The rest of the orders: what people added.
    ByHand(Option<String>),
}

/// The gifts of a shop: of every strategy and what people added, or of one strategy alone.
pub fn rows(reader: Arc<dyn Reader>, shop_id: ShopId, strategy: Option<&GiftStrategyId>) -> Read<Rows> {
    let settings = reader.pool(&shop_id)?;
    let runs = settings.runs.values().filter(|run| strategy.is_none_or(|id| run.strategy_id == *id));
    let mut steps: VecDeque<Part> =
        runs.map(|run| Part::Walk(Box::new(run.clone()), None, run.given)).collect();
    if strategy.is_none() {
        steps.push_back(Part::ByHand(None));
    }
    Ok(Rows { reader, shop_id, settings, steps, ready: VecDeque::new() })
}

impl Rows {
    /// Reads on by one page, which may hold no gift; `None` at the end.
    pub fn page(&mut self) -> Read<Option<Vec<GiftRow>>> {
        let Some(step) = self.steps.pop_front() else { return Ok(None) };
        match step {
            Part::Walk(run, after, missing) => self.walk(run, after, missing).map(Some),
            Part::ByHand(after) => self.by_hand(after).map(Some),
        }
    }

    /// Of the first N of a long ranking no more is read than holds the gifts.
    fn walk(&mut self, run: Box<Run>, after: Option<RankKey>, missing: u64) -> Read<Vec<GiftRow>> {
        if missing == 0 {
            return Ok(Vec::new());
        }
        let through = i64::MAX;
        let key = WalkKey { shop_id: self.shop_id.clone(), run: run.number, after, through, limit: STEP };
        let candidates = self.reader.walk(&key)?;
        let last = candidates.last().map(|candidate| candidate.key.clone());
        let is_full = candidates.len() >= STEP;
        let (mut found, mut missing) = (Vec::new(), missing);
        for candidate in candidates.iter().filter(|candidate| candidate.standing == Standing::Given) {
            missing = missing.saturating_sub(1);
            let order = self.reader.pool_order(&self.shop_id, &candidate.order_id)?;
            if let Some(order) = order.filter(|order| order.stage != Stage::Closed) {
                self.given(&run, &order, candidate, &mut found);
            }
        }
        if is_full {
            self.steps.push_front(Part::Walk(run, last, missing));
        }
        Ok(found)
    }

    fn given(&self, run: &Run, order: &PoolOrder, candidate: &Candidate, to: &mut Vec<GiftRow>) {
        let basis_at = candidate.key.at();
        for gift in self.settings.given(order, candidate, &run.strategy_id) {
            to.push(GiftRow {
                order_id: order.order_id.clone(),
                customer_id: order.customer_id.clone(),
                stage: order.stage,
                sku: gift.sku.clone(),
                quantity: gift.quantity,
                rank: candidate.rank,
                strategy_id: Some(run.strategy_id.clone()),
                basis_at: Some(basis_at),
            });
        }
    }

    fn by_hand(&mut self, after: Option<String>) -> Read<Vec<GiftRow>> {
        let orders = self.reader.pool_orders(&self.shop_id, None, &Page { after, limit: STEP })?;
        if let Some(last) = orders.last().filter(|_| orders.len() >= STEP) {
            self.steps.push_front(Part::ByHand(Some(last.order_id.to_string())));
        }
        let open = orders.iter().filter(|order| order.stage != Stage::Closed);
        let gifts = open.flat_map(|order| order.manual.iter().map(move |gift| (order, gift)));
        let row = |(order, gift): (&PoolOrder, &domain::pool::ManualGift)| GiftRow {
            order_id: order.order_id.clone(),
            customer_id: order.customer_id.clone(),
            stage: order.stage,
            sku: gift.sku.clone(),
            quantity: gift.quantity,
            rank: None,
            strategy_id: None,
            basis_at: None,
        };
        Ok(gifts.map(row).collect())
    }
}

impl Iterator for Rows {
    type Item = Read<GiftRow>;
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Some(Ok(row));
            }
            match self.page() {
                Ok(Some(page)) => self.ready = page.into(),
                Ok(None) => return None,
                Err(error) => {
                    self.steps.clear();
                    return Some(Err(error));
                }
            }
        }
    }
}
