//! Moves by hand: submit, transfer out, reject, recompute, fulfil, and gifts added by people.

use super::{cover, leave, moment, places, timing};
use crate::book::Draft;
use crate::command::{FirstPayment, Reply, Undecided};
use domain::{
    Code, OrderId, Refusal, Sku, Violation, limits,
    pool::{
        Candidate, Entered, GiftStrategy, GiftUnit, Hit, Leave, ManualGift, PoolOrder, PresaleRecord, Stage,
        Standing, Timing,
    },
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
        FirstPayment::LostUnconfirmed if loses => return Err(Code::ConfirmationRequired.into()),
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
    reopen(draft, &mut order, Standing::Open);
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
        order.forget(Code::GiftOutOfStock, &entered.strategy_id);
        order.forget(Code::AmountChanged, &entered.strategy_id);
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

/// An order in review goes to the warehouse; not while a gift of it is undecided, unless told so.
pub fn fulfil(draft: &mut Draft<'_>, id: &OrderId, undecided: Undecided) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::Review])?;
    let waits = moment::undecided(draft, &order);
    if let Some(strategy) = waits.filter(|_| undecided == Undecided::Refuse) {
        let message = format!("gift strategy {strategy} has not decided about order {id}");
        return Err(Refusal::with(Code::GiftsUndecided, message));
    }
    close_undecided(draft, &order);
    order.go(Stage::Fulfilment, draft.now);
    Ok(done(draft, order))
}

/// What the warehouse has gets no more gifts by itself.
fn close_undecided(draft: &mut Draft<'_>, order: &PoolOrder) {
    for entered in &order.entered {
        let Some(candidate) = draft.candidate(entered.run, &entered.key) else { continue };
        let code = match (candidate.standing, candidate.code) {
            (Standing::Open | Standing::Held, _) => Code::GiftsUndecided,
            // It would be judged again when the buyer's earlier order goes.
            (Standing::Nothing, Some(Code::OncePerBuyer)) => Code::WrongStage,
            (Standing::Nothing | Standing::Waiting | Standing::Given | Standing::Void, _) => continue,
        };
        let (standing, code) = (Standing::Nothing, Some(code));
        draft.put_candidate(entered.run, Candidate { standing, code, ..candidate });
    }
}

/// Adds a gift by hand, for an exception or out of goodwill; a recompute keeps it (A-S4-7, A-S4-10).
pub fn add_gift(
    draft: &mut Draft<'_>,
    id: &OrderId,
    gift: &GiftUnit,
    reason: &str,
) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::PresalePool, Stage::Review])?;
    let mut found = Vec::new();
    if gift.quantity == 0 || gift.quantity > limits::GIFT_QUANTITY {
        let message = format!("1 to {} units", limits::GIFT_QUANTITY);
        found.push(Violation::with("quantity", Code::OutOfRange, message));
    }
    if reason.trim().is_empty() || reason.chars().count() > limits::NAME_CHARS {
        found.push(Violation::with(
            "reason",
            Code::TooLongText,
            format!("1 to {} characters", limits::NAME_CHARS),
        ));
    }
    Refusal::from_violations(Code::InvalidValue, found)?;
    if order.manual.len() >= limits::MANUAL_GIFTS {
        return Err(Refusal::with(Code::LimitReached, format!("{} gifts by hand", limits::MANUAL_GIFTS)));
    }
    if !places::reserve(draft, std::slice::from_ref(gift)) {
        return Err(Code::GiftOutOfStock.into());
    }
    let GiftUnit { sku, quantity } = gift.clone();
    order.manual.push(ManualGift { sku, quantity, reason: reason.to_owned(), at: draft.now });
    order.dismiss(Some(Code::LateEarlierOrder));
    Ok(done(draft, order))
}

/// Takes back what people added of a gift; not what the warehouse has.
pub fn remove_gift(draft: &mut Draft<'_>, id: &OrderId, sku: &Sku) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::ShopOrder, Stage::PresalePool, Stage::Review])?;
    let (gone, kept): (Vec<_>, Vec<_>) = order.manual.into_iter().partition(|gift| gift.sku == *sku);
    if gone.is_empty() {
        return Err(Refusal::with(Code::NotFound, format!("nobody added {sku} to order {id}")));
    }
    order.manual = kept;
    for gift in gone {
        places::return_stock(draft, &gift.sku, gift.quantity);
    }
    Ok(done(draft, order))
}

/// People have looked at what is listed of an order and leave it as it is.
pub fn dismiss(draft: &mut Draft<'_>, id: &OrderId) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, Stage::ALL)?;
    order.dismiss(None);
    Ok(done(draft, order))
}

fn at_stage(draft: &Draft<'_>, id: &OrderId, stages: &[Stage]) -> Result<PoolOrder, Refusal> {
    draft.shop_row()?;
    let order = draft.pool_order(id)?;
    if stages.contains(&order.stage) {
        return Ok(order);
    }
    let wanted: Vec<_> = stages.iter().map(|stage| stage.as_str()).collect();
    let message = format!("order {id} is in stage {}, not in {}", order.stage.as_str(), wanted.join(" or "));
    Err(Refusal::with(Code::WrongStage, message))
}

fn done(draft: &mut Draft<'_>, order: PoolOrder) -> Reply {
    let body = serde_json::json!({ "order_id": order.order_id, "stage": order.stage });
    draft.publish("pool_order.moved", order.order_id.as_str(), &body);
    draft.put_pool_order(order.clone());
    Reply::PoolOrder { order: Box::new(order) }
}
