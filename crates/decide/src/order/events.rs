//! Order events: known ones are no-ops, early ones wait, the rest change their order (A-G-8).

use super::{
    accounts, attempts, free, life, refund_ends, refund_figures,
    refund_told::{self, Advance},
};
use crate::book::Draft;
use crate::command::{EventOutcome, EventResult};
use crate::coupon::{course, verdict};
use crate::follow;
use crate::keys::inbox_key;
use domain::{
    Code, Instant, Refusal,
    campaign::{self, Step},
    event::{Body, OrderEvent, Placed},
    limits,
    order::{self, Line, Order, PaymentStatus, RefundStatus, Stage, State, TimelineEntry},
};
use port::{Digest, InboxRow, Parked};
use serde_json::json;

/// What an event did to its order.
enum Effect {
    Applied,
    Known,
    /// Its predecessor is missing.
    Early,
    /// It breaks a rule, but it tells of money: that is kept and written down.
    Refused(Refusal),
    /// It asks for money back, and nothing that is known can hold that: it waits, and is refused.
    Waits(Refusal),
}

/// Takes an event in.
pub fn ingest(draft: &mut Draft<'_>, event: &OrderEvent, digest: Digest) -> Result<EventResult, Refusal> {
    let shop = draft.shop()?;
    if event.occurred_at > draft.now.plus_minutes(limits::EVENT_AHEAD_MINUTES) {
        let detail = format!(
            "{} is more than a day ahead of {}",
            draft.show(event.occurred_at),
            draft.show(draft.now)
        );
        return Err(Refusal::with(Code::TimeInFuture, detail));
    }
    let result = match &event.body {
        Body::MemberJoined(member) => accounts::joined(draft, &member.customer_id, event.occurred_at),
        Body::MemberMerged(told) => accounts::merged(draft, told, event.occurred_at),
        Body::Placed(placed) => EventResult::of(place(draft, shop, placed, event)?),
        Body::Cancelled(_)
        | Body::Shipped(_)
        | Body::Received(_)
        | Body::PaymentSucceeded(_)
        | Body::PaymentFailed(_)
        | Body::RefundRequested(_)
        | Body::RefundApproved(_)
        | Body::RefundRejected(_)
        | Body::RefundSucceeded(_) => change(draft, event)?,
    };
    // What was rejected may be sent again, corrected or when things have changed.
    if result.outcome != EventOutcome::Rejected {
        let row = InboxRow { digest, received_at: draft.now };
        let key = inbox_key(draft.shop_id, event);
        draft.changes().inbox.push((key, row));
    }
    Ok(result)
}

fn place(
    draft: &mut Draft<'_>,
    shop: &domain::shop::Shop,
    placed: &Placed,
    event: &OrderEvent,
) -> Result<EventOutcome, Refusal> {
    let scopes = course::scopes(draft, &placed.discounts);
    let discounts = verdict::borne(draft, &placed.discounts, &placed.customer_id);
    let corrected = (discounts != placed.discounts).then(|| Placed { discounts, ..placed.clone() });
    let taken = corrected.as_ref().unwrap_or(placed);
    let at = event.occurred_at;
    let mut order = match campaign::place(draft, taken, at, &scopes)? {
        Some(order) => order,
        None => order::place_by(shop, taken, at, None, &scopes)?,
    };
    if let Some(known) = draft.order(&order.order_id) {
        let same = same_order(draft, &known, &order) && same_deadline(&known, &order, placed);
        return if same { Ok(EventOutcome::Duplicate) } else { Err(Code::OrderExists.into()) };
    }
    let detail = json!({ "payable": order.payable, "lines": order.lines.len() });
    draft.note(&mut order, TimelineEntry::new(event.occurred_at, "order.placed").detail(detail));
    verdict::note_placed(draft, &mut order, &placed.discounts);
    follow::step(draft, &mut order, Step { before: None, at })?;
    // What is paid at its placing is so whatever the clocks say.
    if order.last_stage() == Stage::Full {
        free::settle(draft, &mut order, at)?;
    }
    replay_parked(draft, &mut order);
    follow::whole(draft, order, follow::Before::default());
    Ok(EventOutcome::Applied)
}

/// Whether two placings say the same; what happened to the order since does not matter.
fn same_order(draft: &Draft<'_>, known: &Order, new: &Order) -> bool {
    // An older file may hold them as the platform told of their bearers.
    let discounts = verdict::borne(draft, &known.discounts, &known.customer_id);
    known.customer_id == new.customer_id
        && same_lines(&known.lines, &new.lines)
        && discounts == new.discounts
        && (known.freight, known.payable, known.placed_at) == (new.freight, new.payable, new.placed_at)
        && (known.kind, known.goods, &known.source) == (new.kind, new.goods, &new.source)
}

