//! Refunds that the platform tells of: each event moves its refund forward, and what has happened is taken whatever was
//! heard first (A-G-8, A-G-15).

use super::{
    books,
    refund_books::{self, Entries},
    refund_ends::{end_for_deposit, ended, judge, put, same_money},
    refund_figures::{Told, figures, rank, waiting_figures, was_assumed},
    refund_promises::{self, Heard},
};
use crate::book::Draft;
use crate::follow;
use crate::keys::summed_key;
use domain::{
    Code, Instant, LineId, PaymentId, Refusal,
    campaign::Step,
    event::{RefundFacts, RefundLine},
    order::{self, Order, Refund, RefundAsk, RefundOf, RefundStatus, State},
};

/// What a refund event did.
#[derive(Debug)]
pub enum Advance {
    /// Something changed.
    Done,
    /// It was known.
    Known,
    /// The money that it speaks of has not come yet.
    Early,
    /// No money that is known can hold what is asked for: refused, and it waits until some can.
    Waits(Refusal),
    /// No money that is known can hold what was granted: refused, and kept with the order until some can.
    Kept(Refusal),
}

/// A refund event moves its refund forward; one that was not known is computed now. Going backwards (approved
/// after succeeded) only tells the figures and the payment, where they were not told yet, and the earlier time.
pub fn advance(
    draft: &mut Draft<'_>,
    order: &mut Order,
    facts: &RefundFacts,
    status: RefundStatus,
    at: Instant,
) -> Result<Advance, Refusal> {
    Order::check_refund_id(&facts.refund_id)?;
    if let Some(outcome) = summed(draft, order, facts, status) {
        return outcome;
    }
    let position = order.refunds.iter().position(|known| known.refund_id == facts.refund_id);
    if let Some(index) = position.filter(|index| order.refunds[*index].is_promised()) {
        match refund_promises::heard(draft, order, index, facts, (status, at))? {
            Heard::Known => return Ok(Advance::Known),
            Heard::Done => return Ok(Advance::Done),
            Heard::Otherwise => {}
        }
    }
    let known = position.map(|index| order.refunds[index].clone());
    let waiting = waiting_figures(draft, known.as_ref(), facts, status);
    let Told { facts, by, since } =
        waiting.unwrap_or_else(|| Told { facts: facts.clone(), by: status, since: at });
    let (awaits, assumed) = (order.awaits_money_of(&facts, at), was_assumed(known.as_ref(), &facts));
    let granted = known.as_ref().is_some_and(|known| known.status.is_granted());
    // Goods of an order whose money was all refused: that is known, so it is kept with the order (A-G-15).
    let of_refused = status.is_granted() && !facts.lines.is_empty() && order.has_only_refused_money();
    if awaits && !assumed && !granted && !of_refused {
        return Ok(Advance::Early);
    }
    let news = known.as_ref().is_none_or(|known| at > known.at);
    if granted && status == RefundStatus::Rejected && news {
        return Err(Refusal::with(Code::IdempotencyConflict, "an approved refund cannot be rejected"));
    }
    let (ask, figures) = figures(known.as_ref(), &facts, by)?;
    let payment_id = named(order, known.as_ref(), &facts)?;
    let forward = known.as_ref().is_none_or(|known| rank(known.status) < rank(status));
    let told = |known: &Refund| {
        (known.figures, &known.ask, &known.payment_id) == (figures, &ask, &payment_id)
            && (known.answered || known.first_told() <= at)
    };
    let granted_since = known.as_ref().filter(|_| granted).map(Refund::granted_since);
    let granted_since = [granted_since, status.is_granted().then_some(at)].into_iter().flatten().min();
    if !forward && known.as_ref().is_some_and(told) {
        if let Some(refusal) = known.as_ref().and_then(|known| why_without_money(order, known)) {
            return Ok(Advance::Kept(refusal));
        }
        let news = grant_earlier(draft, order, position, granted_since);
        return Ok(if news { Advance::Done } else { Advance::Known });
    }
    if known.is_none() && !status.is_granted() {
        order.make_room_for_request()?;
    }
    let mut next = match &known {
        Some(known) => Refund { ask, payment_id, figures, ..known.clone() },
        None => Refund { figures, ..Refund::told(facts.refund_id.clone(), ask, payment_id, at) },
    };
    let times = (next.first_told().min(at).min(since), granted_since);
    move_on(&mut next, forward.then_some((status, at)), times);
    let stands = Stands { known: known.as_ref(), granted, assumed, awaits };
    placed(draft, order, next, &stands, (status, at))
}

