//! Which presale strategy covers an order.

use crate::book::Draft;
use domain::{PresaleStrategyId, pool::PoolOrder};

/// The presale strategy that covers an order now: the one that activates first, then the smaller id.
pub fn cover(draft: &Draft<'_>, order: &PoolOrder) -> Option<PresaleStrategyId> {
    let row = draft.pool_row().ok()?;
    let covering = row.presales.values().filter(|record| record.strategy.covers(order, draft.now));
    let first = covering.min_by_key(|record| (record.strategy.activation_at, &record.strategy.strategy_id));
    first.map(|record| record.strategy.strategy_id.clone())
}

/// Has an order covered by the strategy of now; not while a rank was decided for it under another one.
pub fn cover_again(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    let is_ranked = order.entered.iter().any(|entered| {
        let candidate = draft.candidate(entered.run, &entered.key);
        candidate.is_some_and(|candidate| candidate.standing.is_judged() && candidate.rank.is_some())
    });
    if !(is_ranked && order.presale_strategy.is_some()) {
        order.presale_strategy = cover(draft, order);
    }
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    order.opens_by_strategy = record.and_then(|record| record.strategy.balance_opens_at);
}