/// Whether they are of the same goods, whatever these are called.
fn same_lines(known: &[Line], new: &[Line]) -> bool {
    let same = |(known, new): (&Line, &Line)| {
        let title = known.title.clone();
        *known == Line { title, ..new.clone() }
    };
    known.len() == new.len() && known.iter().zip(new).all(same)
}

/// Whether they name the same deadline. One that names none says nothing about it: the shop's time-out
/// may have been changed since.
fn same_deadline(known: &Order, new: &Order, placed: &Placed) -> bool {
    let placed_with = known.deposit_deadline.or(known.cancel_at.filter(|_| known.deposit_paid_at.is_none()));
    placed.cancel_at.is_none() || placed_with == new.cancel_at
}

fn change(draft: &mut Draft<'_>, event: &OrderEvent) -> Result<EventResult, Refusal> {
    let id = event.body.order_id().ok_or_else(|| Refusal::new(Code::NotFound))?;
    let Some(mut order) = draft.order(id) else {
        return park(draft, event).map(EventResult::of);
    };
    let before = follow::Before::of(draft, &order);
    let settled = free::settle(draft, &mut order, free_by(event))?;
    let result = match apply(draft, &mut order, event)? {
        Effect::Applied => {
            if matches!(event.body, Body::PaymentSucceeded(_)) {
                // A deposit may leave nothing to pay.
                free::settle(draft, &mut order, event.occurred_at)?;
            }
            EventResult::of(EventOutcome::Applied)
        }
        Effect::Known if settled => EventResult::of(EventOutcome::Duplicate),
        Effect::Known => return Ok(EventResult::of(EventOutcome::Duplicate)),
        Effect::Early if settled => park(draft, event).map(EventResult::of)?,
        Effect::Early => return park(draft, event).map(EventResult::of),
        Effect::Waits(refusal) => {
            // It may be sent again; kept beside that, it is there when its money turns up.
            let waits = draft.parked(id).iter().any(|parked| parked.event == *event);
            if !waits && draft.parked(id).len() < limits::PARKED_PER_ORDER {
                park(draft, event)?;
            }
            if !settled {
                return Ok(EventResult::rejected(draft.told(refusal)));
            }
            EventResult::rejected(draft.told(refusal))
        }
        Effect::Refused(refusal) => EventResult::rejected(draft.told(refusal)),
    };
    if is_about_money(&event.body) || matches!(event.body, Body::Cancelled(_)) {
        follow::money(draft, &mut order, event.occurred_at);
        refund_ends::stand(draft, &mut order)?;
        replay_parked(draft, &mut order);
    }
    follow::whole(draft, order, before);
    Ok(result)
}

/// Up to when a balance of nothing counts as paid before an event: a refund may be told of by a clock that is behind
/// (A-S1-24).
fn free_by(event: &OrderEvent) -> Instant {
    let granted = refund_figures::status_of(&event.body).is_some_and(RefundStatus::is_granted);
    let clocks = if granted { limits::REFUND_BEFORE_BALANCE_MINUTES } else { 0 };
    let by = event.occurred_at.plus_minutes(clocks);
    if granted { Instant::from_micros(by.micros() - 1) } else { by }
}

/// Whether it is money that is missing.
fn is_short(refusal: &Refusal) -> bool {
    matches!(refusal.code, Code::ExceedsPaid | Code::NothingToRefund)
}

fn is_refund(body: &Body) -> bool {
    body.refund().is_some()
}

/// Whether it may set free what waits.
fn is_about_money(body: &Body) -> bool {
    matches!(body, Body::PaymentSucceeded(_)) || body.refund().is_some()
}

fn park(draft: &mut Draft<'_>, event: &OrderEvent) -> Result<EventOutcome, Refusal> {
    let Some(id) = event.body.order_id() else {
        return Err(Code::NotFound.into());
    };
    if draft.parked(id).len() >= limits::PARKED_PER_ORDER {
        let detail = format!("{} events wait for order {id} already", limits::PARKED_PER_ORDER);
        return Err(Refusal::with(Code::LimitReached, detail));
    }
    let parked = Parked { event: event.clone(), received_at: draft.now };
    draft.changes().parked.push((id.clone(), parked));
    Ok(EventOutcome::Parked)
}

/// Applies what waited for this order, in the order in which it happened, as long as one sets another free.
/// What still misses its predecessor goes on waiting; what breaks a rule is noted in the timeline and dropped.
fn replay_parked(draft: &mut Draft<'_>, order: &mut Order) {
    let mut waiting: Vec<Parked> = draft.parked(&order.order_id).to_vec();
    waiting.sort_by(|a, b| {
        let rank = |p: &Parked| (p.event.occurred_at, p.event.body.rank(), p.event.event_id.clone());
        rank(a).cmp(&rank(b))
    });
    loop {
        let before = waiting.len();
        waiting.retain(|parked| replay(draft, order, parked));
        if waiting.is_empty() || waiting.len() == before {
            return;
        }
    }
}

