//! What happens to an order: paid, cancelled, and what that means for its offer, coupon, push,
//! books and customer. Shared by events, timers and the cashier.

use super::{
    attempts::{close_attempts, held_by_attempts, release},
    books, free,
};
use crate::book::Draft;
use crate::coupon::{course, verdict};
use crate::follow::{self, DepositBooks};
use domain::{
    Code, CouponId, Instant, PaymentId, Refusal,
    campaign::{self, Count, Step},
    coupon::{Coupon, CouponStatus, Lock},
    event::PaymentSucceeded,
    ledger,
    order::{
        BalanceDiscount, COUPON_PARTY, CalledOff, CancelOutcome, CancelReason, Method, Order, PayOutcome,
        Payment, PaymentStatus, Stage, State, TimelineEntry,
    },
};
use money::Money;
use serde_json::json;

/// Money came in. `Ok(false)` when this payment was known; of two accounts of one payment the earlier
/// stands, as of two payments.
pub fn pay(
    draft: &mut Draft<'_>,
    order: &mut Order,
    paid: &PaymentSucceeded,
    at: Instant,
) -> Result<bool, Refusal> {
    let mut payment = payment(order, paid, at);
    let known = order.known_payment(&payment)?;
    if known.is_some_and(|known| known.at <= at) || free::is_told_again(order, paid, at) {
        // Its channel's id may be told after its money (A-S2-16).
        return Ok(order.learn_transaction(paid));
    }
    let again = known.is_some();
    order.check_stage(paid.stage, at)?;
    if again && paid.stage == Stage::Deposit {
        return move_deposit(draft, order, payment, paid);
    }
    if let Some(later) = order.later_deposit(&payment).cloned() {
        return replace_deposit(draft, order, payment, paid, &later);
    }
    payment.discounts = discounts_of(draft, order, paid)?;
    take(draft, order, payment, paid)
}

/// What comes off with a payment.
fn discounts_of(
    draft: &Draft<'_>,
    order: &Order,
    paid: &PaymentSucceeded,
) -> Result<Vec<BalanceDiscount>, Refusal> {
    let scopes = course::scopes(draft, &paid.discounts);
    let discounts = verdict::borne(draft, &paid.discounts, &order.customer_id);
    order.spread_at_balance(&discounts, paid.stage, &scopes)
}

/// Money that was refused is taken after all: what had ended the order did not (A-G-8). What cannot be had any more, as its
/// coupon, leaves it refused.
pub fn take_after_all(draft: &mut Draft<'_>, order: &mut Order, id: &PaymentId) {
    let Some(payment) = order.payment(id).map(Payment::taken) else { return };
    let paid = PaymentSucceeded {
        order_id: order.order_id.clone(),
        payment_id: payment.payment_id.clone(),
        stage: payment.stage,
        method: payment.method,
        amount: payment.amount,
        coupon_id: payment.coupon_id.clone(),
        checkout_id: payment.checkout_id.clone(),
        transaction_id: payment.transaction_id.clone(),
        discounts: payment.discounts.iter().map(|came_off| came_off.discount.clone()).collect(),
    };
    let mut tried = order.clone();
    if take(draft, &mut tried, payment, &paid).is_ok() {
        *order = tried;
    }
}

/// A balance that was refused because there was no deposit is taken, now that there is one.
fn take_late_balances(draft: &mut Draft<'_>, order: &mut Order) {
    let is_balance = |payment: &&Payment| payment.stage == Stage::Balance;
    let mut late: Vec<(Instant, PaymentId)> =
        order.late_payments().filter(is_balance).map(|late| (late.at, late.payment_id.clone())).collect();
    late.sort();
    for (_, id) in &late {
        take_after_all(draft, order, id);
    }
}

/// An order goes on: what had ended it was of something else.
pub fn reopen(draft: &mut Draft<'_>, order: &mut Order) {
    let before = std::mem::replace(&mut order.state, State::Open);
    let at = draft.now;
    draft.note(order, TimelineEntry::new(at, "order.reopened"));
    // Kinds follow as far as they can: an order that goes on is what they know best.
    if campaign::follow(draft, order, Step { before: Some(before), at }).is_err() {
        order.state = before;
    }
}

