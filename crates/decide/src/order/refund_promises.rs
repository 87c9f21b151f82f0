//! Refunds that cannot go back by their payments any more: promised, and what becomes of the promise (S2-R01, S2-R02,
//! A-S2-4).
//!
//! Always holds: a promise is in no book and moves no money until its transfer is recorded, or the platform tells that the
//! refund went back all the same.

use super::{books, refund_books};
use crate::book::Draft;
use crate::follow;
use domain::{
    Instant, PaymentId, RefundId, Refusal,
    campaign::Step,
    event::RefundFacts,
    order::{Offline, Order, Refund, RefundAsk, RefundStatus, TimelineEntry},
};
use serde_json::json;

/// The merchant agrees to a refund whose payments are closed: nobody else gets its money, and it waits for a transfer.
pub fn promise(draft: &mut Draft<'_>, order: &mut Order, refund: Refund, offline: Offline) {
    let detail = json!({
        "refund_id": refund.refund_id, "amount": refund.total(), "lines": refund.lines, "payments": offline.closed,
    });
    let entry = TimelineEntry::new(refund.at, "refund.offline_transfer_required").code(offline.code());
    draft.note(order, entry.detail(detail));
    let status = RefundStatus::OfflineTransferRequired;
    order.refunds.push(Refund { status, offline: Some(Box::new(offline)), ..refund });
}

/// What was promised has gone back, with the figures that were answered.
pub fn keep_promise(
    draft: &mut Draft<'_>,
    order: &mut Order,
    index: usize,
    offline: Option<Offline>,
    (status, at): (RefundStatus, Instant),
) -> Result<(), Refusal> {
    let refund = &mut order.refunds[index];
    // It keeps its place in time: it was agreed to when it was promised.
    let (told, agreed) = (refund.first_told(), refund.granted_since());
    (refund.status, refund.at) = (status, at.max(refund.at));
    refund.tell_since(told);
    refund.grant_since(agreed);
    refund.offline = offline.map(Box::new);
    let refund = refund.clone();
    follow::step(draft, order, Step { before: Some(order.state), at })?;
    if refund.is_booked() {
        refund_books::book(draft, order, &refund);
    }
    books::align(draft, order);
    Ok(())
}

/// What became of a promise that the platform tells of.
pub enum Heard {
    /// Nothing: it is promised as before.
    Known,
    /// It has gone back by its payments after all, or was rejected.
    Done,
    /// The platform tells of something else under its name: it is promised no more, and that is to be taken in.
    Otherwise,
}

/// The platform tells of a refund that is promised. What has happened is taken (A-G-8).
pub fn heard(
    draft: &mut Draft<'_>,
    order: &mut Order,
    index: usize,
    facts: &RefundFacts,
    (status, at): (RefundStatus, Instant),
) -> Result<Heard, Refusal> {
    let known = order.refunds[index].clone();
    match status {
        RefundStatus::Requested | RefundStatus::OfflineTransferRequired => Ok(Heard::Known),
        // It was agreed to after that.
        RefundStatus::Rejected if at < known.first_told() => Ok(Heard::Known),
        RefundStatus::Rejected => {
            refund_books::note(draft, order, "refund.rejected", &known, at);
            let refund = &mut order.refunds[index];
            (refund.status, refund.at) = (status, at);
            refund.tell_since(known.first_told());
            Ok(Heard::Done)
        }
        RefundStatus::Approved | RefundStatus::Succeeded if is_as_promised(&known, facts) => {
            let what = if status == RefundStatus::Approved { "refund.approved" } else { "refund.succeeded" };
            refund_books::note(draft, order, what, &known, at);
            keep_promise(draft, order, index, None, (status, at))?;
            note_late(draft, order, &known.refund_id, at)?;
            Ok(Heard::Done)
        }
        RefundStatus::Approved | RefundStatus::Succeeded => {
            let asked = RefundStatus::Requested;
            order.refunds[index] =
                Refund { status: asked, answered: false, answered_of_order: false, offline: None, ..known }
                    .undecided();
            Ok(Heard::Otherwise)
        }
    }
}

fn is_as_promised(known: &Refund, facts: &RefundFacts) -> bool {
    let same_way = |id: &PaymentId| known.payments.iter().any(|part| part.payment_id == *id);
    let same_amount = facts.amount.is_none_or(|amount| amount == known.total());
    let same_lines = facts.lines.is_empty() || facts.lines == known.ask.lines;
    facts.payment_id.as_ref().is_none_or(same_way) && same_amount && same_lines
}

/// A refund is said to have gone back: promises that have no room beside it give way.
pub fn make_way(draft: &mut Draft<'_>, order: &mut Order, id: &RefundId, ask: &RefundAsk, at: Instant) {
    for gone in order.promises_in_the_way(id, ask, at) {
        if let Some(index) = order.refunds.iter().position(|refund| refund.refund_id == gone) {
            refund_books::give_way(draft, order, index);
        }
    }
}

/// Writes down that a refund which the platform tells of went back by a payment that was closed to merchants by then. It has
/// happened, so it is taken.
pub fn note_late(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &RefundId,
    at: Instant,
) -> Result<(), Refusal> {
    let zone = &draft.shop()?.time_zone;
    let mut granted = order.refunds.iter().filter(|refund| refund.status.is_granted());
    let late =
        granted.find(|refund| refund.refund_id == *id).and_then(|refund| order.offline(zone, refund, at));
    let Some(offline) = late else { return Ok(()) };
    let detail = json!({ "refund_id": id, "payments": offline.closed });
    let entry = TimelineEntry::new(at, "refund.past_window").code(offline.code());
    draft.note(order, entry.detail(detail));
    Ok(())
}
