//! Moves by hand: submit, transfer out, reject, recompute, dismiss.

use super::{cover, family, leave, moment, places, timing};
use crate::book::Draft;
use crate::command::{FirstPayment, Reply};
use domain::{
    Code, OrderId, Refusal,
    pool::{Candidate, Entered, GiftStrategy, Hit, Leave, PoolOrder, PresaleRecord, Stage, Standing, Timing},
};

/// A shop order goes to the pool when a presale strategy covers it, else to review (S4-R15, A-S4-1).
pub fn submit(draft: &mut Draft<'_>, id: &OrderId) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::ShopOrder])?;
    enter_pool(draft, &mut order);
    Ok(done(draft, order))
}

/// What submitting does.
pub fn enter_pool(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    cover::cover_again(draft, order);
    (order.left, order.hit) = (None, Hit::Missed);
    places::follow(draft, order);
    if order.presale_strategy.is_none() {
        order.go(Stage::Review, draft.now);
        moment::judge_order(draft, order, moment::Opens::All);
        return;
    }
    order.go(Stage::PresalePool, draft.now);
    count_in(draft, order);
    match timing(draft, order) {
        Timing::TransferIn | Timing::TransferInAndOut => {
            if moment::judge_order(draft, order, moment::Opens::All) {
                order.hit = Hit::AtTransferIn;
            }
        }
        Timing::Activation => {
            moment::judge_order(draft, order, moment::Opens::All);
        }
        Timing::ToReview | Timing::TransferOut => {}
    }
    moment::wake_walks(draft, order);
    leave::leave_if_due(draft, order);
}

/// What orders have entered under changes by a re-run only (A-S4-13).
fn count_in(draft: &mut Draft<'_>, order: &PoolOrder) {
    let record = order.presale_strategy.as_ref().and_then(|id| draft.presale(id));
    if let Some(record) = record {
        draft.put_presale(PresaleRecord { entered: record.entered + 1, ..PresaleRecord::clone(&record) });
    }
}

/// A pooled order goes to review by hand (S4-R02).
pub fn transfer_out(draft: &mut Draft<'_>, id: &OrderId) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::PresalePool])?;
    leave::leave(draft, &mut order, Leave::ByHand, draft.now);
    Ok(done(draft, order))
}

/// An order goes back to being a shop order. Its times and its places stay (A-S4-11); gifts that do not
/// go by rank are taken back.
pub fn reject(draft: &mut Draft<'_>, id: &OrderId, first_payment: FirstPayment) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::PresalePool, Stage::Review])?;
    let loses = order.times.balance_paid_at.and(order.times.first_paid_at).is_some();
    match first_payment {
        FirstPayment::LostUnconfirmed if loses => {
            return Err(Refusal::with(Code::ConfirmationRequired, "this loses the first-payment time"));
        }
        FirstPayment::LostUnconfirmed | FirstPayment::Lost if loses => order.times.first_paid_at = None,
        FirstPayment::Kept | FirstPayment::LostUnconfirmed | FirstPayment::Lost => {}
    }
    send_back(draft, &mut order);
    places::follow(draft, &mut order);
    Ok(done(draft, order))
}

/// What rejecting does to an order's gifts and stage.
pub fn send_back(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    reopen(draft, order, Standing::Waiting);
    (order.left, order.hit) = (None, Hit::Missed);
    order.go(Stage::ShopOrder, draft.now);
}

/// Decides the automatic gifts of an order in review anew, by its times and amount as they are now. What
/// was decided by rank stands: only a re-run changes it (A-S4-10), but a gift that had run out is tried again.
pub fn recompute(draft: &mut Draft<'_>, id: &OrderId) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::Review])?;
    family::gather_all(draft, &mut order);
    reopen(draft, &mut order, Standing::Open);
    places::renew(draft, &mut order);
    places::follow(draft, &mut order);
    moment::judge_order(draft, &mut order, moment::Opens::ByHand);
    Ok(done(draft, order))
}

/// Takes back what may be decided anew; with its exceptions.
fn reopen(draft: &mut Draft<'_>, order: &mut PoolOrder, standing: Standing) {
    for entered in order.entered.clone() {
        let Some(candidate) = draft.candidate(entered.run, &entered.key) else { continue };
        let record = draft.gift_record(&entered.strategy_id);
        let Some(strategy) = record.and_then(|record| record.version(entered.version).cloned()) else {
            continue;
        };
        if stands(draft, order, (&entered, &candidate), &strategy, standing) {
            continue;
        }
        order.forget(Code::GiftOutOfStock, Some(&entered.strategy_id));
        order.forget(Code::AmountChanged, Some(&entered.strategy_id));
        let mut candidate = places::take_back(draft, &strategy, entered.run, candidate);
        candidate.standing = standing;
        draft.put_candidate(entered.run, candidate);
        if let Some(run) = draft.run(&entered.strategy_id).filter(|run| run.number == entered.run) {
            places::recount(draft, &run, &strategy, &order.customer_id);
        }
    }
}

/// Whether a judgement stands although the order goes back, or is recomputed.
fn stands(
    draft: &Draft<'_>,
    order: &PoolOrder,
    (entered, candidate): (&Entered, &Candidate),
    strategy: &GiftStrategy,
    becomes: Standing,
) -> bool {
    if !candidate.standing.is_judged() {
        return false;
    }
    let ran_out = candidate.code == Some(Code::GiftOutOfStock);
    let recomputed = becomes == Standing::Open;
    let run = draft.run(&entered.strategy_id).filter(|run| run.number == entered.run);
    let by_activation = timing(draft, order) == Timing::Activation;
    // What ran at the activation has been executed: it takes a re-run to do it again (S4-R05).
    let executed = by_activation && run.is_some_and(|run| run.opened_at.is_some());
    match (strategy.first_n, recomputed) {
        (Some(_), true) => !ran_out,
        (Some(_), false) => true,
        // Past its validity a strategy gives nothing: what it gave would be lost.
        (None, true) => {
            let judges = draft.run_of(&entered.strategy_id);
            let works = |it: &GiftStrategy| it.validity.contains(draft.now);
            !judges.map_or(works(strategy), |(_, judges)| works(&judges))
        }
        (None, false) => executed,
    }
}

/// People have looked at what is listed of an order and leave it as it is.
pub fn dismiss(draft: &mut Draft<'_>, id: &OrderId) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, Stage::ALL)?;
    order.dismiss(None);
    Ok(done(draft, order))
}

/// The order, where it stands at one of these stages.
pub(super) fn at_stage(draft: &Draft<'_>, id: &OrderId, stages: &[Stage]) -> Result<PoolOrder, Refusal> {
    draft.shop_row()?;
    let order = draft.pool_order(id)?;
    if stages.contains(&order.stage) {
        return Ok(order);
    }
    let wanted: Vec<_> = stages.iter().map(|stage| stage.as_str()).collect();
    let message = format!("order {id} is in stage {}, not in {}", order.stage.as_str(), wanted.join(" or "));
    Err(Refusal::with(Code::WrongStage, message))
}

/// The order has moved, or was changed: it is written and told.
pub(super) fn done(draft: &mut Draft<'_>, order: PoolOrder) -> Reply {
    let body = serde_json::json!({ "order_id": order.order_id, "stage": order.stage });
    draft.publish("pool_order.moved", order.order_id.as_str(), &body);
    draft.put_pool_order(order.clone());
    Reply::PoolOrder { order: Box::new(order) }
}