/// Takes a payment that is not known, or was paid before the one that is.
fn take(
    draft: &mut Draft<'_>,
    order: &mut Order,
    mut payment: Payment,
    paid: &PaymentSucceeded,
) -> Result<bool, Refusal> {
    let at = payment.at;
    let again = order.known_payment(&payment)?.is_some();
    let displaced = order.displaced_by(&payment).cloned();
    let before = order.state;
    match before {
        State::Paid { .. } if displaced.is_none() => return Err(Code::OrderPaid.into()),
        // In the same instant the payment comes first (A-G-9).
        State::Cancelled { at: ended, .. } if at > ended => return Err(Code::OrderCancelled.into()),
        State::Cancelled { .. } | State::Open | State::Paid { .. } => {}
    }
    let used = payment.coupon_id.as_ref();
    let used = used.map(|id| use_coupon(draft, order, id, displaced.as_ref(), paid, at)).transpose()?;
    payment.saving = used.as_ref().map_or(Money::ZERO, |used| used.coupon.save);
    let saving = payment.saving;
    let attempts = held_by_attempts(order);
    let booked = displaced.is_some().then(|| order.clone());
    let outcome = order.pay(payment)?;
    // Nothing is refused from here on. An attempt whose money came without its coupon lets go of it.
    let spent = used.as_ref().map(|used| &used.coupon.coupon_id);
    let unspent = |(id, coupon): &&(_, _)| *id == paid.payment_id && Some(coupon) != spent;
    attempts.iter().filter(unspent).for_each(|(id, coupon)| release(draft, coupon, id));
    if let (Some(later), Some(booked)) = (&displaced, &booked) {
        take_back(draft, order, booked, later, at);
    }
    note_payment(draft, order, paid, saving, at);
    verdict::note_balance(draft, order, &paid.payment_id, &paid.discounts);
    if outcome == PayOutcome::DepositPaid {
        follow::step(draft, order, Step { before: Some(before), at })?;
        take_late_balances(draft, order);
        return Ok(true);
    }
    close_attempts(draft, order, &paid.payment_id, spent, at);
    if let Some(used) = used {
        redeem(draft, order, used, paid.method);
    }
    let deposit = follow::step(draft, order, Step { before: Some(before), at })?;
    books::settle(draft, order);
    if displaced.is_some() || deposit == DepositBooks::TakenBack {
        books::rebook(draft, order);
    }
    if let Some(later) = displaced.filter(|_| !again) {
        note_refused(draft, order, &later, Code::OrderPaid);
    }
    Ok(true)
}

/// A deposit was paid earlier than was thought.
fn move_deposit(
    draft: &mut Draft<'_>,
    order: &mut Order,
    payment: Payment,
    paid: &PaymentSucceeded,
) -> Result<bool, Refusal> {
    let (at, before) = (payment.at, order.state);
    order.pay(payment)?;
    note_payment(draft, order, paid, Money::ZERO, at);
    follow::step(draft, order, Step { before: Some(before), at })?;
    Ok(true)
}

/// Another deposit was paid before the one that was taken: that one goes back, and what was booked is booked anew.
fn replace_deposit(
    draft: &mut Draft<'_>,
    order: &mut Order,
    payment: Payment,
    paid: &PaymentSucceeded,
    later: &Payment,
) -> Result<bool, Refusal> {
    let (at, before) = (payment.at, order.state);
    order.clone().pay(payment.clone())?;
    // Nothing is refused from here on.
    let balance = order.paid_by().cloned();
    if let Some(balance) = &balance {
        let booked = order.clone();
        let entries = ledger::undo_payment(draft.shop_id, order, &booked, balance, COUPON_PARTY, at);
        draft.book(entries);
    }
    let was_booked = books::take_deposit_back(draft, order, at);
    order.pay(payment)?;
    note_payment(draft, order, paid, Money::ZERO, at);
    if balance.is_some() {
        books::settle(draft, order);
    }
    if balance.is_some() || was_booked {
        follow::step(draft, order, Step { before: Some(before), at })?;
        books::rebook(draft, order);
    } else {
        follow::step(draft, order, Step { before: Some(before), at })?;
    }
    note_refused(draft, order, later, Code::OrderPaid);
    Ok(true)
}

