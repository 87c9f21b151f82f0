//! Reminders of a presale order's balance: planned with the deposit, sent when they are due, left out
//! with their reason (S1-R21 to S1-R24).

use super::{Live, Terms, remind};
use crate::{
    CampaignId, Code, Instant, OrderId, Refusal, ShopId,
    campaign::{Count, Desk},
    customer::{ReminderSms, WaitingSms},
    message::{
        self, Channel, Kind, Message, MessageStatus,
        centre::{self, Ask, Cap, Letter, Quiet},
        values::Values,
    },
    order::{Order, Reminder, ReminderOutcome, TimelineEntry},
    shop::Shop,
};
use serde_json::json;

fn terms<'a>(desk: &dyn Desk<'a>, order: &Order) -> Option<&'a Terms> {
    let presale = order.presale.as_ref()?;
    let row = desk.campaign(&presale.campaign_id)?;
    Live::of_version(&row.campaign, presale.version).map(|live| live.terms)
}

/// Plans the reminders of an order whose deposit is in, from that moment on (A-S1-13, A-S1-14). Those
/// that cannot be are written down with their reason.
pub fn plan(desk: &mut dyn Desk<'_>, order: &mut Order, deposit_at: Instant) -> Result<(), Refusal> {
    let (Some(terms), Some(presale)) = (terms(desk, order), &order.presale) else {
        return Ok(());
    };
    let (shop, now, window) = (desk.shop()?, desk.now(), presale.balance_window);
    let schedule = remind::schedule(window);
    if schedule.iter().all(|due| due.kind != Kind::BalanceClosing) {
        no_time(desk, order, Kind::BalanceClosing, window.starts_at.max(deposit_at));
    }
    for due in schedule {
        // Who pays the deposit when balances are open already hears of it at once.
        let wished = if due.kind == Kind::BalanceOpening { due.due_at.max(deposit_at) } else { due.due_at };
        if wished < deposit_at {
            no_time(desk, order, due.kind, deposit_at);
            continue;
        }
        let moved = if terms.quiet_hours {
            remind::out_of_quiet_hours(shop, wished, window.ends_at)
        } else {
            Some(wished)
        };
        let reminder = Reminder {
            kind: due.kind,
            message_id: desk.next_message(),
            due_at: moved.unwrap_or(wished),
            outcome: None,
        };
        if let Some(presale) = &mut order.presale {
            presale.reminders.push(reminder.clone());
        }
        let is_sms = remind::channel(due.kind) == Channel::Sms;
        if is_sms && !terms.sms {
            leave_out(desk, order, &reminder, Code::SwitchedOff, now);
        } else if moved.is_none() {
            leave_out(desk, order, &reminder, Code::QuietHours, now);
        } else {
            let message = message(desk, order, &reminder);
            desk.post(message);
            wait(desk, order, &reminder);
        }
    }
    Ok(())
}

/// The balance window is too short for it, or what is left of the window.
fn no_time(desk: &mut dyn Desk<'_>, order: &mut Order, kind: Kind, due_at: Instant) {
    let reminder = Reminder { kind, message_id: desk.next_message(), due_at, outcome: None };
    if let Some(presale) = &mut order.presale {
        presale.reminders.push(reminder.clone());
    }
    let off = remind::channel(kind) == Channel::Sms && terms(desk, order).is_some_and(|terms| !terms.sms);
    let code = if off { Code::SwitchedOff } else { Code::ShortWindow };
    let now = desk.now();
    leave_out(desk, order, &reminder, code, now);
}

/// The order has ended: what waits is left out (A-S1-15).
pub fn end(desk: &mut dyn Desk<'_>, order: &mut Order, at: Instant) {
    while let Some(reminder) = order.presale.as_ref().and_then(|presale| presale.next_reminder()).cloned() {
        leave_out(desk, order, &reminder, Code::OrderClosed, at);
    }
}

