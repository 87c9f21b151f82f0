//! Presale orders: placed by their campaign's terms, and the deposit's books.
//!
//! What an order is follows from its events; `follow` brings reminders, ranks and books after it, so it
//! may be called whenever something happened. The deposit stands in no book until its fate is known: with
//! the balance it is part of the whole; forfeited, or given back, it is booked by itself (A-S1-20).

use crate::book::{Count, Draft};
use crate::order::life;
use crate::reminders;
use domain::{
    Code, Instant, RefundId, Refusal, Violation,
    campaign::presale::Live,
    event::Placed,
    ledger,
    order::{
        self, CancelReason, Order, OrderKind, PresaleStage, Refund, RefundAsk, RefundStatus, Scopes, State,
        TimelineEntry,
    },
    shop::Shop,
};
use serde_json::json;

/// A placed order, by the terms of the presale that its lines name; as an ordinary one where they name
/// none.
pub fn place(
    draft: &Draft<'_>,
    shop: &Shop,
    placed: &Placed,
    at: Instant,
    scopes: &Scopes<'_>,
) -> Result<Order, Refusal> {
    let named = placed.lines.iter().enumerate();
    let mut named = named.filter_map(|(index, line)| Some((index, line.presale_campaign_id.as_ref()?)));
    let Some((index, id)) = named.next().filter(|_| placed.kind == OrderKind::Presale) else {
        return order::place_by(shop, placed, at, None, scopes);
    };
    let live = draft.campaign(id).and_then(|row| Live::at(&row.campaign, at));
    let live = live.ok_or_else(|| {
        let field = format!("lines[{index}].presale_campaign_id");
        let violation = Violation::with(field, Code::NotFound, format!("no published presale {id}"));
        let mut refusal = Refusal::with(Code::InvalidValue, violation.message.clone());
        refusal.violations.push(violation);
        refusal
    })?;
    order::place_by(shop, placed, at, Some(live), scopes)
}

/// Brings reminders and books after the order. Says whether the deposit's own books were taken back:
/// then what was refunded of it is to be booked anew.
pub fn follow(draft: &mut Draft<'_>, order: &mut Order, at: Instant) -> Result<bool, Refusal> {
    let Some(presale) = &order.presale else {
        return Ok(false);
    };
    if let Some(keep) = presale.ranks_kept() {
        let count = Count::Ranked { order: order.order_id.clone(), paid_at: order.deposit_paid_at, keep };
        draft.count(&presale.campaign_id, count);
    }
    let planned = !presale.reminders.is_empty();
    match (order.state, order.deposit_paid_at) {
        (State::Open, Some(deposit_at)) if !planned => reminders::plan(draft, order, deposit_at)?,
        (State::Open, _) => {}
        (State::Paid { .. } | State::Cancelled { .. }, _) => reminders::end(draft, order, at),
    }
    Ok(book(draft, order, at))
}

fn book(draft: &mut Draft<'_>, order: &mut Order, at: Instant) -> bool {
    let wanted = order.deposit_to_book();
    let forfeited = order.presale_stage() == Some(PresaleStage::Forfeited);
    let Some(presale) = order.presale.as_mut().filter(|presale| presale.deposit_booked != wanted) else {
        return false;
    };
    presale.deposit_booked = wanted;
    let (deposit, campaign, gifts) = (presale.deposit, presale.campaign_id.clone(), presale.gifts.len());
    let entries = match (wanted, forfeited) {
        (true, true) => ledger::post_deposit(draft.shop_id, order, deposit, "deposit_forfeited", at),
        (true, false) => ledger::post_deposit(draft.shop_id, order, deposit, "deposit", at),
        (false, _) => ledger::undo_deposit(draft.shop_id, order, deposit, at),
    };
    // A deposit that never counted returns nothing.
    if order.deposit_paid_at.is_none() {
        let live =
            |refund: &&mut Refund| matches!(refund.status, RefundStatus::Approved | RefundStatus::Succeeded);
        order.refunds.iter_mut().filter(live).for_each(|refund| refund.status = RefundStatus::Rejected);
    }
    let settlement = ledger::settle(&entries);
    draft.changes().entries.extend(entries);
    let what = match (wanted, forfeited) {
        (true, true) => "deposit.forfeited",
        (true, false) => "deposit.booked",
        (false, _) => "deposit.undone",
    };
    let detail = json!({ "amount": deposit, "gifts_cancelled": if wanted { gifts } else { 0 } });
    draft.note(order, TimelineEntry::new(at, what).campaign(&campaign).detail(detail));
    if wanted && forfeited {
        let body = json!({ "order_id": order.order_id, "settlement": settlement });
        draft.publish("order.settled", order.order_id.as_str(), &body);
    }
    !wanted
}

/// A refund of the deposit ends the order, as of that moment: what is sold no more is not paid for
/// either. Nothing happens to an order whose balance came before.
pub fn close_for_refund(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &RefundId,
    ask: &RefundAsk,
    at: Instant,
) -> Result<(), Refusal> {
    let open = match order.state {
        State::Open => true,
        // A balance that came after the refund, though it was heard of first.
        State::Paid { at: paid_at } => order.deposit_paid_at.is_some() && at < paid_at,
        State::Cancelled { at: ended, .. } => at < ended,
    };
    if order.presale.is_none() || order.deposit_paid_at.is_none() || !open {
        return Ok(());
    }
    // Refused, it changes nothing.
    let mut tried = order.clone();
    tried.cancel(at, CancelReason::Merchant)?;
    order::refund(&tried, id, ask.clone(), at)?;
    life::cancel(draft, order, at, CancelReason::Merchant).map(drop)
}