/// Money came that the order does not take. It has to go back, so it is kept with the order and
/// written into its timeline, once for each account of it.
pub fn keep_refused(
    draft: &mut Draft<'_>,
    order: &mut Order,
    paid: &PaymentSucceeded,
    at: Instant,
    code: Code,
) {
    let mut payment = payment(order, paid, at);
    // A slip of the pen is told in the refusal; it is nobody's coupon.
    payment.coupon_id = payment.coupon_id.filter(|id| draft.coupon(id).is_some());
    // It may be taken yet, with what comes off.
    payment.discounts = discounts_of(draft, order, paid).unwrap_or_default();
    let coupon = payment.coupon_id.as_ref().filter(|_| paid.stage == Stage::Balance);
    let used = coupon.and_then(|id| use_coupon(draft, order, id, None, paid, at).ok());
    payment.saving = used.map_or(Money::ZERO, |used| used.coupon.save);
    let attempt = order.payment(&paid.payment_id).filter(|p| p.status == PaymentStatus::Started);
    let held = attempt.and_then(|attempt| attempt.coupon_id.clone());
    if !order.keep_late(payment.clone()) {
        return;
    }
    // The attempt is over; its coupon is found again by its name if a corrected amount comes.
    if let Some(coupon) = held {
        release(draft, &coupon, &paid.payment_id);
    }
    note_refused(draft, order, &payment, code);
}

fn note_refused(draft: &mut Draft<'_>, order: &mut Order, payment: &Payment, code: Code) {
    let Payment { payment_id, method, amount, .. } = payment;
    let detail = json!({ "payment_id": payment_id, "method": method, "amount": amount });
    draft.note(order, TimelineEntry::new(payment.at, "payment.refused").code(code).detail(detail));
}

/// The payment that an event tells of, its saving still open. Its coupon is the one it names, or the
/// one its attempt held, unless the full amount came.
fn payment(order: &Order, paid: &PaymentSucceeded, at: Instant) -> Payment {
    let whole = paid.amount == order.payable;
    let held = order.payment(&paid.payment_id).and_then(Payment::held_coupon).filter(|_| !whole);
    Payment {
        payment_id: paid.payment_id.clone(),
        stage: paid.stage,
        method: paid.method,
        coupon_id: paid.coupon_id.as_ref().or(held).cloned(),
        started_with: None,
        locked_until: None,
        checkout_id: paid.checkout_id.clone(),
        amount: paid.amount,
        saving: Money::ZERO,
        shares: Vec::new(),
        discounts: Vec::new(),
        offered: None,
        transaction_id: paid.transaction_id.clone(),
        status: PaymentStatus::Succeeded,
        at,
    }
}

/// A coupon as a payment leaves it.
struct Used {
    coupon: Coupon,
    /// What it was before.
    from: CouponStatus,
    /// The lock of another order that the payment comes before.
    taken_from: Option<Lock>,
}

/// Uses the coupon of a payment, as far as it may be used; what changes by it is left to `redeem`.
/// A payment made before another order took hold of the coupon comes first, though it is heard of
/// later (A-S0-11, A-G-8).
fn use_coupon(
    draft: &Draft<'_>,
    order: &Order,
    id: &CouponId,
    displaced: Option<&Payment>,
    paid: &PaymentSucceeded,
    at: Instant,
) -> Result<Used, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no coupon {id}"));
    let mut coupon = draft.coupon(id).ok_or_else(missing)?;
    if displaced.is_some_and(|later| later.coupon_id.as_ref() == Some(id)) {
        coupon.give_back(at, draft.now);
    }
    // What the cashier has started with it, it keeps past the coupon's own end (A-S0-24).
    let promised = order.payment(&paid.payment_id).and_then(|known| known.promised_until(id));
    let until = promised.unwrap_or(coupon.usable_until).max(coupon.usable_until);
    draft.check_coupon(&coupon, order, paid.method, at, until)?;
    let from = coupon.status;
    let other = coupon.lock.clone().filter(|lock| lock.order_id != order.order_id);
    let taken_from = other.filter(|lock| {
        let holder = draft.order(&lock.order_id);
        let held = holder.as_ref().zip(lock.payment_id.as_ref()).and_then(|(order, id)| order.payment(id));
        held.is_some_and(|held| at < held.at)
    });
    if taken_from.is_some() {
        coupon.let_go();
    }
    coupon.redeem_until(&order.order_id, at, until)?;
    Ok(Used { coupon, from, taken_from })
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

