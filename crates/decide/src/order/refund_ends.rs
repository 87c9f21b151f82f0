//! Refunds that end their order: those of a deposit (A-S1-20).

use super::{free, life};
use crate::book::Draft;
use crate::follow;
use domain::{
    Code, Instant, RefundId, Refusal, Violation,
    order::{self, CancelReason, Order, Refund, RefundAsk, RefundStatus, State},
};

/// What a refund would be of beside the others, with its figures.
pub fn judge(order: &Order, refund: &Refund) -> Result<Refund, Refusal> {
    if refund.ask.amount.is_some_and(|amount| !amount.is_positive()) {
        return Err(Refusal::of(Violation::with("amount", Code::OutOfRange, "an amount above zero")));
    }
    let mut tried = order.clone();
    let index = put(&mut tried, refund.clone());
    order::whose(&tried).swap_remove(index)
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

/// A refund that turned out to be of the deposit ends its order, as if that had been known when it was told of
/// (A-S1-20). What was answered has ended it then. One that turned out not to give back what a cancellation had found
/// given back leaves that to the cancellation (A-G-14).
pub fn end_for_moved(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    free::keep_called_off(draft, order)?;
    if order.presale.is_none() || !order.has_refused_money() {
        return Ok(());
    }
    let ends = |(index, refund): (usize, &Refund)| {
        let at = refund.granted_since();
        let ends = order.ended_by_refund(&refund.ask, refund.payment_id.as_ref(), at)?;
        (refund.is_booked() && !refund.answered).then_some((ends, at, index))
    };
    let Some((ends, at, index)) = order.refunds.iter().enumerate().filter_map(ends).min() else {
        return Ok(());
    };
    let before = order.state;
    life::cancel_by(draft, order, at, ends, CancelReason::Merchant)?;
    order.refunds[index].ended = ended(before, order.state);
    follow::money(draft, order, at);
    Ok(())
}
