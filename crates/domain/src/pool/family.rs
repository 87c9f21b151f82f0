//! Orders that were split from one (拆单): in rankings, tiers and buyers' limits they count as their parent
//! (A-S4-24).
//!
//! Always holds: of a strategy the children hold one place together; what was given to one of them is not given
//! again to another.

use super::{PoolOrder, RankKey, Stage, Stages, Times};
use crate::Instant;

impl PoolOrder {
    /// Whether gifts may still come to it.
    pub fn is_here(&self) -> bool {
        self.stage < Stage::Fulfilment
    }

    /// Its place at a basis time: its own, or that of the parent that it counts as.
    pub(super) fn rank_key(&self, at: Instant) -> RankKey {
        match &self.counts_as {
            Some(parent) => RankKey::of_parent(at, parent),
            None => RankKey::new(at, &self.order_id),
        }
    }

    /// The order as its parent stands with these other children: their goods and what was paid for all of them,
    /// the earliest time of placing and of a first payment, and the last balance when all have come. A closed
    /// child counts no more. Only to look at: it is never kept. An order without a parent is itself.
    #[must_use]
    pub fn together(&self, others: &[Self]) -> Self {
        let mut whole = self.clone();
        let Some(parent) = &self.parent_id else { return whole };
        let others = others.iter().filter(|other| other.stage != Stage::Closed);
        let children: Vec<&Self> = others.chain([self]).collect();
        whole.counts_as = Some(parent.clone());
        whole.paid_in_all = Some(children.iter().all(|child| child.is_fully_paid()));
        whole.goods_paid = children.iter().map(|child| child.goods_paid).sum();
        whole.lines = children.iter().flat_map(|child| child.lines.clone()).collect();
        if children.iter().any(|child| child.stages() != Stages::One) {
            whole.single_stage = Some(false);
        }
        let times = || children.iter().map(|child| child.times);
        let awaited = |child: &&Self| child.times.balance_paid_at.is_none() && !child.is_fully_paid();
        let is_awaited = children.iter().any(awaited);
        whole.times = Times {
            ordered_at: times().map(|times| times.ordered_at).min().unwrap_or(self.times.ordered_at),
            first_paid_at: times().filter_map(|times| times.first_paid_at).min(),
            balance_paid_at: times().filter_map(|times| times.balance_paid_at).max().filter(|_| !is_awaited),
            ..self.times
        };
        whole
    }
}
