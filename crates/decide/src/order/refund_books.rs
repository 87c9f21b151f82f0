//! Refunds in the books: each by itself, and all of an order anew when what they are of may have changed (A-G-15).
//!
//! Always holds: what stands in the books is what `order::whose` says of the facts; the difference is booked, entry by
//! entry, never changed in place.

use crate::book::Draft;
use domain::{
    Code, Instant, Refusal,
    ledger::{self, Way},
    order::{self, Order, PaymentPart, Refund, RefundOf, RefundStatus, TimelineEntry},
};
use serde_json::json;

/// Books what went back of the order.
pub fn book(draft: &mut Draft<'_>, order: &mut Order, refund: &Refund) {
    post(draft, order, refund);
    tell(draft, order, refund);
}

/// Tells of what went back of the order.
fn tell(draft: &mut Draft<'_>, order: &Order, refund: &Refund) {
    let mut body =
        json!({ "order_id": order.order_id, "refund_id": refund.refund_id, "amount": refund.amount });
    if let (Some(_), Some(body)) = (refund.transfer(), body.as_object_mut()) {
        // Whoever sends money back when told so must not: it has gone.
        body.insert("method".into(), json!(Way::OfflineTransfer));
    }
    draft.publish("refund.booked", order.order_id.as_str(), &body);
}

/// Books it without a word, as the money of the payments that it is of (A-G-17).
pub fn post(draft: &mut Draft<'_>, order: &mut Order, refund: &Refund) {
    let booked = order.money_of(refund);
    post_as(draft, order, refund, booked);
}

fn post_as(draft: &mut Draft<'_>, order: &mut Order, refund: &Refund, booked: Vec<PaymentPart>) {
    for slot in order.refunds.iter_mut().filter(|slot| slot.refund_id == refund.refund_id) {
        slot.booked.clone_from(&booked);
    }
    let entries = ledger::post_refund(draft.shop_id, order, &Refund { booked, ..refund.clone() });
    draft.book(entries);
}

/// Notes what became of a refund.
pub fn note(draft: &mut Draft<'_>, order: &mut Order, what: &str, refund: &Refund, at: Instant) {
    let Refund { refund_id, lines, parts, .. } = refund;
    let amount = refund.total();
    let mut detail =
        json!({ "refund_id": refund_id, "amount": amount, "platform_share": parts, "lines": lines });
    if let (Some(named), Some(detail)) = (&refund.payment_id, detail.as_object_mut()) {
        detail.insert("payment_id".into(), json!(named));
    }
    draft.note(order, TimelineEntry::new(at, what).detail(detail));
}

/// Whether the entries of the refunds stand, or were taken back together with what they were of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entries {
    /// They stand.
    Stand,
    /// They were taken back.
    TakenBack,
}

/// Finds anew what each refund is of, and books the difference. Nothing of an order without refused money changes.
pub fn settle(draft: &mut Draft<'_>, order: &mut Order, entries: Entries) {
    if !order.refunds.is_empty() && order.has_refused_money() {
        settle_all(draft, order, entries);
    }
}

