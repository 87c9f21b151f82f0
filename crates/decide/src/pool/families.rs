//! What happens to one child of a split order is brought to the others (A-S4-24).

use super::moment::{self, Opens};
use super::{family, is_submitted, places, take, timing};
use crate::book::Draft;
use domain::{
    OrderId,
    pool::{PoolOrder, Stage, Timing},
};
use std::collections::BTreeMap;

/// Brings to the children of a parent what has happened to one of them.
pub fn follow_families(draft: &mut Draft<'_>) {
    let changed = draft.pool_changes().orders.iter();
    let families: BTreeMap<OrderId, OrderId> =
        changed.filter_map(|order| Some((order.parent_id.clone()?, order.order_id.clone()))).collect();
    for id in families.into_values() {
        let Some(order) = draft.find_pool_order(&id) else { continue };
        let others = family::siblings(draft, &order).into_iter().map(|other| other.order_id);
        let all: Vec<OrderId> = others.chain([id]).collect();
        for child in all {
            let found = draft.find_pool_order(&child).filter(PoolOrder::is_here);
            if let Some(child) = found {
                follow(draft, child);
            }
        }
    }
}

fn follow(draft: &mut Draft<'_>, mut child: PoolOrder) {
    let before = child.clone();
    places::follow(draft, &mut child);
    if is_submitted(&child) {
        let opens = opens(draft, &child, child.entered.len() > before.entered.len());
        moment::judge_order(draft, &mut child, opens);
        moment::wake_walks(draft, &child);
    }
    if child != before {
        draft.put_pool_order(child);
    }
}

/// Whether its moment is now. A place that only a sibling's end made known comes after it has reached review: it is
/// decided at once, where the timing lies there (S4-R10, R11, R27).
fn opens(draft: &Draft<'_>, child: &PoolOrder, is_new: bool) -> Opens {
    let runs = match timing(draft, child) {
        Timing::ToReview | Timing::TransferOut => true,
        Timing::TransferInAndOut => !moment::has_hit(draft, child),
        Timing::TransferIn | Timing::Activation => false,
    };
    let is_late = is_new && child.stage == Stage::Review;
    if runs && is_late { Opens::All } else { take::opens(draft, child) }
}
