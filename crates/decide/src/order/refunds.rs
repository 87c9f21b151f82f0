//! Refunds that the merchant asks for: computed from stored shares, booked when the money went back (A-S0-22).

use super::{
    books,
    refund_books::{self, Entries},
    refund_ends::{end_for_deposit, judge, judge_asked, same_money, stand},
    refund_promises,
};
use crate::book::Draft;
use crate::command::{Assigned, Reply};
use crate::follow;
use domain::{
    Code, Instant, OrderId, PaymentId, RefundId, Refusal,
    campaign::Step,
    order::{self, Offline, Order, Refund, RefundAsk, RefundStatus},
};

/// The merchant refunds: approved at once, booked with it. `payment_id` says which way the money goes, or which refused
/// money it is of. One that may be of either is refused and leaves nothing (A-G-15). One that cannot go back by its payments
/// any more is promised, and waits for a transfer (A-S2-4).
pub fn create(
    draft: &mut Draft<'_>,
    order: &OrderId,
    id: &RefundId,
    ask: &RefundAsk,
    payment: Option<&PaymentId>,
) -> Result<Reply, Refusal> {
    Order::check_refund_id(id)?;
    let order = find(draft, order)?;
    if let Some(known) = order.refunds.iter().find(|refund| refund.refund_id == *id) {
        return again(draft, order.clone(), known, ask, payment);
    }
    order.check_refunds_left()?;
    let before = follow::Before::of(draft, &order);
    ask_for(draft, order, id, ask, payment, before)
}

/// One that the order does not have is asked for.
fn ask_for(
    draft: &mut Draft<'_>,
    mut order: Order,
    id: &RefundId,
    ask: &RefundAsk,
    payment: Option<&PaymentId>,
    before: follow::Before,
) -> Result<Reply, Refusal> {
    if let Some(payment) = payment.filter(|id| !order.has_money_of(id)) {
        return Err(Refusal::with(Code::NotFound, format!("no money of payment {payment} came")));
    }
    // It is after every payment that is known, whatever their clocks say (A-S1-24).
    let came = order.payments.iter().filter(|p| order.has_money_of(&p.payment_id)).map(|p| p.at);
    let now = came.fold(draft.now, Instant::max);
    if order.has_refused_money() {
        beside_refused(draft, &mut order, id, ask, payment, now)?;
    } else {
        let ends = (now, order.ended_by_request(now));
        end_for_deposit(draft, &mut order, id, ask, ends)?;
        let mut refund = order::refund(&order, id, ask.clone(), now)?;
        (refund.answered, refund.is_asked_now, refund.payment_id) = (true, true, payment.cloned());
        if let Some(offline) = offline(draft, &order, &refund)? {
            refund_promises::promise(draft, &mut order, refund, offline);
            let step = Step { before: Some(order.state), at: now };
            follow::step(draft, &mut order, step)?;
        } else {
            refund_books::note(draft, &mut order, "refund.approved", &refund, now);
            order.refunds.push(refund.clone());
            let step = Step { before: Some(order.state), at: now };
            follow::step(draft, &mut order, step)?;
            refund_books::book(draft, &mut order, &refund);
            books::align(draft, &mut order);
        }
    }
    follow::money(draft, &mut order, now);
    stand(draft, &mut order)?;
    answer(draft, order, id, before)
}

/// The same, of an order with refused money: what it is of is judged beside all others.
fn beside_refused(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &RefundId,
    ask: &RefundAsk,
    payment: Option<&PaymentId>,
    now: Instant,
) -> Result<(), Refusal> {
    let mut refund = Refund::told(id.clone(), ask.clone(), payment.cloned(), now);
    (refund.status, refund.is_asked_now) = (RefundStatus::Approved, true);
    let judged = judge_asked(order, &refund)?;
    if judged.is_unclear() {
        let detail = "say payment_id, or the lines that come back";
        return Err(Refusal::with(Code::RefundAmbiguous, detail));
    }
    if judged.is_booked() {
        let ends = (now, order.ended_by_request(now));
        end_for_deposit(draft, order, id, ask, ends)?;
    }
    let judged = Refund { answered: true, ..judged };
    let offline = offline(draft, order, &judged)?;
    let is_promised = offline.is_some();
    match offline {
        Some(offline) => {
            let promised = Refund { payment_id: payment.cloned(), ..judged };
            refund_promises::promise(draft, order, promised, offline);
        }
        None => order.refunds.push(refund),
    }
    refund_books::settle(draft, order, Entries::Stand);
    follow::step(draft, order, Step { before: Some(order.state), at: now })?;
    if is_promised {
        return Ok(());
    }
    let Some(index) = order.refunds.iter().position(|refund| refund.refund_id == *id) else { return Ok(()) };
    let refund = &mut order.refunds[index];
    refund.answered = true;
    let refund = refund.clone();
    refund_books::note(draft, order, "refund.approved", &refund, now);
    Ok(())
}

