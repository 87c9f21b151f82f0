//! Orders move on by themselves: when the activation time is reached and the balance is paid (S4-R04).

use super::keys::pass_key;
use super::moment::{self, Opens};
use super::{cover, leave, moves, places};
use crate::book::Draft;
use domain::{
    OrderId, PresaleStrategyId, Refusal,
    pool::{Pass, PassKind, PoolOrder, PresaleRecord, Stage, Standing, Timing},
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
            PassKind::Activate => leave::leave_if_due(draft, &mut order),
            PassKind::Rerun => run_again(draft, &mut order),
            PassKind::Cover => {
                cover::cover_again(draft, &mut order);
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
        cover::cover_again(draft, order);
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
        leave::close(draft, &mut order, closes);
        draft.put_pool_order(order);
    }
}