/// How a refund stood before an event of it.
struct Stands<'a> {
    known: Option<&'a Refund>,
    granted: bool,
    /// It was taken for the whole rest.
    assumed: bool,
    /// Money that it may be of may still come.
    awaits: bool,
}

/// The refund is put where its money is, or waits for some.
fn placed(
    draft: &mut Draft<'_>,
    order: &mut Order,
    next: Refund,
    stands: &Stands<'_>,
    (status, at): (RefundStatus, Instant),
) -> Result<Advance, Refusal> {
    let Stands { known, granted, assumed, awaits } = *stands;
    match place(draft, order, known, next.clone(), (status, at)) {
        Ok(()) => {
            if status.is_granted() && !granted {
                refund_promises::note_late(draft, order, &next.refund_id, at)?;
            }
            Ok(Advance::Done)
        }
        Err(_) if assumed && awaits => give_up(draft, order, next, at).map(|()| Advance::Done),
        Err(refusal) if !is_short(order, &next.ask, &refusal) => Err(refusal),
        Err(refusal) if granted || status.is_granted() => {
            let is_had = keep(draft, order, if granted { next } else { next.undecided() }, at)?;
            Ok(if is_had { Advance::Done } else { Advance::Kept(refusal) })
        }
        Err(refusal) if known.is_none() && status == RefundStatus::Requested => Ok(Advance::Waits(refusal)),
        Err(refusal) => Err(refusal),
    }
}

/// It stands further on, and is known from these moments on: told of, and granted. What was answered here keeps its place in
/// time, after every payment that was known then (A-S1-24).
fn move_on(
    next: &mut Refund,
    to: Option<(RefundStatus, Instant)>,
    (told, granted): (Instant, Option<Instant>),
) {
    let answered = Some((next.first_told(), next.granted_since())).filter(|_| next.answered);
    if let Some((status, at)) = to {
        (next.status, next.at) = (status, if next.answered { at.max(next.at) } else { at });
        // What is granted after all goes back by its payments, whatever was promised before.
        next.offline.take_if(|_| status.is_granted());
    }
    next.tell_since(answered.map_or(told, |(told, _)| told));
    if let Some(granted) = answered.map(|(_, granted)| granted).or(granted) {
        next.grant_since(granted);
    }
}

/// A refund that was summed up with others is known, with its amount.
fn summed(
    draft: &Draft<'_>,
    order: &Order,
    facts: &RefundFacts,
    status: RefundStatus,
) -> Option<Result<Advance, Refusal>> {
    if !order.has_sums() {
        return None;
    }
    let known = draft.find_inbox(&summed_key(draft.shop_id, &order.order_id, &facts.refund_id))?;
    let is_same = |amount| follow::summed_digest(amount) == known.digest;
    let says_same = facts.lines.is_empty() && facts.amount.is_none_or(is_same);
    if says_same && status != RefundStatus::Rejected {
        return Some(Ok(Advance::Known));
    }
    let detail = format!("refund {} is booked, with others as a sum", facts.refund_id);
    Some(Err(Refusal::with(Code::IdempotencyConflict, detail)))
}

/// Whether the money is missing, not the sense: goods or a rest whose money has gone or was refused, or an amount that a payment of
/// the order can have been which nobody has told of yet.
fn is_short(order: &Order, ask: &RefundAsk, refusal: &Refusal) -> bool {
    match (ask.amount, refusal.code) {
        (Some(amount), Code::ExceedsPaid) => amount <= order.payable,
        (None, Code::NothingToRefund | Code::ExceedsPaid) => ask.is_rest() || is_of_units(order, ask),
        (None, Code::OrderUnpaid) => is_of_units(order, ask) && order.has_only_refused_money(),
        (Some(_) | None, _) => false,
    }
}