fn redeem(draft: &mut Draft<'_>, order: &Order, used: Used, method: Method) {
    let Used { coupon, from, taken_from } = used;
    let holder = taken_from.and_then(|lock| Some((draft.order(&lock.order_id)?, lock)));
    if let Some((mut holder, lock)) = holder {
        if let Some(payment) = &lock.payment_id {
            holder.fail_payment(payment);
        }
        let detail = json!({ "payment_id": lock.payment_id, "coupon_id": coupon.coupon_id });
        let entry = TimelineEntry::new(draft.now, "payment.superseded").code(Code::CouponUsed);
        draft.note(&mut holder, entry.detail(detail));
        draft.put_order(holder);
    }
    let count = Count::Recovered { method, saved: coupon.save, paid: order.paid() };
    draft.count_for(&coupon, count);
    draft.publish_coupon("coupon.used", &coupon);
    draft.move_coupon(coupon, from);
}

/// The order ended unpaid. `Ok(false)` when that was known; of two cancellations the earlier stands.
pub fn cancel(
    draft: &mut Draft<'_>,
    order: &mut Order,
    at: Instant,
    reason: CancelReason,
) -> Result<bool, Refusal> {
    if order.has_cost_nothing() && matches!(order.state, State::Paid { at: paid_at } if paid_at <= at) {
        return free::call_off(draft, order, at, reason);
    }
    let told = order.told_end;
    order.tell_end(CalledOff { at, reason });
    let is_news = order.told_end != told;
    Ok(cancel_by(draft, order, at, at, reason)? || is_news)
}

/// The same by something of another moment: payments up to `ends` came before it (A-S1-24).
pub fn cancel_by(
    draft: &mut Draft<'_>,
    order: &mut Order,
    at: Instant,
    ends: Instant,
    reason: CancelReason,
) -> Result<bool, Refusal> {
    let (undone, before) = (order.paid_by().cloned().map(|payment| (payment, order.clone())), order.state);
    let attempts = held_by_attempts(order);
    let outcome = order.cancel(ends, reason)?;
    if order.state == before {
        return Ok(false);
    }
    for (payment, coupon) in &attempts {
        release(draft, coupon, payment);
    }
    free::note_cancelled(draft, order, at, reason);
    if let (CancelOutcome::PaymentUndone, Some((payment, booked))) = (outcome, undone) {
        undo(draft, order, &booked, &payment, at);
    }
    follow::step(draft, order, Step { before: Some(before), at })?;
    if outcome != CancelOutcome::Duplicate {
        free::publish_cancelled(draft, order, reason);
    }
    Ok(true)
}

/// A payment turned out to have come after the cancellation: its books are taken back, and what was
/// refunded of it with them; what went back went back of late money.
fn undo(draft: &mut Draft<'_>, order: &mut Order, booked: &Order, payment: &Payment, at: Instant) {
    take_back(draft, order, booked, payment, at);
    // What went back of a presale went back of its deposit, of another order what was late (A-G-15).
    books::rebook(draft, order);
    let detail = json!({ "payment_id": payment.payment_id, "amount": payment.amount });
    draft.note(order, TimelineEntry::new(at, "payment.undone").code(Code::OrderCancelled).detail(detail));
}

/// Takes back what a payment that does not count after all had booked while it did, its coupon with it.
fn take_back(draft: &mut Draft<'_>, order: &mut Order, booked: &Order, payment: &Payment, at: Instant) {
    let entries = ledger::undo_payment(draft.shop_id, order, booked, payment, COUPON_PARTY, at);
    draft.book(entries);
    let Some(mut coupon) = payment.coupon_id.as_ref().and_then(|id| draft.coupon(id)) else {
        return;
    };
    let from = coupon.status;
    coupon.give_back(at, draft.now);
    let (saved, method) = (payment.saving, payment.method);
    draft.count_for(&coupon, Count::Unrecovered { method, saved, paid: payment.amount });
    match coupon.status {
        CouponStatus::Void => draft.publish_coupon("coupon.void", &coupon),
        CouponStatus::Expired => draft.publish_coupon("coupon.expired", &coupon),
        CouponStatus::Available | CouponStatus::Locked | CouponStatus::Used => {}
    }
    draft.move_coupon(coupon, from);
}
