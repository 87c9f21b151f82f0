//! What happens to an order: paid, cancelled, and what that means for its offer, coupon, push,
//! books and customer. Shared by events, timers and the cashier.

use crate::draft::{Count, Draft};
use crate::rows::TimelineEntry;
use domain::{
    Code, CouponId, Instant, PaymentId, Refusal,
    campaign::recovery,
    coupon::{Bind, Coupon, CouponStatus},
    event::PaymentSucceeded,
    ledger,
    message::{self, Channel, Kind, Message, MessageStatus},
    order::{
        CancelOutcome, CancelReason, Method, OfferStatus, Order, Party, PayOutcome, Payment, PaymentStatus,
        RefundStatus, State,
    },
};
use money::Money;
use serde_json::json;

/// The merchant bears the payment coupon (S0-R27).
const COUPON_PARTY: Party = Party::Merchant;

/// Money came in. `Ok(false)` when this payment was known.
pub fn pay(
    draft: &mut Draft<'_>,
    order: &mut Order,
    paid: &PaymentSucceeded,
    at: Instant,
) -> Result<bool, Refusal> {
    if let Some(known) = order.payment(&paid.payment_id).filter(|p| p.status == PaymentStatus::Succeeded) {
        let same = known.amount == paid.amount && known.stage == paid.stage;
        return if same { Ok(false) } else { Err(Code::IdempotencyConflict.into()) };
    }
    let was_cancelled = match order.state {
        State::Paid { .. } => return Err(Code::OrderPaid.into()),
        // In the same instant the payment comes first (A-G-9).
        State::Cancelled { at: ended, .. } if at > ended => {
            return Err(Code::OrderCancelled.into());
        }
        State::Cancelled { .. } => true,
        State::Open => false,
    };
    let coupon = coupon_of(draft, order, paid)?;
    let saving = match &coupon {
        Some(coupon) => draft.check_coupon(coupon, order, paid.method, at).map(|()| coupon.save)?,
        None => Money::ZERO,
    };
    let payment = payment(paid, coupon.as_ref().map(|c| c.coupon_id.clone()), saving, at);
    let outcome = order.pay(payment)?;
    note_payment(draft, order, paid, saving, at);
    if outcome == PayOutcome::DepositPaid {
        return Ok(true);
    }
    let used = coupon.as_ref().map(|c| &c.coupon_id);
    close_attempts(draft, order, &paid.payment_id, used, at);
    if let Some(coupon) = coupon {
        redeem(draft, order, coupon, paid.method, at)?;
    }
    end_recovery(draft, order, at);
    // What was shown between the payment and the news of it is no evidence either.
    if was_cancelled && order.recovery.offer.is_some() {
        let mut standing = draft.standing(&order.customer_id);
        standing.forget_unpaid(&order.order_id);
        draft.put_standing(&order.customer_id.clone(), standing);
    }
    settle(draft, order);
    Ok(true)
}

/// The coupon that a payment used: the one it names, or the one its started attempt holds, unless
/// the full amount came.
fn coupon_of(draft: &Draft<'_>, order: &Order, paid: &PaymentSucceeded) -> Result<Option<Coupon>, Refusal> {
    let started = order.payment(&paid.payment_id);
    let whole = paid.amount == order.payable;
    let held = started.and_then(|p| p.coupon_id.as_ref()).filter(|_| !whole);
    let Some(id) = paid.coupon_id.as_ref().or(held) else {
        return Ok(None);
    };
    let missing = || Refusal::with(Code::NotFound, format!("no coupon {id}"));
    draft.coupon(id).map(Some).ok_or_else(missing)
}

fn payment(paid: &PaymentSucceeded, coupon_id: Option<CouponId>, saving: Money, at: Instant) -> Payment {
    Payment {
        payment_id: paid.payment_id.clone(),
        stage: paid.stage,
        method: paid.method,
        coupon_id,
        amount: paid.amount,
        saving,
        shares: Vec::new(),
        status: PaymentStatus::Succeeded,
        at,
    }
}

fn note_payment(
    draft: &mut Draft<'_>,
    order: &mut Order,
    paid: &PaymentSucceeded,
    saving: Money,
    at: Instant,
) {
    let detail = json!({
        "payment_id": paid.payment_id, "method": paid.method, "amount": paid.amount, "saving": saving,
    });
    draft.note(order, TimelineEntry::new(at, "payment.succeeded").detail(detail));
}