/// Whether it is of units that the order had.
fn is_of_units(order: &Order, ask: &RefundAsk) -> bool {
    let asked = |line: &LineId| -> u64 {
        ask.lines.iter().filter(|part| part.line_id == *line).map(|part| part.quantity).sum()
    };
    let has = |part: &RefundLine| {
        order.lines.iter().any(|line| line.line_id == part.line_id && asked(&line.line_id) <= line.quantity)
    };
    !ask.lines.is_empty() && ask.lines.iter().all(has)
}

/// Why no money that is known can hold a refund that was granted, where that is so.
fn why_without_money(order: &Order, known: &Refund) -> Option<Refusal> {
    let position = order.refunds.iter().position(|refund| refund.refund_id == known.refund_id);
    let position = position.filter(|_| known.is_without_money())?;
    order::whose(order).swap_remove(position).err()
}

/// What was granted has happened, so it is judged beside all others, as they were told of: where it was before them they
/// may be what no money can hold (A-G-8). Whichever it is stays with the order, and is listed. Says whether there is money
/// for it.
fn keep(draft: &mut Draft<'_>, order: &mut Order, next: Refund, at: Instant) -> Result<bool, Refusal> {
    let what = if next.status == RefundStatus::Approved { "refund.approved" } else { "refund.succeeded" };
    let index = put(order, next);
    refund_books::settle_all(draft, order, Entries::Stand);
    let refund = order.refunds[index].clone();
    let is_without_money = refund.is_without_money();
    refund_books::note(draft, order, if is_without_money { "refund.rejected" } else { what }, &refund, at);
    follow::step(draft, order, Step { before: Some(order.state), at })?;
    books::align(draft, order);
    Ok(!is_without_money)
}

/// The payment that a refund names: what was told stays, and what was answered stays the order's.
fn named(order: &Order, known: Option<&Refund>, facts: &RefundFacts) -> Result<Option<PaymentId>, Refusal> {
    let (Some(known), Some(told)) = (known, &facts.payment_id) else {
        return Ok(known.map_or_else(|| facts.payment_id.clone(), |known| known.payment_id.clone()));
    };
    match &known.payment_id {
        // Whoever was answered which way it goes may say that.
        _ if known.answered && known.payments.iter().any(|part| part.payment_id == *told) => {
            Ok(known.payment_id.clone())
        }
        Some(before) if before != told && known.status.is_granted() => {
            let detail = format!("refund {} goes back to payment {before}", known.refund_id);
            Err(Refusal::with(Code::IdempotencyConflict, detail))
        }
        None if known.answered && order.late_payments().any(|late| late.payment_id == *told) => Ok(None),
        Some(_) | None => Ok(Some(told.clone())),
    }
}

/// What was taken for a refund that nobody said more of is not what it is of, and its money has not come: it takes
/// nothing, and waits for that (A-G-15).
fn give_up(draft: &mut Draft<'_>, order: &mut Order, next: Refund, at: Instant) -> Result<(), Refusal> {
    put(order, next);
    refund_books::settle_all(draft, order, Entries::Stand);
    follow::step(draft, order, Step { before: Some(order.state), at })?;
    books::align(draft, order);
    Ok(())
}

