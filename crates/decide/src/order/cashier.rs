//! The cashier starts a payment: the coupon is locked for it (A-S0-11).

use super::{attempts, life};
use crate::book::Draft;
use crate::command::Reply;
use crate::follow;
use domain::{
    CheckoutId, Code, CouponId, OrderId, PaymentId, Refusal,
    coupon::{Coupon, Lock},
    event::PaymentSucceeded,
    limits,
    order::{Method, Order, OrderKind, Payment, PaymentStatus, Stage, State, TimelineEntry},
};
use money::Money;
use serde_json::json;

/// Starts a payment. The same again answers the same; switching the method starts another payment,
/// which takes the coupon over (S0-R24). What the cashier has started it keeps until the lock ends, past
/// the coupon's own end too, but never past the order's (A-S0-24, T08). Where the coupon leaves nothing to
/// pay the order is paid at once (A-G-14).
pub fn start_payment(
    draft: &mut Draft<'_>,
    order_id: &OrderId,
    id: &PaymentId,
    method: Method,
    coupon: Option<&CouponId>,
    checkout: Option<&CheckoutId>,
) -> Result<Reply, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no order {order_id}"));
    let shop = draft.shop()?;
    let mut order = draft.order(order_id).ok_or_else(missing)?;
    if let Some(known) = order.payment(id) {
        return repeat(draft, known, method, coupon);
    }
    let stage = open_stage(&order, draft.now)?;
    order.check_stage(stage, draft.now)?;
    if order.payments.len() >= limits::ORDER_PAYMENTS {
        return Err(Refusal::with(Code::LimitReached, format!("{} attempts", limits::ORDER_PAYMENTS)));
    }
    let mut held = None;
    if let Some(coupon_id) = coupon {
        let missing = || Refusal::with(Code::NotFound, format!("no coupon {coupon_id}"));
        let mut found = draft.coupon(coupon_id).ok_or_else(missing)?;
        draft.check_coupon(&found, &order, method, draft.now, found.usable_until)?;
        // A lock that has run out holds nothing, even if its timer has not fired yet.
        if found.lock.as_ref().is_some_and(|lock| lock.until <= draft.now) {
            let from = found.status;
            found.let_go();
            draft.move_coupon(found.clone(), from);
        }
        held = Some(found);
    }
    let before = follow::Before::of(draft, &order);
    let saving = held.as_ref().map_or(Money::ZERO, |coupon| coupon.save);
    let amount = order.payable - order.paid() - saving;
    supersede(draft, &mut order, held.as_mut());
    let mut locked_until = None;
    if let Some(mut coupon) = held {
        let (from, until) = (coupon.status, draft.now.plus_minutes(i64::from(shop.payment_lock_minutes)));
        let until = order.cancel_at.map_or(until, |deadline| until.min(deadline));
        locked_until = Some(until).filter(|until| *until > coupon.usable_until);
        coupon.lock(Lock { order_id: order.order_id.clone(), payment_id: Some(id.clone()), until })?;
        draft.move_coupon(coupon, from);
    }
    let payment = Payment {
        payment_id: id.clone(),
        stage,
        method,
        coupon_id: coupon.cloned(),
        started_with: None,
        locked_until,
        checkout_id: checkout.cloned(),
        amount,
        saving,
        shares: Vec::new(),
        discounts: Vec::new(),
        offered: None,
        transaction_id: None,
        status: PaymentStatus::Started,
        at: draft.now,
    };
    order.payments.push(payment.clone());
    let detail = json!({ "payment_id": id, "method": method, "amount": amount, "saving": saving });
    draft.note(&mut order, TimelineEntry::new(draft.now, "payment.started").detail(detail));
    if amount.is_zero() {
        return pay_nothing(draft, order, before, &payment);
    }
    draft.put_order(order);
    Ok(reply(draft, &payment))
}

/// What was started is paid with nothing.
fn pay_nothing(
    draft: &mut Draft<'_>,
    mut order: Order,
    before: follow::Before,
    payment: &Payment,
) -> Result<Reply, Refusal> {
    let paid = PaymentSucceeded {
        order_id: order.order_id.clone(),
        payment_id: payment.payment_id.clone(),
        stage: payment.stage,
        method: payment.method,
        amount: payment.amount,
        coupon_id: payment.coupon_id.clone(),
        checkout_id: payment.checkout_id.clone(),
        transaction_id: None,
        discounts: Vec::new(),
    };
    life::pay(draft, &mut order, &paid, draft.now)?;
    let done = order.payment(&payment.payment_id).cloned();
    follow::whole(draft, order, before);
    Ok(reply(draft, done.as_ref().unwrap_or(payment)))
}

fn repeat(
    draft: &Draft<'_>,
    known: &Payment,
    method: Method,
    coupon: Option<&CouponId>,
) -> Result<Reply, Refusal> {
    if known.method != method || known.coupon_id.as_ref() != coupon {
        return Err(Code::IdempotencyConflict.into());
    }
    Ok(reply(draft, known))
}

/// The same again answers the same; `status` says when the attempt has ended since.
fn reply(draft: &Draft<'_>, payment: &Payment) -> Reply {
    let coupon = payment.coupon_id.as_ref().and_then(|id| draft.coupon(id));
    Reply::Payment {
        payment_id: payment.payment_id.clone(),
        amount: payment.amount,
        saving: payment.saving,
        coupon_status: coupon.map(|coupon| coupon.status),
        status: payment.status,
    }
}

fn open_stage(order: &Order, now: domain::Instant) -> Result<Stage, Refusal> {
    match order.state {
        State::Paid { .. } => return Err(Code::OrderPaid.into()),
        State::Cancelled { .. } => return Err(Code::OrderCancelled.into()),
        State::Open if !order.is_open(now) => return Err(Code::OrderCancelled.into()),
        State::Open => {}
    }
    match (order.kind, order.deposit_paid_at) {
        (OrderKind::Presale, _) if order.presale.as_ref().is_some_and(|presale| presale.in_full) => {
            Ok(Stage::Full)
        }
        (OrderKind::Normal, _) => Ok(Stage::Full),
        (OrderKind::Presale, Some(_)) => Ok(Stage::Balance),
        (OrderKind::Presale, None) => {
            let detail = "the platform takes the deposit itself; send payment.succeeded with stage deposit";
            Err(Refusal::with(Code::PresaleOrder, detail))
        }
    }
}

/// Ends the attempts before this one; the coupon to be used now is let go in place.
fn supersede(draft: &mut Draft<'_>, order: &mut Order, wanted: Option<&mut Coupon>) {
    let mut wanted = wanted;
    let started = |p: &&Payment| p.status == PaymentStatus::Started;
    let earlier: Vec<PaymentId> =
        order.payments.iter().filter(started).map(|p| p.payment_id.clone()).collect();
    for id in earlier {
        let Some(coupon) = order.fail_payment(&id) else {
            continue;
        };
        match &mut wanted {
            // It moves from one lock to the next without being free in between.
            Some(wanted) if wanted.coupon_id == coupon => {}
            _ => attempts::release(draft, &coupon, &id),
        }
    }
}
