//! Orders with nothing left to pay, and their cancellation (A-G-14).
//!
//! Always holds: such an order is paid by its own times, so it does not matter whether its timer, its placing or a
//! `payment.succeeded` of 0 was first.

use super::{attempts, books, refund_books};
use crate::book::Draft;
use crate::follow;
use domain::{
    Instant, Refusal,
    campaign::Step,
    event::PaymentSucceeded,
    order::{self, CalledOff, CancelReason, Order, Payment, RefundStatus, Stage, State, TimelineEntry},
};
use serde_json::json;

/// Pays an order of which nothing was left to pay by that moment. `false` when it is none.
pub fn settle(draft: &mut Draft<'_>, order: &mut Order, by: Instant) -> Result<bool, Refusal> {
    let Some(at) = order.free_at().filter(|at| *at <= by) else { return Ok(false) };
    let (before, payment) = (order.state, Payment::of_nothing(order.last_stage(), at));
    let id = payment.payment_id.clone();
    order.pay(payment)?;
    let detail = json!({ "payable": order.payable, "paid": order.paid() });
    draft.note(order, TimelineEntry::new(at, "payment.not_needed").detail(detail));
    attempts::close_attempts(draft, order, &id, None, at);
    follow::step(draft, order, Step { before: Some(before), at })?;
    books::settle(draft, order);
    Ok(true)
}

/// Whether a payment says no more than is known: that nothing was left to pay.
pub fn is_told_again(order: &Order, paid: &PaymentSucceeded, at: Instant) -> bool {
    let known = order.paid_by().filter(|known| known.amount.is_zero());
    let is_last = paid.amount.is_zero() && paid.stage != Stage::Deposit;
    let says_it = |known: &Payment| known.is_of_nothing() || known.at <= at;
    matches!(order.state, State::Paid { .. }) && is_last && known.is_some_and(says_it)
}

/// An order that has cost nothing is cancelled: what is left of it goes back as in a full refund. `Ok(false)` when that was
/// known; of two cancellations the earlier stands.
pub fn call_off(
    draft: &mut Draft<'_>,
    order: &mut Order,
    at: Instant,
    reason: CancelReason,
) -> Result<bool, Refusal> {
    let told = CalledOff { at, reason };
    if order.called_off.is_some_and(|known| known <= told) {
        return Ok(false);
    }
    let is_new = order.called_off.replace(told).is_none();
    note_cancelled(draft, order, at, reason);
    if !is_new {
        let id = Order::cancellation_refund().0;
        order.refunds.iter_mut().filter(|refund| refund.refund_id == id).for_each(|refund| refund.at = at);
        return Ok(true);
    }
    let step = Step { before: Some(order.state), at };
    give_back(draft, order, step)?;
    publish_cancelled(draft, order, reason);
    Ok(true)
}

/// A cancellation of an order that has cost nothing stands, whatever its refunds turn out to be of: what one of them does
/// not give back after all goes back with the cancellation (A-G-14).
pub fn keep_called_off(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    let Some(told) = order.called_off.filter(|_| order.has_cost_nothing()) else { return Ok(()) };
    let id = Order::cancellation_refund().0;
    if order.refunds.iter().any(|refund| refund.refund_id == id) {
        return Ok(());
    }
    let step = Step { before: Some(order.state), at: told.at };
    give_back(draft, order, step)
}

/// What is left of the order goes back with its cancellation.
fn give_back(draft: &mut Draft<'_>, order: &mut Order, step: Step) -> Result<(), Refusal> {
    let ((id, ask), at) = (Order::cancellation_refund(), step.at);
    if !order.is_refunded() {
        let mut refund = order::refund(order, &id, ask, at)?;
        refund.status = RefundStatus::Succeeded;
        refund_books::note(draft, order, "refund.succeeded", &refund, at);
        order.refunds.push(refund.clone());
        follow::step(draft, order, step)?;
        refund_books::book(draft, order, &refund);
        books::align(draft, order);
    }
    Ok(())
}

/// Notes a cancellation.
pub fn note_cancelled(draft: &mut Draft<'_>, order: &mut Order, at: Instant, reason: CancelReason) {
    let detail = json!({ "reason": reason });
    draft.note(order, TimelineEntry::new(at, "order.cancelled").detail(detail));
}

/// Tells of a cancellation.
pub fn publish_cancelled(draft: &mut Draft<'_>, order: &Order, reason: CancelReason) {
    let body = json!({ "order_id": order.order_id, "reason": reason });
    draft.publish("order.cancelled", order.order_id.as_str(), &body);
}
