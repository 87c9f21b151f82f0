//! Presale orders: placed by their campaign's terms, reminded of the balance, and the deposit's books.
//!
//! What an order is follows from its events; `follow` brings reminders and books after it, so it may be
//! called whenever something happened. The deposit stands in no book until its fate is known: with the
//! balance it is part of the whole; forfeited, or given back, it is booked by itself (A-S1-20).

use super::orders;
use crate::draft::{Count, Draft};
use crate::rows::{Dispatch, TimelineEntry};
use domain::{
    CampaignId, Code, CustomerId, Instant, OrderId, RefundId, Refusal, ShopId, Violation,
    campaign::presale::{Live, Terms, remind},
    customer::WaitingSms,
    event::Placed,
    ledger,
    message::{self, Channel, Kind, Message, MessageStatus},
    order::{
        self, CancelReason, Order, OrderKind, PresaleStage, RefundAsk, Reminder, ReminderOutcome, State,
    },
    shop::Shop,
};
use serde_json::json;

/// A placed order, by the terms of the presale that its lines name; as an ordinary one where they name
/// none.
pub fn place(draft: &Draft<'_>, shop: &Shop, placed: &Placed, at: Instant) -> Result<Order, Refusal> {
    let named = placed.lines.iter().enumerate();
    let mut named = named.filter_map(|(index, line)| Some((index, line.presale_campaign_id.as_ref()?)));
    let Some((index, id)) = named.next().filter(|_| placed.kind == OrderKind::Presale) else {
        return order::place(shop, placed, at);
    };
    match draft.campaign(id).and_then(|row| Live::at(&row.campaign, at)) {
        Some(live) => order::place_presale(shop, placed, at, live),
        None => {
            let field = format!("lines[{index}].presale_campaign_id");
            let violation = Violation::with(field, Code::NotFound, format!("no published presale {id}"));
            Err(Refusal::from_violations(Code::InvalidValue, vec![violation])
                .err()
                .unwrap_or_else(|| Code::NotFound.into()))
        }
    }
}

/// Whether money came in that a refund can return: of a paid order, or a deposit.
pub fn has_money(order: &Order) -> bool {
    let deposit = order.presale.is_some() && order.deposit_paid_at.is_some();
    matches!(order.state, State::Paid { .. }) || deposit
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
        (State::Open, Some(deposit_at)) if !planned => plan(draft, order, deposit_at)?,
        (State::Open, _) => {}
        (State::Paid { .. } | State::Cancelled { .. }, _) => {
            while let Some(reminder) = order.presale.as_ref().and_then(|p| p.next_reminder()).cloned() {
                leave_out(draft, order, &reminder, Code::OrderClosed, at);
            }
        }
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
    orders::cancel(draft, order, at, CancelReason::Merchant).map(drop)
}

fn terms<'a>(draft: &Draft<'a>, order: &Order) -> Option<&'a Terms> {
    let presale = order.presale.as_ref()?;
    let row = draft.campaign(&presale.campaign_id)?;
    Live::of_version(&row.campaign, presale.version).map(|live| live.terms)
}

/// Plans the reminders of an order whose deposit is in, from that moment on (A-S1-13, A-S1-14). Those
/// that cannot be are written down with their reason.
fn plan(draft: &mut Draft<'_>, order: &mut Order, deposit_at: Instant) -> Result<(), Refusal> {
    let (Some(terms), Some(presale)) = (terms(draft, order), &order.presale) else {
        return Ok(());
    };
    let (shop, window) = (draft.shop()?, presale.balance_window);
    for due in remind::schedule(window) {
        // Who pays the deposit when balances are open already hears of it at once.
        let wished = if due.kind == Kind::BalanceOpening { due.due_at.max(deposit_at) } else { due.due_at };
        if wished < deposit_at {
            continue;
        }
        let moved = if terms.quiet_hours {
            remind::out_of_quiet_hours(shop, wished, window.ends_at)
        } else {
            Some(wished)
        };
        let reminder = Reminder {
            kind: due.kind,
            message_id: draft.next("ms"),
            due_at: moved.unwrap_or(wished),
            outcome: None,
        };
        if let Some(presale) = &mut order.presale {
            presale.reminders.push(reminder.clone());
        }
        let is_sms = remind::channel(due.kind) == Channel::Sms;
        if is_sms && !terms.sms {
            leave_out(draft, order, &reminder, Code::SwitchedOff, draft.now);
        } else if moved.is_none() {
            leave_out(draft, order, &reminder, Code::QuietHours, draft.now);
        } else {
            let message = message(draft, order, &reminder);
            draft.changes().messages.push(message);
            wait(draft, order, &reminder);
        }
    }
    Ok(())
}