/// The reminder that is due: everything is asked again, then it goes out, waits, or is left out with
/// its reason (A-S1-15, A-S1-16).
pub fn fire(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
    let now = desk.now();
    let Some(presale) = &order.presale else { return Ok(()) };
    let Some(reminder) = presale.next_reminder().cloned() else { return Ok(()) };
    let (shop, ends_at) = (desk.shop()?, presale.balance_window.ends_at);
    let quiet = terms(desk, order).is_some_and(|terms| terms.quiet_hours) && shop.is_quiet(now);
    if quiet {
        match remind::out_of_quiet_hours(shop, now, ends_at) {
            Some(later) => put_off(desk, order, &reminder, later),
            None => leave_out(desk, order, &reminder, Code::QuietHours, now),
        }
        return Ok(());
    }
    let sent = may_send(desk, order, shop, &reminder).and_then(|()| send(desk, order, shop, &reminder));
    if let Err(code) = sent {
        leave_out(desk, order, &reminder, code, now);
    }
    Ok(())
}

fn may_send(desk: &dyn Desk<'_>, order: &Order, shop: &Shop, reminder: &Reminder) -> Result<(), Code> {
    if !order.is_open(desk.now()) {
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
    let waiting = waiting(desk, order, reminder);
    // Quiet hours were looked at before: a reminder is put off for them, not left out.
    let ask = Ask { quiet: Quiet::PassedOver, cap: Cap::BalanceSms(&waiting) };
    centre::judge(shop, desk.platform_zone(), &desk.everywhere(&order.customer_id), ask, desk.now())
}

/// By SMS it is the shop's packs that pay (A-S1-18), and the campaign's own word that is followed.
fn send(desk: &mut dyn Desk<'_>, order: &mut Order, shop: &Shop, reminder: &Reminder) -> Result<(), Code> {
    let now = desk.now();
    let quiet = terms(desk, order).is_some_and(|terms| terms.quiet_hours);
    let quiet = shop.quiet_hours.next_start(&shop.time_zone, now).filter(|_| quiet);
    let until = order.cancel_at.into_iter().chain(quiet).min().unwrap_or(now);
    let waiting = message(desk, order, reminder);
    if remind::channel(reminder.kind) == Channel::Sms {
        let values = Values::default();
        centre::let_out(desk, Letter { message: waiting, order: Some(order), until, values })?;
        let day = desk.platform_zone().day(now);
        change_sms(desk, order, true, |sms, shop_id| {
            sms.forget(shop_id, &order.order_id, reminder.kind);
            sms.count(day);
        });
    } else {
        let message = Message { status: MessageStatus::Sent, sent_at: Some(now), ..waiting };
        desk.post(message.clone());
        desk.send(message, until);
    }
    close(desk, order, reminder, ReminderOutcome::Sent(now), now);
    Ok(())
}

fn leave_out(desk: &mut dyn Desk<'_>, order: &mut Order, reminder: &Reminder, code: Code, at: Instant) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    change_sms(desk, order, is_sms, |sms, shop_id| sms.forget(shop_id, &order.order_id, reminder.kind));
    let status = MessageStatus::Suppressed;
    let message = Message { status, code: Some(code), ..message(desk, order, reminder) };
    desk.post(message);
    close(desk, order, reminder, ReminderOutcome::LeftOut(code), at);
    if reminder.kind == Kind::BalanceOpening && code != Code::OrderClosed {
        leave_out_second(desk, order, code, at);
    }
}

/// The first did not reach the customer, so the second is not for them (A-S1-13): its place in the
/// day's three is free.
fn leave_out_second(desk: &mut dyn Desk<'_>, order: &mut Order, code: Code, at: Instant) {
    let presale = order.presale.as_ref();
    let waits = |known: &&Reminder| known.kind == Kind::BalanceClosing && known.outcome.is_none();
    let second = presale.and_then(|presale| presale.reminders.iter().find(waits)).cloned();
    if let Some(second) = second {
        leave_out(desk, order, &second, code, at);
    }
}

fn put_off(desk: &mut dyn Desk<'_>, order: &mut Order, reminder: &Reminder, later: Instant) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    change_sms(desk, order, is_sms, |sms, shop_id| sms.forget(shop_id, &order.order_id, reminder.kind));
    let moved = Reminder { due_at: later, ..reminder.clone() };
    let message = message(desk, order, &moved);
    desk.post(message);
    wait(desk, order, &moved);
    set(order, moved);
}

/// A reminder that was let out did not reach its provider: it was not sent after all.
pub fn undelivered(desk: &mut dyn Desk<'_>, failed: &Message, code: Code) {
    let order = failed.order_id.as_ref().and_then(|id| desk.order(id));
    let (Some(mut order), Some(campaign_id), Some(sent_at)) = (order, &failed.campaign_id, failed.sent_at)
    else {
        return;
    };
    let late = !order.is_open(desk.now());
    // Its time ended with its order's, or where quiet hours began.
    let code = match (code, late) {
        (Code::QuietHours | Code::TooLate, true) => Code::OrderClosed,
        (Code::TooLate, false) => Code::QuietHours,
        (code, _) => code,
    };
    let day = desk.platform_zone().day(sent_at);
    change_sms(desk, &order, failed.channel == Channel::Sms, |sms, _| sms.uncount(day));
    desk.count(campaign_id, Count::Unpushed(code));
    desk.post(failed.taken_back(code));
    let entry = TimelineEntry::new(desk.now(), "reminder.suppressed").campaign(campaign_id);
    desk.note(&mut order, entry.code(code).detail(json!({ "kind": failed.kind })));
    let reminders = order.presale.iter().flat_map(|presale| &presale.reminders);
    let known = reminders.into_iter().find(|known| known.message_id == failed.message_id).cloned();
    if let Some(reminder) = known {
        set(&mut order, Reminder { outcome: Some(ReminderOutcome::LeftOut(code)), ..reminder });
    }
    if failed.kind == Kind::BalanceOpening {
        let now = desk.now();
        leave_out_second(desk, &mut order, code, now);
    }
    desk.put_order(order);
}

fn close(
    desk: &mut dyn Desk<'_>,
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
    desk.note(order, entry);
    if let Some(campaign) = campaign {
        desk.count(&campaign, count);
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

fn waiting(desk: &dyn Desk<'_>, order: &Order, reminder: &Reminder) -> WaitingSms {
    let ends_at = order.presale.as_ref().map(|presale| presale.balance_window.ends_at);
    WaitingSms {
        due_at: reminder.due_at,
        balance_ends_at: ends_at.unwrap_or(reminder.due_at),
        order_id: order.order_id.clone(),
        shop_id: desk.shop_id().clone(),
        kind: reminder.kind,
    }
}

fn wait(desk: &mut dyn Desk<'_>, order: &Order, reminder: &Reminder) {
    let is_sms = remind::channel(reminder.kind) == Channel::Sms;
    let one = waiting(desk, order, reminder);
    change_sms(desk, order, is_sms, |sms, _| sms.wait(one));
}

/// Changes what the customer's platform-wide row says of reminders by SMS; of no other channel.
fn change_sms(
    desk: &mut dyn Desk<'_>,
    order: &Order,
    is_sms: bool,
    change: impl FnOnce(&mut ReminderSms, &ShopId),
) {
    if !is_sms {
        return;
    }
    let mut standing = desk.everywhere(&order.customer_id);
    change(&mut standing.reminder_sms, desk.shop_id());
    desk.put_everywhere(&order.customer_id, standing);
}

/// The reminder as a message that waits.
fn message(desk: &dyn Desk<'_>, order: &Order, reminder: &Reminder) -> Message {
    let order_id: &OrderId = &order.order_id;
    Message {
        message_id: reminder.message_id.clone(),
        shop_id: desk.shop_id().clone(),
        order_id: Some(order_id.clone()),
        customer_id: order.customer_id.clone(),
        campaign_id: campaign_of(order),
        kind: reminder.kind,
        channel: remind::channel(reminder.kind),
        status: MessageStatus::Planned,
        code: None,
        due_at: reminder.due_at,
        sent_at: None,
        link: message::balance_link(desk.shop_id(), order_id),
        sending: None,
    }
}