/// Applies an event that waited; whether it goes on waiting.
fn replay(draft: &mut Draft<'_>, order: &mut Order, parked: &Parked) -> bool {
    let settled = free::settle(draft, order, free_by(&parked.event));
    let mut tried = order.clone();
    match settled.and_then(|_| apply_waiting(draft, &mut tried, &parked.event)) {
        Ok(Effect::Early | Effect::Waits(_)) => return true,
        // Its money may be heard of yet.
        Err(refusal) if is_refund(&parked.event.body) && is_short(&refusal) => return true,
        Ok(Effect::Applied | Effect::Known | Effect::Refused(_)) => *order = tried,
        Err(refusal) => {
            let detail = json!({ "event_id": parked.event.event_id, "detail": draft.say(&refusal.detail) });
            let entry = TimelineEntry::new(parked.event.occurred_at, "event.rejected");
            draft.note(order, entry.code(refusal.code).detail(detail));
        }
    }
    draft.changes().unparked.push((order.order_id.clone(), parked.event.clone()));
    false
}

/// Applies an event that waited, with what follows for the order's money.
fn apply_waiting(draft: &mut Draft<'_>, order: &mut Order, event: &OrderEvent) -> Result<Effect, Refusal> {
    let effect = apply(draft, order, event)?;
    let waits_on = matches!(effect, Effect::Early | Effect::Waits(_));
    if !waits_on && is_about_money(&event.body) {
        follow::money(draft, order, event.occurred_at);
        refund_ends::stand(draft, order)?;
    }
    Ok(effect)
}

fn apply(draft: &mut Draft<'_>, order: &mut Order, event: &OrderEvent) -> Result<Effect, Refusal> {
    let at = event.occurred_at;
    let known = |changed: bool| {
        if changed { Effect::Applied } else { Effect::Known }
    };
    match &event.body {
        // A balance follows its deposit.
        Body::PaymentSucceeded(paid) if awaits_deposit(order, paid.stage, at) => Ok(Effect::Early),
        Body::PaymentSucceeded(paid) => match life::pay(draft, order, paid, at) {
            Ok(changed) => Ok(known(changed)),
            Err(refusal) => {
                life::keep_refused(draft, order, paid, at, refusal.code);
                Ok(Effect::Refused(refusal))
            }
        },
        Body::Cancelled(cancelled) => life::cancel(draft, order, at, cancelled.reason).map(known),
        Body::PaymentFailed(failed) => {
            // An attempt that has ended is not ended again; least of all one whose money came.
            if order.payment(&failed.payment_id).is_some_and(|p| p.status != PaymentStatus::Started) {
                return Ok(Effect::Known);
            }
            if let Some(coupon) = order.fail_payment(&failed.payment_id) {
                attempts::release(draft, &coupon, &failed.payment_id);
            }
            let detail = json!({ "payment_id": failed.payment_id });
            draft.note(order, TimelineEntry::new(at, "payment.failed").detail(detail));
            Ok(Effect::Applied)
        }
        Body::Shipped(_) => {
            Ok(known(stamp(draft, order, "order.shipped", at, |order| &mut order.shipped_at)))
        }
        Body::Received(_) => {
            Ok(known(stamp(draft, order, "order.received", at, |order| &mut order.received_at)))
        }
        Body::RefundRequested(facts)
        | Body::RefundApproved(facts)
        | Body::RefundRejected(facts)
        | Body::RefundSucceeded(facts) => {
            let status = refund_figures::status_of(&event.body).unwrap_or(RefundStatus::Succeeded);
            Ok(match refund_told::advance(draft, order, facts, status, at)? {
                Advance::Done => Effect::Applied,
                Advance::Known => Effect::Known,
                Advance::Early => Effect::Early,
                Advance::Waits(refusal) => Effect::Waits(refusal),
                Advance::Kept(refusal) => Effect::Refused(refusal),
            })
        }
        Body::Placed(_) | Body::MemberJoined(_) | Body::MemberMerged(_) => Ok(Effect::Known),
    }
}

/// Whether a balance waits for its deposit. One whose order had ended, or whose deposit was refused, is refused as well: it
/// has to go back, unless a deposit turns up that is taken.
fn awaits_deposit(order: &Order, stage: Stage, at: Instant) -> bool {
    let has_ended = matches!(order.state, State::Cancelled { at: ended, .. } if ended < at);
    let is_refused = order.late_payments().any(|late| late.stage == Stage::Deposit);
    order.lacks_deposit(stage) && !has_ended && !is_refused
}

/// Notes when something first happened; the earlier of two times stays.
fn stamp(
    draft: &mut Draft<'_>,
    order: &mut Order,
    what: &str,
    at: domain::Instant,
    field: fn(&mut Order) -> &mut Option<domain::Instant>,
) -> bool {
    let slot = field(order);
    if slot.is_some_and(|known| known <= at) {
        return false;
    }
    *slot = Some(at);
    draft.note(order, TimelineEntry::new(at, what));
    true
}