/// Takes a refund in as an event tells of it, in place of what was known of it.
fn place(
    draft: &mut Draft<'_>,
    order: &mut Order,
    known: Option<&Refund>,
    next: Refund,
    (status, at): (RefundStatus, Instant),
) -> Result<(), Refusal> {
    let what = match status {
        RefundStatus::Requested => "refund.requested",
        RefundStatus::Approved => "refund.approved",
        RefundStatus::Rejected => "refund.rejected",
        RefundStatus::Succeeded => "refund.succeeded",
        RefundStatus::OfflineTransferRequired => "refund.offline_transfer_required",
    };
    let granted = known.is_some_and(|known| known.status.is_granted());
    let state = order.state;
    if status == RefundStatus::Rejected && !granted {
        let refund = not_granted(order, known, next);
        refund_books::note(draft, order, what, &refund, at);
        put(order, refund);
        return Ok(());
    }
    if !order.has_refused_money() && status.is_granted() && !granted {
        let ends = (at, order.ended_by_refund(&next.ask, next.payment_id.as_ref(), at));
        end_for_deposit(draft, order, &next.refund_id, &next.ask, ends)?;
    }
    if order.has_refused_money() {
        return place_beside_refused(draft, order, known, next, (what, at, state));
    }
    if status.is_granted() && !known.is_some_and(|known| granted && known.ask == next.ask) {
        refund_promises::make_way(draft, order, &next.refund_id, &next.ask, at);
    }
    let found = match known {
        Some(known) if granted && known.ask == next.ask => Ok(known.clone()),
        Some(known) if granted => books::correct(draft, order, known, next.ask.clone()),
        Some(_) | None => order::refund(order, &next.refund_id, next.ask.clone(), at),
    };
    let mut refund = found?;
    refund.ended = ended(state, order.state).or(next.ended);
    (refund.status, refund.at, refund.figures) = (next.status, next.at, next.figures);
    (refund.payment_id, refund.since, refund.answered) = (next.payment_id, next.since, next.answered);
    refund.granted_at = next.granted_at;
    refund_books::note(draft, order, what, &refund, at);
    put(order, refund.clone());
    if status.is_granted() && !granted {
        follow::step(draft, order, Step { before: Some(order.state), at })?;
        refund_books::book(draft, order, &refund);
    }
    // What was told of later takes what this one leaves (A-G-8).
    let turn = |refund: &Refund| (refund.first_told(), refund.refund_id.clone());
    if order.live_refunds().any(|other| turn(other) > turn(&refund)) {
        refund_books::settle_all(draft, order, Entries::Stand);
    }
    books::align(draft, order);
    Ok(())
}

/// The same of an order with refused money, which stood in that state before: what the refund is of is judged beside
/// all others.
fn place_beside_refused(
    draft: &mut Draft<'_>,
    order: &mut Order,
    known: Option<&Refund>,
    next: Refund,
    (what, at, state): (&str, Instant, State),
) -> Result<(), Refusal> {
    let granted = known.is_some_and(|known| known.status.is_granted());
    let judged = judge(order, &next)?;
    if let Some(known) = known.filter(|known| known.is_unclear() && !next.ask.lines.is_empty()) {
        same_money(known, &judged)?;
    }
    if judged.is_booked() && !granted {
        let ends = (next.at, order.ended_by_refund(&next.ask, next.payment_id.as_ref(), next.at));
        end_for_deposit(draft, order, &next.refund_id, &next.ask, ends)?;
    }
    // What was asked for is in no book yet, whatever it came to.
    let index = put(order, if granted { next } else { next.undecided() });
    let refund = &mut order.refunds[index];
    refund.ended = ended(state, order.state).or(refund.ended);
    refund_books::settle(draft, order, Entries::Stand);
    let refund = order.refunds[index].clone();
    refund_books::note(draft, order, what, &refund, at);
    follow::step(draft, order, Step { before: Some(order.state), at })?;
    Ok(())
}

/// A request that was rejected moves no money, so none need be there for it; its figures are those that were asked for.
fn not_granted(order: &Order, known: Option<&Refund>, next: Refund) -> Refund {
    let figures =
        known.cloned().or_else(|| order::refund(order, &next.refund_id, next.ask.clone(), next.at).ok());
    let figures = figures.unwrap_or_else(|| {
        let amount = next.ask.amount.unwrap_or_default();
        Refund { amount, of: RefundOf::Order, ..next.clone() }
    });
    let Refund { ask, payment_id, status, at, figures: told, since, .. } = next;
    Refund { ask, payment_id, status, at, figures: told, since, ..figures }
}

/// A refund that was heard of before its approval was granted by it all the same: it counts from then on.
fn grant_earlier(
    draft: &mut Draft<'_>,
    order: &mut Order,
    position: Option<usize>,
    granted: Option<Instant>,
) -> bool {
    let may = |known: &&mut Refund| known.is_booked() && !known.answered;
    let known = position.and_then(|index| order.refunds.get_mut(index)).filter(may);
    let (Some(known), Some(granted)) = (known, granted) else { return false };
    if granted >= known.granted_since() {
        return false;
    }
    known.grant_since(granted);
    books::align(draft, order);
    true
}
