//! Orders leave the pool: for review, or for good.

use super::moment::{self, Opens};
use super::{family, lives_on, places, timing};
use crate::book::Draft;
use domain::{
    Instant,
    pool::{Leave, PoolOrder, Stage, Timing},
};

/// Lets an order leave the pool when its strategy is activated and it is fully paid (A-S4-2).
pub fn leave_if_due(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if order.stage != Stage::PresalePool {
        return;
    }
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    let Some(record) = record.filter(|record| record.activated_at.is_some()) else { return };
    order.list_stages(true, draft.now);
    if let Some(at) = order.activates_at(record.strategy.activation_at) {
        leave(draft, order, Leave::Activated, at.min(draft.now));
    }
}

/// An order leaves the pool for review; gifts run if it is their moment (S4-R09..R11).
pub fn leave(draft: &mut Draft<'_>, order: &mut PoolOrder, how: Leave, at: Instant) {
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    let is_activated = record.is_some_and(|record| record.activated_at.is_some());
    let is_late = how == Leave::ByHand && is_activated;
    order.left = Some(if is_late { Leave::ByHandLater } else { how });
    order.go(Stage::Review, at);
    places::follow(draft, order);
    let runs_now = match timing(draft, order) {
        Timing::ToReview | Timing::TransferOut => true,
        Timing::TransferInAndOut => !moment::has_hit(draft, order),
        Timing::TransferIn => false,
        Timing::Activation => {
            if how == Leave::ByHand && !is_activated {
                moment::close_open(draft, order);
            }
            false
        }
    };
    if runs_now {
        moment::judge_order(draft, order, Opens::All);
    }
    moment::wake_walks(draft, order);
}

/// Closes an order: its places are given up, its gifts go back (A-S4-16).
pub fn close(draft: &mut Draft<'_>, order: &mut PoolOrder, at: Instant) {
    family::leave_all(draft, order);
    for entered in order.entered.clone() {
        places::leave(draft, order, &entered);
    }
    lives_on::take_back(draft, order);
    order.exceptions.clear();
    order.go(Stage::Closed, at.min(draft.now));
}
