//! Refunds that end their order: those of a deposit (A-S1-20).

use super::{free, life};
use crate::book::Draft;
use crate::follow;
use domain::{
    Code, Instant, PaymentId, RefundId, Refusal, Violation,
    order::{self, CancelReason, Order, Refund, RefundAsk, RefundStatus, State},
    sentence,
};

/// What a refund that has happened is of beside the others, with its figures.
pub fn judge(order: &Order, refund: &Refund) -> Result<Refund, Refusal> {
    judge_by(order, refund, order::whose)
}

/// The same of one that is asked for here: it takes nothing of what is promised.
pub fn judge_asked(order: &Order, refund: &Refund) -> Result<Refund, Refusal> {
    judge_by(order, refund, order::whose_beside_promises)
}

fn judge_by(
    order: &Order,
    refund: &Refund,
    whose: fn(&Order) -> Vec<Result<Refund, Refusal>>,
) -> Result<Refund, Refusal> {
    if refund.ask.amount.is_some_and(|amount| !amount.is_positive()) {
        return Err(Refusal::of(Violation::with("amount", Code::OutOfRange, "an amount above zero")));
    }
    let mut tried = order.clone();
    let index = put(&mut tried, refund.clone());
    whose(&tried).swap_remove(index)
}

/// Lines must come to the money that went back.
pub fn same_money(known: &Refund, judged: &Refund) -> Result<(), Refusal> {
    if judged.total() == known.total() {
        return Ok(());
    }
    let detail = sentence![known.total(), " went back, those lines come to ", judged.total()];
    Err(Refusal::with(Code::IdempotencyConflict, detail))
}

/// Puts a refund in the place of what is known of it; its place.
pub fn put(order: &mut Order, refund: Refund) -> usize {
    let position = order.refunds.iter().position(|known| known.refund_id == refund.refund_id);
    match position {
        Some(index) => order.refunds[index] = refund,
        None => order.refunds.push(refund),
    }
    position.unwrap_or(order.refunds.len() - 1)
}

/// Where an order goes back to that the refund ended, if it did.
pub fn ended(before: State, now: State) -> Option<State> {
    (before != now).then_some(State::Open)
}

/// A refund of the deposit ends the order: what is sold no more is not paid for either. Nothing happens to an order
/// whose balance came before; `ends` is up to when one counts as before.
pub fn end_for_deposit(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &RefundId,
    ask: &RefundAsk,
    (at, ends): (Instant, Option<Instant>),
) -> Result<(), Refusal> {
    let Some(ends) = ends else { return Ok(()) };
    // Refused, it changes nothing.
    let mut tried = order.clone();
    tried.cancel(ends, CancelReason::Merchant)?;
    let refund = Refund::told(id.clone(), ask.clone(), None, at);
    judge(&tried, &Refund { status: RefundStatus::Approved, ..refund })?;
    life::cancel_by(draft, order, at, ends, CancelReason::Merchant).map(drop)
}

/// An order stands as what happened has it, whatever was heard first (A-G-8): a refund that turned out to be of its
/// deposit ends it, as if that had been known when it was told of (A-S1-20); one that turned out to be of something else
/// does not, and the money that was refused for it is taken. One that turned out not to give back what a cancellation had
/// found given back leaves that to the cancellation (A-G-14).
pub fn stand(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    free::keep_called_off(draft, order)?;
    order.forget_told_end();
    let Some(stood) = order::stood(order, draft.now) else { return Ok(()) };
    let ended_by = stood.ended_by.as_ref();
    let told_at = ended_by.and_then(|id| order.refunds.iter().find(|refund| refund.refund_id == *id));
    let told_at = told_at.map(Refund::granted_since);
    let before = order.state;
    let taken: Vec<PaymentId> =
        stood.taken_after_all(order).into_iter().map(|late| late.payment_id.clone()).collect();
    if stood.goes_on_after(before) {
        life::reopen(draft, order);
    }
    for payment in &taken {
        life::take_after_all(draft, order, payment);
    }
    if let State::Cancelled { at, reason } = stood.order.state
        && order.state != stood.order.state
    {
        life::cancel_by(draft, order, told_at.unwrap_or(at), at, reason)?;
    }
    order.note_ended_by(ended_by);
    if order.state != before {
        let at = told_at.unwrap_or(draft.now);
        follow::money(draft, order, at);
    }
    Ok(())
}
