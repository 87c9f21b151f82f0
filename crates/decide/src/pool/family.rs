//! Orders that were split from one: of each strategy one child holds the place of their parent (A-S4-24).
//!
//! Always holds: what was given goes with the child that leaves first; a child that closes leaves its places to
//! another one that is still here; whatever happens to a child is brought to the others (`families`).

use crate::book::Draft;
use domain::{
    Code, GiftStrategyId, OrderId, Refusal, Violation,
    pool::{Candidate, Entered, GiftStrategy, PoolOrder, Run, Stage, Standing},
};
use std::collections::BTreeSet;

/// The other children of the order's parent.
pub fn siblings(draft: &Draft<'_>, order: &PoolOrder) -> Vec<PoolOrder> {
    let Some(parent) = &order.parent_id else { return Vec::new() };
    let known = draft.pool_facts().family(&(draft.shop_id.clone(), parent.clone()));
    let own = draft.pool_changes().orders.iter();
    let own = own.filter(|other| other.parent_id.as_ref() == Some(parent)).map(|other| &other.order_id);
    let ids: BTreeSet<OrderId> =
        known.iter().chain(own).filter(|id| **id != order.order_id).cloned().collect();
    ids.iter().filter_map(|id| draft.find_pool_order(id)).collect()
}

/// The order as its parent stands.
pub fn whole(draft: &Draft<'_>, order: &PoolOrder) -> PoolOrder {
    order.together(&siblings(draft, order))
}

/// The children of a parent are one buyer's.
pub fn check(draft: &Draft<'_>, order: &PoolOrder) -> Result<(), Refusal> {
    let others = siblings(draft, order);
    let Some(other) = others.iter().find(|other| other.customer_id != order.customer_id) else {
        return Ok(());
    };
    let message = format!("order {}, split from the same parent, is another buyer's", other.order_id);
    Refusal::from_violations(
        Code::InvalidValue,
        vec![Violation::with("parent_id", Code::InvalidValue, message)],
    )
}

/// Whether a place in a run is the order's to take: no child has it, or a gift of an earlier run that the warehouse
/// has sent.
pub fn may_enter(draft: &Draft<'_>, order: &PoolOrder, run: &Run) -> bool {
    let has_it = |other: &PoolOrder| {
        let place = other.place(&run.strategy_id);
        place.is_some_and(|place| {
            place.run == run.number || other.stage == Stage::Fulfilment && is(draft, place, Standing::Given)
        })
    };
    !siblings(draft, order).iter().any(has_it)
}

/// The place of the order, or else of its parent, in a strategy's run.
pub fn place(draft: &Draft<'_>, order: &PoolOrder, strategy: &GiftStrategyId) -> Option<Entered> {
    let own = order.place(strategy).cloned();
    own.or_else(|| siblings(draft, order).iter().find_map(|other| other.place(strategy).cloned()))
}

fn is(draft: &Draft<'_>, place: &Entered, standing: Standing) -> bool {
    draft.candidate(place.run, &place.key).is_some_and(|candidate| candidate.standing == standing)
}

/// What has left with another child is of another tier than the amount reaches now, or was judged too low: people must
/// look.
pub fn list_change(
    draft: &Draft<'_>,
    order: &mut PoolOrder,
    whole: &PoolOrder,
    (run, strategy): (&Run, &GiftStrategy),
) {
    if !strategy.by_amount || order.place(&run.strategy_id).is_some() {
        return;
    }
    let gone = siblings(draft, order).into_iter().filter(|other| other.stage == Stage::Fulfilment);
    let mut places = gone.filter_map(|other| other.place(&run.strategy_id).cloned());
    let sent = places.find_map(|place| {
        let is_judged =
            |known: &Candidate| known.standing == Standing::Given || known.code == Some(Code::BelowThreshold);
        draft.candidate(place.run, &place.key).filter(is_judged)
    });
    let Some(Candidate { tier, .. }) = sent else { return };
    let reached = strategy.tier(whole.goods_paid).and_then(|tier| u16::try_from(tier).ok());
    if reached == tier {
        order.forget(Code::AmountChanged, Some(&run.strategy_id));
    } else {
        order.note_change(&run.strategy_id, reached.map_or(-1, i32::from), draft.now);
    }
}

/// Hands a place over, with all that was decided about it.
fn hand_over(draft: &mut Draft<'_>, from: &mut PoolOrder, to: &mut PoolOrder, entered: &Entered) {
    let Some(candidate) = draft.candidate(entered.run, &entered.key) else { return };
    draft.put_candidate(entered.run, Candidate { order_id: to.order_id.clone(), ..candidate });
    from.entered.retain(|known| known != entered);
    to.entered.push(entered.clone());
    let of_strategy = Some(&entered.strategy_id);
    for (from, to) in [(&mut from.exceptions, &mut to.exceptions), (&mut from.settled, &mut to.settled)] {
        let (its, rest): (Vec<_>, Vec<_>) =
            std::mem::take(from).into_iter().partition(|it| it.strategy_id.as_ref() == of_strategy);
        *from = rest;
        to.retain(|known| known.strategy_id.as_ref() != of_strategy);
        to.extend(its);
    }
}

/// An order takes over what its siblings hold of the kind that is wanted.
fn take_over(draft: &mut Draft<'_>, order: &mut PoolOrder, wanted: impl Fn(Standing, &PoolOrder) -> bool) {
    for mut other in siblings(draft, order).into_iter().filter(PoolOrder::is_here) {
        let before = other.entered.len();
        for entered in other.entered.clone() {
            let standing = draft.candidate(entered.run, &entered.key).map(|candidate| candidate.standing);
            let is_wanted = standing.is_some_and(|standing| wanted(standing, &other));
            if is_wanted && order.place(&entered.strategy_id).is_none() {
                hand_over(draft, &mut other, order, &entered);
            }
        }
        if other.entered.len() != before {
            draft.put_pool_order(other);
        }
    }
}

/// The order's moment has come: it stands for its parent where nothing has begun.
pub fn gather(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    let presale = order.presale_strategy.clone();
    take_over(draft, order, |standing, other| {
        standing == Standing::Waiting && other.presale_strategy == presale
    });
}

/// Everything of its parent is decided anew with the order.
pub fn gather_all(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    let presale = order.presale_strategy.clone();
    take_over(draft, order, |_, other| other.presale_strategy == presale);
}

/// The order leaves first: what was given to its parent goes with it.
pub fn take_given(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    take_over(draft, order, |standing, _| standing == Standing::Given);
}

/// The order closes: another child that is still here stands for the parent.
pub fn leave_all(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    leave_to_heir(draft, order, |_| true);
}

/// The order goes before its parent's gifts are decided: they come to another child that is still here.
pub fn leave_undecided(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    leave_to_heir(draft, order, |standing| !standing.is_judged() || standing == Standing::Held);
}

fn leave_to_heir(draft: &mut Draft<'_>, order: &mut PoolOrder, left: impl Fn(Standing) -> bool) {
    let heirs = siblings(draft, order).into_iter().filter(PoolOrder::is_here);
    let is_alike = |other: &PoolOrder| other.presale_strategy == order.presale_strategy;
    let heir =
        heirs.filter(is_alike).min_by_key(|other| (!super::is_submitted(other), other.order_id.clone()));
    let Some(mut heir) = heir else { return };
    for entered in order.entered.clone() {
        let standing = draft.candidate(entered.run, &entered.key).map(|candidate| candidate.standing);
        if standing.is_some_and(&left) && heir.place(&entered.strategy_id).is_none() {
            hand_over(draft, order, &mut heir, &entered);
        }
    }
    draft.put_pool_order(heir);
}
