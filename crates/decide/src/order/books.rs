//! The books of an order: its payment, its deposit by itself, and what goes back (A-S0-22, A-S1-20).
//!
//! A deposit stands in no book until its fate is known: with the balance it is part of the whole; forfeited, or given
//! back, it is booked by itself.

use super::refund_books::{self, Entries};
use crate::book::Draft;
use domain::{
    CampaignId, CouponId, Instant, Refusal, ledger,
    order::{
        self, COUPON_PARTY, CameFrom, Order, PresaleStage, Refund, RefundAsk, RefundStatus, TimelineEntry,
    },
};
use money::Money;
use serde_json::json;

/// Books the payment that closed the order.
pub fn settle(draft: &mut Draft<'_>, order: &mut Order) {
    let Some(payment) = order.paid_by().cloned() else {
        return;
    };
    find_sources(draft, order);
    let entries = ledger::post_payment(draft.shop_id, order, &payment, COUPON_PARTY);
    let settlement = ledger::settle(&entries);
    draft.book(entries);
    let body = json!({ "order_id": order.order_id, "settlement": settlement });
    draft.publish("order.settled", order.order_id.as_str(), &body);
}

/// The campaigns behind the ids by which something came off: their figures say what the books say (A-G-17).
fn find_sources(draft: &Draft<'_>, order: &mut Order) {
    let ids = order.came_off_by().into_iter().filter(|id| order.came_from(id).is_none());
    let found: Vec<CameFrom> =
        ids.filter_map(|id| Some(CameFrom { id: id.into(), campaign_id: source(draft, id)? })).collect();
    order.came_from.extend(found);
}

fn source(draft: &Draft<'_>, id: &str) -> Option<CampaignId> {
    let coupon = CouponId::try_new(id).ok().and_then(|id| draft.coupon(&id));
    if let Some(coupon) = coupon {
        return coupon.origin.batch()?.rewarded_by.clone();
    }
    CampaignId::try_new(id).ok().filter(|id| draft.campaign(id).is_some())
}

/// Books a deposit by itself when its fate is known, or takes these books back. Says whether they were taken
/// back: then what was refunded of it is to be booked anew.
pub fn deposit(draft: &mut Draft<'_>, order: &mut Order, at: Instant) -> bool {
    let wanted = order.deposit_to_book();
    let forfeited = order.presale_stage() == Some(PresaleStage::Forfeited);
    let booked = order.booked_deposit();
    if booked == wanted {
        return false;
    }
    let is_undone = wanted.is_zero();
    let (reason, what) = match forfeited {
        _ if is_undone => ("", "deposit.undone"),
        true => ("deposit_forfeited", "deposit.forfeited"),
        false => ("deposit", "deposit.booked"),
    };
    let entries = if is_undone {
        ledger::undo_deposit(draft.shop_id, order, booked, at)
    } else {
        ledger::post_deposit(draft.shop_id, order, wanted - booked, reason, at)
    };
    order.set_booked_deposit(wanted);
    let settlement = ledger::settle(&entries);
    draft.book(entries);
    // A deposit that never counted is late money, and so is what went back of it (A-G-15).
    if order.deposit_paid_at.is_none() {
        refund_books::settle(draft, order, Entries::TakenBack);
    }
    let amount = if is_undone { booked } else { wanted - booked };
    let gifts = order.presale.as_ref().filter(|_| !is_undone).map_or(0, |presale| presale.gifts.len());
    let entry = TimelineEntry::new(at, what).detail(json!({ "amount": amount, "gifts_cancelled": gifts }));
    let campaign_id = order.presale.as_ref().map(|presale| presale.campaign_id.clone());
    draft.note(order, TimelineEntry { campaign_id, ..entry });
    if forfeited && !is_undone {
        let body = json!({ "order_id": order.order_id, "settlement": settlement });
        draft.publish("order.settled", order.order_id.as_str(), &body);
    }
    is_undone
}

/// Takes back the books that a deposit has by itself, if it has any, with what was refunded of it: they are made anew
/// as what happened now has it.
pub fn take_deposit_back(draft: &mut Draft<'_>, order: &mut Order, at: Instant) -> bool {
    let booked = order.booked_deposit();
    if !booked.is_positive() {
        return false;
    }
    let entries = ledger::undo_deposit(draft.shop_id, order, booked, at);
    draft.book(entries);
    order.set_booked_deposit(Money::ZERO);
    true
}

/// A refund that was booked before its figures were told: its books are taken back and made anew.
pub fn correct(
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
    (refund.status, refund.granted_at) = (known.status, known.granted_at);
    refund.parts = order::parts_with(&without, &refund);
    let undone = ledger::undo_refund(draft.shop_id, order, known);
    draft.book(undone);
    let detail = json!({ "refund_id": known.refund_id, "was": known.amount, "amount": refund.amount });
    draft.note(order, TimelineEntry::new(known.at, "refund.corrected").detail(detail));
    refund_books::book(draft, order, &refund);
    refund.booked = order.money_of(&refund);
    Ok(refund)
}

/// The order is paid by another payment than was thought: what went back is computed and booked anew. An
/// amount that was answered is kept; one that changes is noted.
/// What that payment could not have returned is refused, as if it had been heard of first.
pub fn rebook(draft: &mut Draft<'_>, order: &mut Order) {
    if order.has_refused_money() || order.promises().next().is_some() {
        refund_books::settle_all(draft, order, Entries::TakenBack);
        return;
    }
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
                let slot = order.refunds.iter_mut().find(|slot| slot.refund_id == refund.refund_id);
                if let Some(slot) = slot {
                    *slot = refund.clone();
                }
                refund_books::post(draft, order, &refund);
            }
            Err(refusal) => {
                let detail = json!({ "refund_id": known.refund_id, "amount": known.amount });
                let entry = TimelineEntry::new(known.at, "refund.rejected").code(refusal.code);
                draft.note(order, entry.detail(detail));
            }
        }
    }
    align(draft, order);
}

/// What other parties get back follows from the refunds as they are (A-G-16): where one was granted before others that
/// are booked, or has other figures, the parts of these are booked as they are now.
pub fn align(draft: &mut Draft<'_>, order: &mut Order) {
    for (index, parts) in order::parts(order).into_iter().enumerate() {
        let refund = order.refunds[index].clone();
        if !refund.is_booked() || refund.parts == parts {
            continue;
        }
        order.refunds[index].parts = parts;
        let now = order.refunds[index].clone();
        refund_books::move_parts(draft, order, &refund, &now);
    }
}

/// Whose money a refund is follows from the refunds as they are (A-G-17): where one was told of before others that are
/// booked, the money of these is booked as that of other payments.
pub fn align_money(draft: &mut Draft<'_>, order: &mut Order) {
    for (index, money) in order.whose_money().into_iter().enumerate() {
        let refund = order.refunds[index].clone();
        if !refund.is_booked() || refund.booked == money {
            continue;
        }
        let entries = ledger::move_refund(draft.shop_id, order, &refund, &money);
        draft.book(entries);
        order.refunds[index].booked = money;
    }
}
