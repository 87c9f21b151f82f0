//! Refunds: computed from stored shares, booked when the money went back (A-S0-22).

use crate::book::Draft;
use crate::command::Reply;
use crate::coupon::course;
use crate::presale;
use domain::{
    Code, Instant, OrderId, RefundId, Refusal,
    event::RefundFacts,
    ledger,
    order::{self, Figures, Order, Refund, RefundAsk, RefundStatus, TimelineEntry},
};
use serde_json::json;

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
    presale::close_for_refund(draft, &mut order, id, ask, draft.now)?;
    let mut refund = order::refund(&order, id, ask.clone(), draft.now)?;
    refund.answered = true;
    note(draft, &mut order, "refund.approved", &refund, draft.now);
    let before = course::Before::of(&order);
    order.refunds.push(refund.clone());
    presale::follow(draft, &mut order, draft.now)?;
    book(draft, &mut order, &refund);
    course::follow(draft, &mut order, before);
    draft.put_order(order);
    Ok(Reply::Refund { refund })
}

fn booked(status: RefundStatus) -> bool {
    matches!(status, RefundStatus::Approved | RefundStatus::Succeeded)
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
    let was_booked = known.as_ref().is_some_and(|known| booked(known.status));
    let news = known.as_ref().is_none_or(|known| at > known.at);
    if was_booked && status == RefundStatus::Rejected && news {
        return Err(Refusal::with(Code::IdempotencyConflict, "an approved refund cannot be rejected"));
    }
    let (ask, figures) = figures(known.as_ref(), facts, status)?;
    let forward = known.as_ref().is_none_or(|known| rank(known.status) < rank(status));
    if !forward && known.as_ref().is_some_and(|known| known.figures == figures) {
        return Ok(false);
    }
    let mut refund = match &known {
        Some(known) if was_booked && known.ask == ask => known.clone(),
        Some(known) if was_booked => correct(draft, order, known, ask)?,
        Some(_) | None => {
            if booked(status) {
                presale::close_for_refund(draft, order, &facts.refund_id, &ask, at)?;
            }
            order::refund(order, &facts.refund_id, ask, at)?
        }
    };
    (refund.status, refund.at) = match &known {
        Some(known) if !forward => (known.status, known.at),
        Some(_) | None => (status, at),
    };
    refund.figures = figures;
    note(draft, order, what, &refund, at);
    match position {
        Some(index) => order.refunds[index] = refund.clone(),
        None => order.refunds.push(refund.clone()),
    }
    if booked(status) && !was_booked {
        presale::follow(draft, order, at)?;
        book(draft, order, &refund);
    }
    Ok(true)
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
    let so_far = if booked(known.status) { known.figures } else { known.figures.min(Figures::Asked) };
    let figures = so_far.max(told);
    // An amount that is what was known anyway says nothing against the lines that it was made of.
    if told > so_far && facts.amount != Some(known.amount) {
        return Ok((ask, figures));
    }
    if told <= so_far && booked(known.status) && !says_nothing {
        same_refund(known, facts)?;
    }
    Ok((known.ask.clone(), figures))
}

/// A refund that was booked before its figures were told: its books are taken back and made anew.
fn correct(
    draft: &mut Draft<'_>,
    order: &mut Order,
    known: &Refund,
    ask: RefundAsk,
) -> Result<Refund, Refusal> {
    let mut without = order.clone();
    for slot in without.refunds.iter_mut().filter(|slot| slot.refund_id == known.refund_id) {
        slot.status = RefundStatus::Requested;
    }
    let mut refund = order::refund(&without, &known.refund_id, ask, known.at)?;
    refund.status = known.status;
    let undone = ledger::undo_refund(draft.shop_id, order, known);
    draft.changes().entries.extend(undone);
    let detail = json!({ "refund_id": known.refund_id, "was": known.amount, "amount": refund.amount });
    draft.note(order, TimelineEntry::new(known.at, "refund.corrected").detail(detail));
    book(draft, order, &refund);
    Ok(refund)
}

/// The order is paid by another payment than was thought: what went back is computed and booked anew. An
/// amount that was answered is kept; one that changes is noted.
/// What that payment could not have returned is refused, as if it had been heard of first.
pub fn rebook(draft: &mut Draft<'_>, order: &mut Order) {
    let booked: Vec<Refund> = order.live_refunds().cloned().collect();
    for refund in &mut order.refunds {
        if booked.iter().any(|known| known.refund_id == refund.refund_id) {
            refund.status = RefundStatus::Rejected;
        }
    }
    for known in booked {
        match order::again(order, &known) {
            Ok(refund) => {
                if refund.amount != known.amount {
                    let (id, before, now) = (&refund.refund_id, known.amount, refund.amount);
                    let detail = json!({ "refund_id": id, "before": before, "amount": now });
                    draft.note(order, TimelineEntry::new(draft.now, "refund.changed").detail(detail));
                }
                let entries = ledger::post_refund(draft.shop_id, order, &refund);
                draft.changes().entries.extend(entries);
                let slot = order.refunds.iter_mut().find(|slot| slot.refund_id == refund.refund_id);
                if let Some(slot) = slot {
                    *slot = refund;
                }
            }
            Err(refusal) => {
                let detail = json!({ "refund_id": known.refund_id, "amount": known.amount });
                let entry = TimelineEntry::new(known.at, "refund.rejected").code(refusal.code);
                draft.note(order, entry.detail(detail));
            }
        }
    }
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

fn note(draft: &mut Draft<'_>, order: &mut Order, what: &str, refund: &Refund, at: Instant) {
    let detail = json!({ "refund_id": refund.refund_id, "amount": refund.amount, "lines": refund.lines });
    draft.note(order, TimelineEntry::new(at, what).detail(detail));
}

fn book(draft: &mut Draft<'_>, order: &mut Order, refund: &Refund) {
    let entries = ledger::post_refund(draft.shop_id, order, refund);
    draft.changes().entries.extend(entries);
    let body = json!({ "order_id": order.order_id, "refund_id": refund.refund_id, "amount": refund.amount });
    draft.publish("refund.booked", order.order_id.as_str(), &body);
}