/// The reminder that is due: everything is asked again, then it goes out, waits, or is left out with
/// its reason (A-S1-15, A-S1-16).
pub fn remind(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    let now = draft.now;
    let Some(presale) = &order.presale else { return Ok(()) };
    let Some(reminder) = presale.next_reminder().cloned() else { return Ok(()) };
    let (shop, ends_at) = (draft.shop()?, presale.balance_window.ends_at);
    let quiet = terms(draft, order).is_some_and(|terms| terms.quiet_hours) && shop.is_quiet(now);
    if quiet {
        match remind::out_of_quiet_hours(shop, now, ends_at) {
            Some(later) => put_off(draft, order, &reminder, later),
            None => leave_out(draft, order, &reminder, Code::QuietHours, now),
        }
        return Ok(());
    }
    match may_send(draft, order, shop, &reminder) {
        Ok(()) => send(draft, order, shop, &reminder),
        Err(code) => leave_out(draft, order, &reminder, code, now),
    }
    Ok(())
}

fn may_send(draft: &Draft<'_>, order: &Order, shop: &Shop, reminder: &Reminder) -> Result<(), Code> {
    if !order.is_open(draft.now) {
        return Err(Code::OrderClosed);
    }
    if remind::channel(reminder.kind) != Channel::Sms {
        return Ok(());
    }
    let presale = order.presale.as_ref().ok_or(Code::OrderClosed)?;
    if reminder.kind == Kind::BalanceClosing {
        // The second goes only to who got the first (A-S1-13), and not on its heels.
        let opening = presale.reminders.iter().find(|known| known.kind == Kind::BalanceOpening);
        match opening.and_then(|opening| opening.outcome) {
            Some(ReminderOutcome::Sent(at)) if at < reminder.due_at => {}
            Some(ReminderOutcome::LeftOut(code)) => return Err(code),
            Some(ReminderOutcome::Sent(_)) | None => return Err(Code::AlreadyPushed),
        }
    }
    let standing = draft.standing_in(&ShopId::platform(), &order.customer_id);
    if !standing.reminder_sms.has_room(&waiting(draft, order, reminder), shop.time_zone.day(draft.now)) {
        return Err(Code::DailyCap);
    }
    sms_allowed(shop, &order.customer_id)
}

/// Whether the merchant's SMS pack pays for one more (A-S1-18). The seam of the wallet: it says yes
/// today; a pack that is used up will answer `no_balance`.
#[allow(clippy::unnecessary_wraps, reason = "the wallet will refuse")]
const fn sms_allowed(_: &Shop, _: &CustomerId) -> Result<(), Code> {
    Ok(())
}

fn send(draft: &mut Draft<'_>, order: &mut Order, shop: &Shop, reminder: &Reminder) {
    let now = draft.now;
    let day = shop.time_zone.day(now);
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    change_sms(draft, order, is_sms, |sms, shop_id| {
        sms.forget(shop_id, &order.order_id, reminder.kind);
        sms.count(day);
    });
    let message =
        Message { status: MessageStatus::Sent, sent_at: Some(now), ..message(draft, order, reminder) };
    let quiet = terms(draft, order).is_some_and(|terms| terms.quiet_hours);
    let quiet = shop.quiet_hours.next_start(&shop.time_zone, now).filter(|_| quiet);
    let deliver_until = order.cancel_at.into_iter().chain(quiet).min().unwrap_or(now);
    draft.changes().messages.push(message.clone());
    draft.changes().dispatches.push(Dispatch { message, deliver_until, attempt: 0, next_at: now });
    close(draft, order, reminder, ReminderOutcome::Sent(now), now);
}

fn leave_out(draft: &mut Draft<'_>, order: &mut Order, reminder: &Reminder, code: Code, at: Instant) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    change_sms(draft, order, is_sms, |sms, shop_id| sms.forget(shop_id, &order.order_id, reminder.kind));
    let status = MessageStatus::Suppressed;
    let message = Message { status, code: Some(code), ..message(draft, order, reminder) };
    draft.changes().messages.push(message);
    close(draft, order, reminder, ReminderOutcome::LeftOut(code), at);
    if reminder.kind == Kind::BalanceOpening && code != Code::OrderClosed {
        leave_out_second(draft, order, code, at);
    }
}

/// The first did not reach the customer, so the second is not for them (A-S1-13): its place in the
/// day's three is free.
fn leave_out_second(draft: &mut Draft<'_>, order: &mut Order, code: Code, at: Instant) {
    let presale = order.presale.as_ref();
    let waits = |known: &&Reminder| known.kind == Kind::BalanceClosing && known.outcome.is_none();
    let second = presale.and_then(|presale| presale.reminders.iter().find(waits)).cloned();
    if let Some(second) = second {
        leave_out(draft, order, &second, code, at);
    }
}

fn put_off(draft: &mut Draft<'_>, order: &mut Order, reminder: &Reminder, later: Instant) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    change_sms(draft, order, is_sms, |sms, shop_id| sms.forget(shop_id, &order.order_id, reminder.kind));
    let moved = Reminder { due_at: later, ..reminder.clone() };
    let message = message(draft, order, &moved);
    draft.changes().messages.push(message);
    wait(draft, order, &moved);
    set(order, moved);
}

