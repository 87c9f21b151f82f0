//! Orders move on by themselves: when the activation time is reached and the balance is paid (S4-R04).

use super::keys::pass_key;
use super::moment::{self, Opens};
use super::{moves, places, take, timing};
use crate::book::Draft;
use domain::{
    Instant, OrderId, PresaleStrategyId, Refusal,
    pool::{Leave, Pass, PassKind, PoolOrder, PresaleRecord, Stage, Standing, Timing},
};

/// A step of a presale strategy's pass: over its orders in the order of their ids.
pub fn pass(draft: &mut Draft<'_>, id: &PresaleStrategyId) -> Result<(), Refusal> {
    let row = draft.pool_row()?;
    let Some(known) = draft.presale(id) else { return Ok(()) };
    let mut record = PresaleRecord::clone(&known);
    let key = pass_key(row, draft.shop_id, id);
    let Some(key) = key.filter(|key| draft.pool_facts().knows_page(key)) else {
        // Another decision of this batch has set a pass: its orders are looked up in the next one.
        draft.put_presale(record);
        return Ok(());
    };
    let kind = key.kind;
    let begins = kind == PassKind::Activate && record.activated_at.is_none();
    if begins {
        if record.strategy.activation_at > draft.now {
            return Ok(());
        }
        record.activated_at = Some(draft.now);
        // The orders of this step are moved by the record as it is now.
        draft.put_presale(record.clone());
        open_runs(draft, &record);
    }
    let orders = draft.page(&key);
    for order_id in orders {
        let Some(mut order) = draft.find_pool_order(order_id) else { continue };
        let before = order.clone();
        match kind {
            PassKind::Activate => leave_if_due(draft, &mut order),
            PassKind::Rerun => run_again(draft, &mut order),
            PassKind::Cover => {
                take::cover_again(draft, &mut order);
                places::follow(draft, &mut order);
            }
            PassKind::Judge => {
                moment::judge_order(draft, &mut order, Opens::None);
            }
        }
        if order != before {
            draft.put_pool_order(order);
        }
    }
    // Orders that went in again were counted.
    let now = draft.presale(id).unwrap_or(known);
    record.entered = now.entered;
    let goes_on = orders.len() == key.limit;
    let pass = now.pass.clone().unwrap_or(Pass::new(kind));
    record.pass =
        if goes_on { Some(Pass { kind, after: orders.last().cloned(), ..pass }) } else { pass.next() };
    if begins || !goes_on {
        let body = serde_json::json!({ "strategy_id": id, "step": kind, "done": !goes_on });
        draft.publish("presale_strategy.pass", id.as_str(), &body);
    }
    draft.put_presale(record);
    Ok(())
}

/// Has a strategy's orders judged again where a gift of theirs is open; after the pass that is under way.
pub fn judge_again(draft: &mut Draft<'_>, id: &PresaleStrategyId) {
    let Some(known) = draft.presale(id) else { return };
    let pass = Some(Pass::judge(known.pass.as_ref()));
    draft.put_presale(PresaleRecord { pass, ..PresaleRecord::clone(&known) });
}

/// The activation time is reached: the gift strategies of that timing begin (S4-R05).
fn open_runs(draft: &mut Draft<'_>, record: &PresaleRecord) {
    if record.strategy.timing != Timing::Activation {
        return;
    }
    for gift in &record.strategy.gift_strategies {
        if let Some(mut run) = draft.run(gift) {
            run.opened_at = Some(draft.now);
            run.wake_at = Some(draft.now);
            draft.put_run(run);
        }
    }
}

/// Lets an order leave the pool when its strategy is activated and it is fully paid (A-S4-2).
pub fn leave_if_due(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if order.stage != Stage::PresalePool {
        return;
    }
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    let Some(record) = record.filter(|record| record.activated_at.is_some()) else { return };
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
    take::wake_walks(draft, order);
}

/// An order goes back and in again, into the strategies' new runs (S4-R06). What the warehouse has is
/// what it has: it keeps its place and its gifts.
fn run_again(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if order.stage == Stage::Fulfilment {
        carry_over(draft, order);
        return;
    }
    // Their new runs find anew what people must look at.
    order.exceptions.clear();
    order.settled.clear();
    if order.stage == Stage::ShopOrder {
        take::cover_again(draft, order);
        places::follow(draft, order);
        return;
    }
    moves::send_back(draft, order);
    moves::enter_pool(draft, order);
}

fn carry_over(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    for entered in order.entered.clone() {
        let Some(mut run) = draft.run(&entered.strategy_id).filter(|run| run.number != entered.run) else {
            continue;
        };
        let Some(mut candidate) = draft.candidate(entered.run, &entered.key) else { continue };
        draft.remove_candidate(entered.run, &entered.key);
        // Its rank was one of the earlier run.
        candidate.rank = None;
        if candidate.standing != Standing::Given {
            // Without a gift it takes nobody's place.
            order.entered.retain(|known| *known != entered);
            continue;
        }
        run.given += 1;
        run.candidates += 1;
        draft.put_candidate(run.number, candidate);
        if let Some((_, strategy)) = draft.run_of(&entered.strategy_id) {
            places::note_buyer(draft, &run, &strategy, (&order.customer_id, entered.key.clone()));
        }
        for known in order.entered.iter_mut().filter(|known| **known == entered) {
            // Its gifts are those of the version that gave them.
            known.run = run.number;
        }
        draft.put_run(run);
    }
}

/// The time to pay the balance is over: the order closes (A-S4-16).
pub fn balance_closed(draft: &mut Draft<'_>, id: &OrderId) {
    let Some(mut order) = draft.find_pool_order(id) else { return };
    if let Some(closes) = order.wake_at().filter(|closes| *closes <= draft.now) {
        take::close(draft, &mut order, closes);
        draft.put_pool_order(order);
    }
}