fn redeem(
    draft: &mut Draft<'_>,
    order: &Order,
    mut coupon: Coupon,
    method: Method,
    at: Instant,
) -> Result<(), Refusal> {
    let from = coupon.status;
    coupon.redeem(&order.order_id, at)?;
    let count = Count::Recovered { method, saved: coupon.save, paid: order.paid() };
    draft.count(&coupon.campaign_id.clone(), count);
    draft.publish_coupon("coupon.used", &coupon);
    draft.move_coupon(coupon, from);
    Ok(())
}

/// Ends the other attempts of a paid order and lets go of what they hold.
fn close_attempts(
    draft: &mut Draft<'_>,
    order: &mut Order,
    winner: &PaymentId,
    used: Option<&CouponId>,
    at: Instant,
) {
    let open = |p: &&Payment| p.status == PaymentStatus::Started && p.payment_id != *winner;
    let others: Vec<PaymentId> = order.payments.iter().filter(open).map(|p| p.payment_id.clone()).collect();
    for id in others {
        if let Some(coupon) = order.fail_payment(&id).filter(|coupon| Some(coupon) != used) {
            release(draft, &coupon, &id);
        }
        draft.note(order, TimelineEntry::new(at, "payment.superseded").detail(json!({ "payment_id": id })));
    }
}

/// A payment lets go of the coupon that it holds.
pub fn release(draft: &mut Draft<'_>, coupon: &CouponId, payment: &PaymentId) {
    let Some(mut coupon) = draft.coupon(coupon) else {
        return;
    };
    let from = coupon.status;
    if coupon.unlock(payment) {
        draft.move_coupon(coupon, from);
    }
}

/// The order ended unpaid. `Ok(false)` when that was known; of two cancellations the earlier stands.
pub fn cancel(
    draft: &mut Draft<'_>,
    order: &mut Order,
    at: Instant,
    reason: CancelReason,
) -> Result<bool, Refusal> {
    let (undone, before) = (order.paid_by().cloned(), order.state);
    let outcome = order.cancel(at, reason)?;
    if order.state == before {
        return Ok(false);
    }
    let detail = json!({ "reason": reason });
    draft.note(order, TimelineEntry::new(at, "order.cancelled").detail(detail));
    if let (CancelOutcome::PaymentUndone, Some(payment)) = (outcome, undone) {
        undo(draft, order, &payment, at);
    }
    let had_offer = end_recovery(draft, order, at);
    if had_offer {
        let mut standing = draft.standing(&order.customer_id);
        let before = standing.blocked_until;
        standing.note_unpaid(&order.order_id, at);
        if standing.blocked_until != before {
            let detail = json!({ "until": standing.blocked_until.map(|at| draft.show(at)), "orders": standing.unpaid.len() });
            draft.note(
                order,
                TimelineEntry::new(at, "customer.blocked").code(Code::CustomerBlocked).detail(detail),
            );
        }
        draft.put_standing(&order.customer_id.clone(), standing);
    } else if order.recovery.offer.is_some() {
        // It had ended before its coupon was shown: an earlier note of it goes.
        let mut standing = draft.standing(&order.customer_id);
        standing.forget_unpaid(&order.order_id);
        draft.put_standing(&order.customer_id.clone(), standing);
    }
    if outcome != CancelOutcome::Duplicate {
        let body = json!({ "order_id": order.order_id, "reason": reason });
        draft.publish("order.cancelled", order.order_id.as_str(), &body);
    }
    Ok(true)
}

/// A payment turned out to have come after the cancellation: its books are taken back, and what was
/// refunded of it with them.
fn undo(draft: &mut Draft<'_>, order: &mut Order, payment: &Payment, at: Instant) {
    let entries = ledger::undo_payment(draft.shop_id, order, payment, COUPON_PARTY, at);
    draft.changes().entries.extend(entries);
    for refund in &mut order.refunds {
        refund.status = RefundStatus::Rejected;
    }
    let detail = json!({ "payment_id": payment.payment_id, "amount": payment.amount });
    draft.note(order, TimelineEntry::new(at, "payment.undone").code(Code::OrderCancelled).detail(detail));
    let Some(mut coupon) = payment.coupon_id.as_ref().and_then(|id| draft.coupon(id)) else {
        return;
    };
    let from = coupon.status;
    coupon.void(at);
    let (saved, method) = (payment.saving, payment.method);
    draft.count(&coupon.campaign_id.clone(), Count::Unrecovered { method, saved, paid: payment.amount });
    draft.publish_coupon("coupon.void", &coupon);
    draft.move_coupon(coupon, from);
}