/// A reminder that was let out did not reach its provider: it was not sent after all.
pub fn reminder_failed(draft: &mut Draft<'_>, failed: &Message, code: Code) {
    let (Some(mut order), Some(sent_at)) = (draft.order(&failed.order_id), failed.sent_at) else {
        return;
    };
    let late = !order.is_open(draft.now);
    let code = if code == Code::QuietHours && late { Code::OrderClosed } else { code };
    let status = if code == Code::ProviderFailed { MessageStatus::Failed } else { MessageStatus::Suppressed };
    let day = draft.find_shop().map(|row| row.shop.time_zone.day(sent_at));
    change_sms(draft, &order, failed.channel == Channel::Sms, |sms, _| {
        day.into_iter().for_each(|day| sms.uncount(day));
    });
    draft.count(&failed.campaign_id, Count::Unpushed(code));
    draft.changes().messages.push(Message { status, code: Some(code), sent_at: None, ..failed.clone() });
    let entry = TimelineEntry::new(draft.now, "reminder.suppressed").campaign(&failed.campaign_id);
    draft.note(&mut order, entry.code(code).detail(json!({ "kind": failed.kind })));
    let reminders = order.presale.iter().flat_map(|presale| &presale.reminders);
    let known = reminders.into_iter().find(|known| known.message_id == failed.message_id).cloned();
    if let Some(reminder) = known {
        set(&mut order, Reminder { outcome: Some(ReminderOutcome::LeftOut(code)), ..reminder });
    }
    if failed.kind == Kind::BalanceOpening {
        leave_out_second(draft, &mut order, code, draft.now);
    }
    draft.put_order(order);
}

fn close(
    draft: &mut Draft<'_>,
    order: &mut Order,
    reminder: &Reminder,
    outcome: ReminderOutcome,
    at: Instant,
) {
    let campaign = campaign_of(order);
    let (count, what, code) = match outcome {
        ReminderOutcome::Sent(_) => (Count::Pushed, "reminder.sent", None),
        ReminderOutcome::LeftOut(code) => (Count::Suppressed(code), "reminder.suppressed", Some(code)),
    };
    let mut entry = TimelineEntry::new(at, what).detail(json!({ "kind": reminder.kind }));
    (entry.code, entry.campaign_id) = (code, campaign.clone());
    draft.note(order, entry);
    if let Some(campaign) = campaign {
        draft.count(&campaign, count);
    }
    set(order, Reminder { outcome: Some(outcome), ..reminder.clone() });
}

fn set(order: &mut Order, reminder: Reminder) {
    let reminders = order.presale.iter_mut().flat_map(|presale| &mut presale.reminders);
    let slot = reminders.into_iter().find(|known| known.message_id == reminder.message_id);
    slot.into_iter().for_each(|slot| *slot = reminder.clone());
}

fn campaign_of(order: &Order) -> Option<CampaignId> {
    order.presale.as_ref().map(|presale| presale.campaign_id.clone())
}

fn waiting(draft: &Draft<'_>, order: &Order, reminder: &Reminder) -> WaitingSms {
    let ends_at = order.presale.as_ref().map(|presale| presale.balance_window.ends_at);
    WaitingSms {
        due_at: reminder.due_at,
        balance_ends_at: ends_at.unwrap_or(reminder.due_at),
        order_id: order.order_id.clone(),
        shop_id: draft.shop_id.clone(),
        kind: reminder.kind,
    }
}

fn wait(draft: &mut Draft<'_>, order: &Order, reminder: &Reminder) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    let one = waiting(draft, order, reminder);
    change_sms(draft, order, is_sms, |sms, _| sms.wait(one));
}

/// Changes what the customer's platform-wide row says of reminders by SMS; of no other channel.
fn change_sms(
    draft: &mut Draft<'_>,
    order: &Order,
    is_sms: bool,
    change: impl FnOnce(&mut domain::customer::ReminderSms, &ShopId),
) {
    if !is_sms {
        return;
    }
    let (platform, shop_id) = (ShopId::platform(), draft.shop_id.clone());
    let mut standing = draft.standing_in(&platform, &order.customer_id);
    change(&mut standing.reminder_sms, &shop_id);
    draft.put_standing_in(&platform, &order.customer_id, standing);
}

/// The reminder as a message that waits.
fn message(draft: &Draft<'_>, order: &Order, reminder: &Reminder) -> Message {
    let campaign_id = order.presale.as_ref().map(|presale| presale.campaign_id.clone());
    let order_id: &OrderId = &order.order_id;
    Message {
        message_id: reminder.message_id.clone(),
        shop_id: draft.shop_id.clone(),
        order_id: order_id.clone(),
        customer_id: order.customer_id.clone(),
        campaign_id: campaign_id.unwrap_or_else(|| unreachable!("only presale orders have reminders")),
        kind: reminder.kind,
        channel: remind::channel(reminder.kind),
        status: MessageStatus::Planned,
        code: None,
        due_at: reminder.due_at,
        sent_at: None,
        link: message::balance_link(draft.shop_id, order_id),
    }
}