/// The same of any order. A promise that has no room any more beside what went back gives way.
pub fn settle_all(draft: &mut Draft<'_>, order: &mut Order, entries: Entries) {
    let found = order::whose(order);
    let known = order.refunds.clone();
    let stands = |(known, found): (&Refund, &Result<Refund, Refusal>)| {
        let same = |found: &Refund| found.is_booked() && found.amount == known.amount;
        entries == Entries::Stand && known.is_booked() && found.as_ref().is_ok_and(same)
    };
    let stands: Vec<bool> = known.iter().zip(&found).map(stands).collect();
    for (index, known) in known.iter().enumerate() {
        if entries == Entries::Stand && known.is_booked() && !stands[index] {
            let undone = ledger::undo_refund(draft.shop_id, order, known);
            draft.book(undone);
        }
    }
    for (index, found) in found.iter().enumerate() {
        let before = &known[index];
        match found {
            Ok(refund) => {
                order.refunds[index] = refund.clone();
                note_moved(draft, order, before, refund);
            }
            Err(refusal) if before.status.is_granted() => drop_out(draft, order, index, refusal),
            Err(_) if before.is_promised() => give_way(draft, order, index),
            Err(_) => {}
        }
    }
    // All stand as they are now: so it is clear whose money each is.
    let mut money = order.whose_money();
    for (index, refund) in
        found.into_iter().enumerate().filter_map(|(index, found)| Some((index, found.ok()?)))
    {
        if stands[index] {
            move_parts(draft, order, &known[index], &refund);
        }
        if !refund.is_booked() || stands[index] {
            continue;
        }
        post_as(draft, order, &refund, std::mem::take(&mut money[index]));
        // Whoever was told of it need not be told again.
        if !known[index].is_booked() || refund.amount != known[index].amount {
            tell(draft, order, &refund);
        }
    }
}

/// It stands, and other parties get back more of it than was thought, or less (A-G-16).
pub fn move_parts(draft: &mut Draft<'_>, order: &mut Order, before: &Refund, now: &Refund) {
    if before.parts == now.parts {
        return;
    }
    let entries = ledger::post_parts(draft.shop_id, order, before, &now.parts);
    draft.book(entries);
    let detail = json!({ "refund_id": now.refund_id, "before": before.parts, "parts": now.parts });
    draft.note(order, TimelineEntry::new(draft.now, "refund.parts_changed").detail(detail));
}

/// Nothing can hold it after all. It was granted, so it is kept, in no book, until its money is heard of (A-G-8).
fn drop_out(draft: &mut Draft<'_>, order: &mut Order, index: usize, refusal: &Refusal) {
    let known = order.refunds[index].clone();
    let detail = json!({ "refund_id": known.refund_id, "amount": known.total() });
    let waiting = known.clone().undecided();
    if known == waiting {
        return;
    }
    let at = known.at;
    order.refunds[index] = waiting;
    draft.note(order, TimelineEntry::new(at, "refund.rejected").code(refusal.code).detail(detail));
}

/// What it was promised has gone back with other refunds: it is promised no more.
pub fn give_way(draft: &mut Draft<'_>, order: &mut Order, index: usize) {
    let now = draft.now;
    let refund = &mut order.refunds[index];
    (refund.status, refund.at) = (RefundStatus::Rejected, now.max(refund.at));
    if let Some(offline) = &mut refund.offline {
        offline.gave_way = true;
    }
    let detail = json!({ "refund_id": refund.refund_id, "amount": refund.total() });
    draft.note(order, TimelineEntry::new(now, "refund.gave_way").code(Code::ExceedsPaid).detail(detail));
}

/// Writes down what a granted refund is of now, where that is news.
fn note_moved(draft: &mut Draft<'_>, order: &mut Order, before: &Refund, now: &Refund) {
    if !now.status.is_granted() || (before.of == now.of && before.total() == now.total()) {
        return;
    }
    let (id, amount) = (&now.refund_id, now.total());
    let entry = match now.of {
        RefundOf::Unclear => TimelineEntry::new(now.at, "refund.ambiguous")
            .code(Code::RefundAmbiguous)
            .detail(json!({ "refund_id": id, "amount": amount })),
        RefundOf::Refused => TimelineEntry::new(now.at, "money.returned")
            .detail(json!({ "refund_id": id, "amount": amount, "payments": now.payments })),
        // Nothing was decided of it before.
        RefundOf::Order | RefundOf::Both if before.of == RefundOf::Refused && before.refused.is_zero() => {
            return;
        }
        RefundOf::Order | RefundOf::Both => TimelineEntry::new(draft.now, "refund.changed")
            .detail(json!({ "refund_id": id, "before": before.amount, "amount": now.amount })),
    };
    draft.note(order, entry);
}
