//! The presale pool: orders settle, gifts are decided for the true first N and the right tier (S4).
//!
//! `settings` and `gift_settings` set strategies up; `take` takes downloads in; `flow` follows our own presale
//! orders; `moves` moves orders by hand, `fulfil` out of the last door; `by_hand` adds gifts, `lives_on` keeps them
//! where an order closes and comes back; `activation` moves orders by themselves, a step of a pass at a time, and
//! `passes` is where others ask for one; `cover` says which strategy an order goes by, `leave` how it leaves the
//! pool; `family` and `families` keep together what was split from one order; `places` keeps its places in the rankings; `moment` judges one order at its moment, `walk` a whole
//! ranking; `keys` says which rows all that needs.

mod activation;
mod by_hand;
mod cover;
mod families;
mod family;
mod flow;
mod fulfil;
mod gaps;
mod gift_settings;
mod keys;
mod leave;
mod lives_on;
mod moment;
mod moves;
mod passes;
mod places;
mod settings;
mod take;
mod walk;
mod warnings;

pub use activation::{balance_closed, pass};
pub use by_hand::{add_gift, remove_gift};
pub use families::follow_families;
pub use flow::{as_placed, as_shop_order, follow_orders};
pub use fulfil::{Accepts, fulfil};
pub use gaps::{accept_gaps, note_gap};
pub use gift_settings::put_gift;
pub use keys::{buyers, second_keys};
pub use moves::{dismiss, recompute, reject, submit, transfer_out};
pub use settings::{override_run, put_presale, put_stock, put_watermark, rerun};
pub use take::take;
pub use walk::walk;
pub use warnings::Around;

use crate::book::Draft;
use domain::{
    GiftStrategyId,
    pool::{GiftStrategy, PoolOrder, Run, Stage, Timing},
};
use std::sync::Arc;

/// Candidates, or orders, of one step of a walk or a pass: more gains little, and inputs wait meanwhile.
pub(super) const STEP: usize = 4_096;
/// Orders of one step of a pass; each is looked at with its places.
pub(super) const ORDERS: usize = 512;

/// The gift strategies that an order is judged by, each in the version that it entered under, in the order in which they are judged: those of its
/// presale strategy, or those of none, which may not rank (A-S4-17, A-S4-18).
fn strategies(draft: &Draft<'_>, order: &PoolOrder) -> Vec<(Run, Arc<GiftStrategy>)> {
    let Ok(row) = draft.pool_row() else { return Vec::new() };
    let mut found: Vec<_> = if let Some(id) = &order.presale_strategy {
        let record = draft.presale(id);
        let gifts = record.iter().flat_map(|record| &record.strategy.gift_strategies);
        gifts.filter_map(|id| draft.run_for(id, order)).collect()
    } else {
        let free = row.gifts.keys().filter(|id| row.presale_of(id).is_none());
        let found = free.filter_map(|id: &GiftStrategyId| draft.run_for(id, order));
        found.filter(|(_, strategy)| strategy.first_n.is_none()).collect()
    };
    found.sort_by(|(_, a), (_, b)| {
        let group = a.group.cmp(&b.group);
        group.then_with(
            || if a.goes_before(b) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater },
        )
    });
    found
}

/// When the order's gifts run; without a presale strategy when it reaches review (A-S4-17).
fn timing(draft: &Draft<'_>, order: &PoolOrder) -> Timing {
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    record.map_or(Timing::ToReview, |record| record.strategy.timing)
}

/// Whether the order is where gifts may come to it by themselves.
fn is_submitted(order: &PoolOrder) -> bool {
    matches!(order.stage, Stage::PresalePool | Stage::Review)
}
