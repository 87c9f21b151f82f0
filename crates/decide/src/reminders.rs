//! Reminders of a presale order's balance: planned with the deposit, sent when they are due, left out
//! with their reason (S1-R21 to S1-R24).

use crate::book::{Count, Draft};
use domain::{
    CampaignId, Code, CustomerId, Instant, OrderId, Refusal, ShopId,
    campaign::presale::{Live, Terms, remind},
    customer::{ReminderSms, WaitingSms},
    message::{self, Channel, Kind, Message, MessageStatus},
    order::{Order, Reminder, ReminderOutcome, TimelineEntry},
    shop::Shop,
};
use port::Dispatch;
use serde_json::json;

fn terms<'a>(draft: &Draft<'a>, order: &Order) -> Option<&'a Terms> {
    let presale = order.presale.as_ref()?;
    let row = draft.campaign(&presale.campaign_id)?;
    Live::of_version(&row.campaign, presale.version).map(|live| live.terms)
}

/// Plans the reminders of an order whose deposit is in, from that moment on (A-S1-13, A-S1-14). Those
/// that cannot be are written down with their reason.
pub fn plan(draft: &mut Draft<'_>, order: &mut Order, deposit_at: Instant) -> Result<(), Refusal> {
    let (Some(terms), Some(presale)) = (terms(draft, order), &order.presale) else {
        return Ok(());
    };
    let (shop, window) = (draft.shop()?, presale.balance_window);
    let schedule = remind::schedule(window);
    if schedule.iter().all(|due| due.kind != Kind::BalanceClosing) {
        no_time(draft, order, Kind::BalanceClosing, window.starts_at.max(deposit_at));
    }
    for due in schedule {
        // Who pays the deposit when balances are open already hears of it at once.
        let wished = if due.kind == Kind::BalanceOpening { due.due_at.max(deposit_at) } else { due.due_at };
        if wished < deposit_at {
            no_time(draft, order, due.kind, deposit_at);
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

/// The balance window is too short for it, or what is left of the window.
fn no_time(draft: &mut Draft<'_>, order: &mut Order, kind: Kind, due_at: Instant) {
    let reminder = Reminder { kind, message_id: draft.next("ms"), due_at, outcome: None };
    if let Some(presale) = &mut order.presale {
        presale.reminders.push(reminder.clone());
    }
    let off = remind::channel(kind) == Channel::Sms && terms(draft, order).is_some_and(|terms| !terms.sms);
    let code = if off { Code::SwitchedOff } else { Code::ShortWindow };
    leave_out(draft, order, &reminder, code, draft.now);
}

/// The order has ended: what waits is left out (A-S1-15).
pub fn end(draft: &mut Draft<'_>, order: &mut Order, at: Instant) {
    while let Some(reminder) = order.presale.as_ref().and_then(|presale| presale.next_reminder()).cloned() {
        leave_out(draft, order, &reminder, Code::OrderClosed, at);
    }
}

/// The reminder that is due: everything is asked again, then it goes out, waits, or is left out with
/// its reason (A-S1-15, A-S1-16).
pub fn fire(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
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
pub fn failed(draft: &mut Draft<'_>, failed: &Message, code: Code) {
    let (Some(mut order), Some(sent_at)) = (draft.order(&failed.order_id), failed.sent_at) else {
        return;
    };
    let late = !order.is_open(draft.now);
    let code = if code == Code::QuietHours && late { Code::OrderClosed } else { code };
    let status = if code == Code::ProviderFailed { MessageStatus::Failed } else { MessageStatus::Suppressed };
    let day = draft.find_shop().map(|row| row.shop.time_zone.day(sent_at));
    change_sms(draft, &order, failed.channel == Channel::Sms, |sms, _| {
        if let Some(day) = day {
            sms.uncount(day);
        }
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
    if let Some(slot) = slot {
        *slot = reminder;
    }
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
    change: impl FnOnce(&mut ReminderSms, &ShopId),
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