/// Nothing more is to be recovered: the offer is withdrawn, an unused coupon of this order becomes
/// void, the push is called off. Says whether a coupon had been shown before that moment.
fn end_recovery(draft: &mut Draft<'_>, order: &mut Order, at: Instant) -> bool {
    order.recovery.candidates.clear();
    if let Some((id, due_at)) = order.recovery.push.planned.take() {
        record_push(draft, order, &id, due_at, Err(Code::OrderClosed), at);
    }
    let Some(offer) = &mut order.recovery.offer else {
        return false;
    };
    let shown = offer.shown_at < at;
    if offer.status == OfferStatus::Displayed {
        offer.status = OfferStatus::Withdrawn;
    }
    let claimed = offer.coupon_id.clone().and_then(|id| draft.coupon(&id));
    if let Some(mut coupon) = claimed {
        let from = coupon.status;
        let live = matches!(from, CouponStatus::Available | CouponStatus::Locked);
        if live && coupon.bind == Bind::OriginOrder && coupon.void(at) {
            draft.publish_coupon("coupon.void", &coupon);
            draft.move_coupon(coupon, from);
        }
    }
    shown
}

/// Books the payment that closed the order.
fn settle(draft: &mut Draft<'_>, order: &mut Order) {
    let Some(payment) = order.paid_by().cloned() else {
        return;
    };
    let entries = ledger::post_payment(draft.shop_id, order, &payment, COUPON_PARTY);
    let settlement = ledger::settle(&entries);
    draft.changes().entries.extend(entries);
    let body = json!({ "order_id": order.order_id, "settlement": settlement });
    draft.publish("order.settled", order.order_id.as_str(), &body);
}

/// Writes down what became of a push: sent, or suppressed with its reason (S0-R36).
pub fn record_push(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &domain::MessageId,
    due_at: Instant,
    outcome: Result<(), Code>,
    at: Instant,
) -> Option<Message> {
    let campaign_id = order.recovery.offer.as_ref().map(|offer| offer.campaign_id.clone())?;
    let (status, code) = match outcome {
        Ok(()) => (MessageStatus::Sent, None),
        Err(code) => (MessageStatus::Suppressed, Some(code)),
    };
    let count = code.map_or(Count::Pushed, Count::Suppressed);
    draft.count(&campaign_id, count);
    let message =
        Message { status, code, sent_at: code.is_none().then_some(at), ..push(draft, order, id, due_at)? };
    let what = if code.is_none() { "push.sent" } else { "push.suppressed" };
    let mut entry = TimelineEntry::new(at, what).campaign(&campaign_id);
    entry.code = code;
    draft.note(order, entry);
    draft.changes().messages.push(message.clone());
    Some(message)
}

/// The planned push of an order, as a message.
pub fn push(draft: &Draft<'_>, order: &Order, id: &domain::MessageId, due_at: Instant) -> Option<Message> {
    let campaign_id = order.recovery.offer.as_ref().map(|offer| offer.campaign_id.clone())?;
    Some(Message {
        message_id: id.clone(),
        shop_id: draft.shop_id.clone(),
        order_id: order.order_id.clone(),
        customer_id: order.customer_id.clone(),
        campaign_id,
        kind: Kind::PaymentReminder,
        channel: Channel::Push,
        status: MessageStatus::Planned,
        code: None,
        due_at,
        sent_at: None,
        link: message::order_link(draft.shop_id, &order.order_id),
    })
}

/// Compares a just-placed order with the shop's campaigns.
pub fn cover(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    let row = draft.shop_row()?;
    let live =
        row.campaigns.iter().filter_map(|row| recovery::Live::in_force(&row.campaign, order.placed_at));
    let covered = recovery::cover(order, live);
    for candidate in &covered.candidates {
        draft.count(&candidate.campaign_id, Count::Covered);
    }
    for withheld in &covered.withheld {
        draft.count(&withheld.campaign_id, Count::Withheld(withheld.code));
        let entry = TimelineEntry::new(draft.now, "offer.withheld");
        let mut entry = entry.code(withheld.code).campaign(&withheld.campaign_id);
        entry.detail = withheld.shortfall.map(|shortfall| json!({ "shortfall": shortfall }));
        draft.note(order, entry);
    }
    order.recovery.candidates = covered.candidates;
    order.recovery.withheld = covered.withheld;
    Ok(())
}