/// What asking for a refund would do, which nothing is kept of.
pub fn rehearse(
    draft: &Draft<'_>,
    order: &OrderId,
    id: &RefundId,
    ask: &RefundAsk,
    payment: Option<&PaymentId>,
) -> Result<Reply, Refusal> {
    let mut tried = Draft::new(draft.facts(), draft.shop_id, draft.now);
    create(&mut tried, order, id, ask, payment)
}

/// Why it cannot go back by its payments now, if it cannot.
fn offline(draft: &Draft<'_>, order: &Order, refund: &Refund) -> Result<Option<Offline>, Refusal> {
    Ok(order.offline(&draft.shop()?.time_zone, refund, draft.now))
}

/// Says what a refund is of that may be of either (A-G-15). Said again it is answered the same.
pub fn assign(
    draft: &mut Draft<'_>,
    order: &OrderId,
    id: &RefundId,
    of: &Assigned,
) -> Result<Reply, Refusal> {
    let order = find(draft, order)?;
    let missing = || Refusal::with(Code::NotFound, format!("no refund {id}"));
    let known = order.refunds.iter().find(|refund| refund.refund_id == *id).ok_or_else(missing)?.clone();
    let ask = match of {
        Assigned::Payment(_) => known.ask.clone(),
        Assigned::Lines(lines) => RefundAsk { lines: lines.clone(), amount: None, fault: known.ask.fault },
    };
    let payment = match of {
        Assigned::Payment(payment) => Some(payment),
        Assigned::Lines(_) => known.payment_id.as_ref(),
    };
    again(draft, order, &known, &ask, payment)
}

/// A refund that is known is asked for again: the same, or with word of what it is of.
fn again(
    draft: &mut Draft<'_>,
    mut order: Order,
    known: &Refund,
    ask: &RefundAsk,
    payment: Option<&PaymentId>,
) -> Result<Reply, Refusal> {
    let was_told =
        |payment: &PaymentId| known.answered && known.payments.iter().any(|part| part.payment_id == *payment);
    let same_payment = payment.is_none_or(|id| Some(id) == known.payment_id.as_ref() || was_told(id));
    if known.ask == *ask && same_payment {
        return Ok(Reply::Refund { refund: known.clone() });
    }
    let adds = known.payment_id.is_none() && known.ask == *ask || known.is_unclear() && !ask.lines.is_empty();
    if !adds {
        return Err(Code::IdempotencyConflict.into());
    }
    let before = follow::Before::of(draft, &order);
    if known.is_promised() {
        // Another payment may be open to it.
        let without = order.without_refund(&known.refund_id);
        return ask_for(draft, without, &known.refund_id, ask, payment, before);
    }
    if let Some(payment) = payment.filter(|id| !order.has_money_of(id)) {
        return Err(Refusal::with(Code::NotFound, format!("no money of payment {payment} came")));
    }
    let mut refund = Refund { ask: ask.clone(), ..known.clone() };
    // What was answered stays what it is of.
    let is_late = |id: &&PaymentId| order.late_payments().any(|late| late.payment_id == **id);
    refund.payment_id = payment.filter(|id| !known.answered || !is_late(id)).cloned();
    let index = order.refunds.iter().position(|slot| slot.refund_id == known.refund_id);
    let Some(index) = index else { return Err(Code::NotFound.into()) };
    let judged = judge(&order, &refund)?;
    same_money(known, &judged)?;
    if judged.is_booked() && !known.is_booked() {
        let (id, ends) = (&known.refund_id, (known.at, order.ended_by_refund(ask, payment, known.at)));
        end_for_deposit(draft, &mut order, id, ask, ends)?;
    }
    order.refunds[index] = refund;
    let (now, id) = (draft.now, known.refund_id.clone());
    follow::money(draft, &mut order, now);
    stand(draft, &mut order)?;
    let refund = order.refunds[index].clone();
    refund_books::note(draft, &mut order, "refund.assigned", &refund, now);
    let step = Step { before: Some(order.state), at: now };
    follow::step(draft, &mut order, step)?;
    answer(draft, order, &id, before)
}

pub fn find(draft: &Draft<'_>, order: &OrderId) -> Result<Order, Refusal> {
    draft.shop()?;
    draft.order(order).ok_or_else(|| Refusal::with(Code::NotFound, format!("no order {order}")))
}

pub fn answer(
    draft: &mut Draft<'_>,
    order: Order,
    id: &RefundId,
    before: follow::Before,
) -> Result<Reply, Refusal> {
    let order_id = order.order_id.clone();
    follow::whole(draft, order, before);
    let order = find(draft, &order_id)?;
    let refund = order.refunds.into_iter().find(|refund| refund.refund_id == *id);
    refund.map(|refund| Reply::Refund { refund }).ok_or_else(|| Code::NotFound.into())
}
