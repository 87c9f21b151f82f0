//! Refunds: computed from stored shares, booked when the money went back (A-S0-22).

use super::{books, life};
use crate::book::Draft;
use crate::command::Reply;
use crate::follow;
use domain::{
    Code, Instant, OrderId, RefundId, Refusal,
    campaign::Step,
    event::RefundFacts,
    order::{self, CancelReason, Figures, Order, Refund, RefundAsk, RefundStatus, State},
};

/// The merchant refunds: approved at once, booked with it.
pub fn create(
    draft: &mut Draft<'_>,
    order: &OrderId,
    id: &RefundId,
    ask: &RefundAsk,
) -> Result<Reply, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no order {order}"));
    draft.shop()?;
    let mut order = draft.order(order).ok_or_else(missing)?;
    if let Some(known) = order.refunds.iter().find(|refund| refund.refund_id == *id) {
        let same = known.ask == *ask;
        return if same {
            Ok(Reply::Refund { refund: known.clone() })
        } else {
            Err(Code::IdempotencyConflict.into())
        };
    }
    let before = follow::Before::of(draft, &order);
    close_for_deposit(draft, &mut order, id, ask, draft.now)?;
    let mut refund = order::refund(&order, id, ask.clone(), draft.now)?;
    refund.answered = true;
    books::note(draft, &mut order, "refund.approved", &refund, draft.now);
    order.refunds.push(refund.clone());
    let step = Step { before: Some(order.state), at: draft.now };
    follow::step(draft, &mut order, step)?;
    books::refund(draft, &mut order, &refund);
    books::align(draft, &mut order);
    follow::whole(draft, order, before);
    Ok(Reply::Refund { refund })
}

/// Granted after all is more than rejected: what went back is booked, whatever we heard first.
fn rank(status: RefundStatus) -> u8 {
    match status {
        RefundStatus::Requested => 0,
        RefundStatus::Rejected => 1,
        RefundStatus::Approved => 2,
        RefundStatus::Succeeded => 3,
    }
}

/// A refund event moves its refund forward; one that was not known is computed now. `Ok(false)`
/// when nothing changed. Going backwards (approved after succeeded) only tells the figures, where
/// they were not told yet.
pub fn advance(
    draft: &mut Draft<'_>,
    order: &mut Order,
    facts: &RefundFacts,
    status: RefundStatus,
    at: Instant,
) -> Result<bool, Refusal> {
    let what = match status {
        RefundStatus::Requested => "refund.requested",
        RefundStatus::Approved => "refund.approved",
        RefundStatus::Rejected => "refund.rejected",
        RefundStatus::Succeeded => "refund.succeeded",
    };
    let position = order.refunds.iter().position(|known| known.refund_id == facts.refund_id);
    let known = position.map(|index| order.refunds[index].clone());
    let was_booked = known.as_ref().is_some_and(|known| books::is_booked(known.status));
    let news = known.as_ref().is_none_or(|known| at > known.at);
    if was_booked && status == RefundStatus::Rejected && news {
        return Err(Refusal::with(Code::IdempotencyConflict, "an approved refund cannot be rejected"));
    }
    let (ask, figures) = figures(known.as_ref(), facts, status)?;
    let forward = known.as_ref().is_none_or(|known| rank(known.status) < rank(status));
    let granted = known.as_ref().filter(|_| was_booked).map(Refund::granted_since);
    let granted = [granted, books::is_booked(status).then_some(at)].into_iter().flatten().min();
    if !forward && known.as_ref().is_some_and(|known| known.figures == figures) {
        return Ok(grant_earlier(draft, order, position, granted));
    }
    let mut refund = match &known {
        Some(known) if was_booked && known.ask == ask => known.clone(),
        Some(known) if was_booked => books::correct(draft, order, known, ask)?,
        Some(_) | None => {
            if books::is_booked(status) {
                close_for_deposit(draft, order, &facts.refund_id, &ask, at)?;
            }
            order::refund(order, &facts.refund_id, ask, at)?
        }
    };
    (refund.status, refund.at) = match &known {
        Some(known) if !forward => (known.status, known.at),
        Some(_) | None => (status, at),
    };
    refund.figures = figures;
    if let Some(granted) = granted {
        refund.grant_since(granted);
    }
    books::note(draft, order, what, &refund, at);
    match position {
        Some(index) => order.refunds[index] = refund.clone(),
        None => order.refunds.push(refund.clone()),
    }
    if books::is_booked(status) && !was_booked {
        follow::step(draft, order, Step { before: Some(order.state), at })?;
        books::refund(draft, order, &refund);
    }
    books::align(draft, order);
    Ok(true)
}

/// A refund that was heard of before its approval was granted by it all the same: it counts from then on.
fn grant_earlier(
    draft: &mut Draft<'_>,
    order: &mut Order,
    position: Option<usize>,
    granted: Option<Instant>,
) -> bool {
    let known = position.and_then(|index| order.refunds.get_mut(index)).filter(|known| known.is_live());
    let (Some(known), Some(granted)) = (known, granted) else { return false };
    if granted >= known.granted_since() {
        return false;
    }
    known.grant_since(granted);
    books::align(draft, order);
    true
}

/// The figures of a refund: those that were granted stand before those that were asked for, and these
/// before none, whatever was heard first (A-G-8). Granted figures stay: others are a conflict.
fn figures(
    known: Option<&Refund>,
    facts: &RefundFacts,
    status: RefundStatus,
) -> Result<(RefundAsk, Figures), Refusal> {
    let says_nothing = facts.lines.is_empty() && facts.amount.is_none();
    let told = match status {
        _ if says_nothing => Figures::Assumed,
        RefundStatus::Requested | RefundStatus::Rejected => Figures::Asked,
        RefundStatus::Approved | RefundStatus::Succeeded => Figures::Granted,
    };
    let fault = known.and_then(|known| known.ask.fault);
    let ask = RefundAsk { lines: facts.lines.clone(), amount: facts.amount, fault };
    let Some(known) = known else { return Ok((ask, told)) };
    // Until it is granted nobody has granted its figures, whatever an older file says.
    let so_far =
        if books::is_booked(known.status) { known.figures } else { known.figures.min(Figures::Asked) };
    let figures = so_far.max(told);
    // An amount that is what was known anyway says nothing against the lines that it was made of.
    if told > so_far && facts.amount != Some(known.amount) {
        return Ok((ask, figures));
    }
    if told <= so_far && books::is_booked(known.status) && !says_nothing {
        same_refund(known, facts)?;
    }
    Ok((known.ask.clone(), figures))
}

/// A booked refund keeps its amount: an event that names another one is a conflict, never a footnote.
fn same_refund(known: &Refund, facts: &RefundFacts) -> Result<(), Refusal> {
    let same_ask = known.ask.lines == facts.lines && known.ask.amount == facts.amount;
    let same_amount = facts.amount == Some(known.amount);
    if same_ask || same_amount {
        return Ok(());
    }
    let detail = format!("refund {} is booked with {}", known.refund_id, known.amount);
    Err(Refusal::with(Code::IdempotencyConflict, detail))
}

/// A refund of the deposit ends the order, as of that moment: what is sold no more is not paid for
/// either. Nothing happens to an order whose balance came before.
fn close_for_deposit(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &RefundId,
    ask: &RefundAsk,
    at: Instant,
) -> Result<(), Refusal> {
    let open = match order.state {
        State::Open => true,
        // A balance that came after the refund, though it was heard of first.
        State::Paid { at: paid_at } => order.deposit_paid_at.is_some() && at < paid_at,
        State::Cancelled { at: ended, .. } => at < ended,
    };
    if order.presale.is_none() || order.deposit_paid_at.is_none() || !open {
        return Ok(());
    }
    // Refused, it changes nothing.
    let mut tried = order.clone();
    tried.cancel(at, CancelReason::Merchant)?;
    order::refund(&tried, id, ask.clone(), at)?;
    life::cancel(draft, order, at, CancelReason::Merchant).map(drop)
}
