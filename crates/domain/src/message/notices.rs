//! Notices: what happens to an order, told to its customer by the channels that the shop has switched on (S2-R11 to
//! S2-R17).
//!
//! Always holds: a thing is told once by each channel, however often and in whatever order it is heard of; what is not
//! told is written down with its reason. A shop that never asked for messages tells nothing and writes nothing.

use super::{
    Channel, Kind, Message, MessageStatus,
    centre::{self, Letter},
    going, link_of,
    office::chosen,
    settings::Chosen,
    values::Values,
};
use crate::{
    Code, Instant,
    campaign::Desk,
    limits,
    order::{Order, Refund, RefundStatus, State, TimelineEntry, Topic, Waiting},
};
use money::Money;
use serde_json::json;

const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Wechat];

/// What of an order can be told, as it stands.
#[derive(Debug, Default)]
pub struct Seen(Vec<(Topic, Instant)>);

impl Seen {
    /// What there is to tell of an order. An order that was not there has nothing; a shop without messages asks for
    /// nothing.
    pub fn of(desk: &dyn Desk<'_>, order: &Order) -> Self {
        if desk.centre().is_none() { Self::default() } else { Self(topics(order)) }
    }
}

fn topics(order: &Order) -> Vec<(Topic, Instant)> {
    let plain = |kind, at| (Topic { kind, refund_id: None }, at);
    let mut found = Vec::new();
    match order.state {
        State::Open if order.presale.is_none() => found.push(plain(Kind::PaymentReminder, order.placed_at)),
        State::Paid { at } => found.push(plain(Kind::PaymentSucceeded, at)),
        State::Open | State::Cancelled { .. } => {}
    }
    found.extend(order.shipped_at.map(|at| plain(Kind::Shipped, at)));
    found.extend(order.received_at.map(|at| plain(Kind::Received, at)));
    for refund in &order.refunds {
        let kind = match refund.status {
            RefundStatus::Approved | RefundStatus::Succeeded => Kind::RefundApproved,
            // What gave way to other refunds was rejected by nobody.
            RefundStatus::Rejected if refund.offline.as_ref().is_some_and(|offline| offline.gave_way) => {
                continue;
            }
            RefundStatus::Rejected => Kind::RefundRejected,
            // What is to be transferred is told once it has been.
            RefundStatus::Requested | RefundStatus::OfflineTransferRequired => continue,
        };
        // Sums of several have been told one by one.
        if refund.sums == 0 {
            // What was promised is told when it was kept.
            let at = if refund.answered { refund.at } else { refund.granted_at.unwrap_or(refund.at) };
            found.push((Topic { kind, refund_id: Some(refund.refund_id.clone()) }, at));
        }
    }
    found
}

/// Tells what this decision has made of an order.
pub fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, before: &Seen) {
    // A shop that has not said what it wants, or whose word counts later, is sent nothing.
    if !desk.centre().is_some_and(|centre| centre.speaks(desk.now())) {
        return;
    }
    end_reminders(desk, order);
    for (topic, at) in topics(order) {
        if before.0.iter().any(|(known, _)| *known == topic) || order.notices.told.contains(&topic) {
            continue;
        }
        order.remember_told(topic.clone());
        tell(desk, order, &topic, at);
    }
}

/// What was to remind of an order that has ended is left out at once.
fn end_reminders(desk: &mut dyn Desk<'_>, order: &mut Order) {
    if matches!(order.state, State::Open) {
        return;
    }
    let is_over = |one: &Waiting| one.topic.kind == Kind::PaymentReminder;
    let (over, waiting): (Vec<_>, Vec<_>) = order.notices.waiting.drain(..).partition(is_over);
    order.notices.waiting = waiting;
    for one in over {
        leave_out(desk, order, &one, Code::OrderClosed);
    }
}

/// Something happened to the order at that moment.
fn tell(desk: &mut dyn Desk<'_>, order: &mut Order, topic: &Topic, at: Instant) {
    let (now, kind) = (desk.now(), topic.kind);
    let chosen = chosen(desk.centre(), now).into_owned();
    let wished = match kind {
        Kind::PaymentReminder => at.plus_minutes(i64::from(chosen.reminder_after_minutes)),
        _ => now,
    };
    let Some(until) = kind.too_late_at(at, Some(order)) else { return };
    let is_platforms = wished < super::settings::CUT_OVER;
    let on: Vec<Channel> = CHANNELS
        .into_iter()
        .filter(|channel| kind.about().channels.contains(channel))
        .filter(|channel| {
            (is_platforms && *channel == Channel::Sms) || is_wanted(desk, &chosen, kind, *channel, wished)
        })
        .collect();
    let channels = if on.is_empty() { &CHANNELS[..1] } else { &on };
    for channel in channels {
        let message_id = desk.next_message();
        let (topic, refund) = (topic.clone(), refund_of(order, topic));
        let one = Waiting { topic, channel: *channel, message_id, due_at: wished, until, refund };
        if on.is_empty() {
            leave_out(desk, order, &one, Code::SwitchedOff);
        } else {
            wait_or_send(desk, order, one);
        }
    }
}

/// Whether the switch is on now, or will be when the notice is due.
fn is_wanted(desk: &dyn Desk<'_>, chosen: &Chosen, kind: Kind, channel: Channel, due_at: Instant) -> bool {
    chosen.is_on(kind, channel) || self::chosen(desk.centre(), due_at).is_on(kind, channel)
}

/// Sends what is due, outside the channel's quiet hours; what is not waits.
fn wait_or_send(desk: &mut dyn Desk<'_>, order: &mut Order, one: Waiting) {
    let now = desk.now();
    match going::when(desk, one.channel, one.due_at.max(now), one.until) {
        Err(code) => leave_out(desk, order, &one, code),
        Ok(due_at) if due_at > now => wait(desk, order, Waiting { due_at, ..one }),
        Ok(_) => send(desk, order, &one),
    }
}

/// What a refund came to that something is told of.
fn refund_of(order: &Order, topic: &Topic) -> Option<Money> {
    let id = topic.refund_id.as_ref()?;
    order.refunds.iter().find(|refund| refund.refund_id == *id).map(Refund::total)
}

fn wait(desk: &mut dyn Desk<'_>, order: &mut Order, one: Waiting) {
    if order.notices.waiting.len() >= limits::WAITING_NOTICES {
        leave_out(desk, order, &one, Code::LimitReached);
        return;
    }
    let message = message(desk, order, &one);
    desk.post(message);
    order.notices.waiting.push(one);
}

/// Sends, or leaves out, what is due by now; `false` when nothing was.
pub fn due(desk: &mut dyn Desk<'_>, order: &mut Order) -> bool {
    let now = desk.now();
    let Some(at) = order.notices.waiting.iter().position(|one| one.due_at <= now) else { return false };
    let one = order.notices.waiting.remove(at);
    if one.topic.kind == Kind::PaymentReminder && !order.is_open(now) {
        leave_out(desk, order, &one, Code::OrderClosed);
        return true;
    }
    wait_or_send(desk, order, one);
    true
}

fn send(desk: &mut dyn Desk<'_>, order: &mut Order, one: &Waiting) {
    let letter = Letter {
        message: message(desk, order, one),
        order: Some(order),
        until: one.until,
        values: values(desk, order, one),
    };
    match centre::let_out(desk, letter) {
        Ok(_) => note(desk, order, one, None),
        Err(code) => leave_out(desk, order, one, code),
    }
}

fn leave_out(desk: &mut dyn Desk<'_>, order: &mut Order, one: &Waiting, code: Code) {
    let waiting = message(desk, order, one);
    desk.post(Message { status: MessageStatus::Suppressed, code: Some(code), ..waiting });
    note(desk, order, one, Some(code));
}

fn note(desk: &mut dyn Desk<'_>, order: &mut Order, one: &Waiting, code: Option<Code>) {
    let what = if code.is_none() { "notice.sent" } else { "notice.suppressed" };
    let mut entry = TimelineEntry::new(desk.now(), what);
    entry.code = code;
    let detail = json!({ "kind": one.topic.kind, "channel": one.channel, "refund_id": one.topic.refund_id });
    desk.note(order, entry.detail(detail));
}

/// One that was let out did not go out after all.
pub fn undelivered(desk: &mut dyn Desk<'_>, failed: &Message, code: Code) {
    desk.post(failed.taken_back(code));
    let Some(mut order) = failed.order_id.as_ref().and_then(|id| desk.order(id)) else { return };
    let mut entry = TimelineEntry::new(desk.now(), "notice.suppressed");
    entry.code = Some(code);
    let detail = json!({ "kind": failed.kind, "channel": failed.channel });
    desk.note(&mut order, entry.detail(detail));
    desk.put_order(order);
}

fn values(desk: &dyn Desk<'_>, order: &Order, one: &Waiting) -> Values {
    let refund = refund_of(order, &one.topic).or(one.refund);
    let (Some(refund), Ok(shop)) = (refund, desk.shop()) else { return Values::default() };
    Values::default().with_refund(shop, refund)
}

/// The notice as a message that waits.
fn message(desk: &dyn Desk<'_>, order: &Order, one: &Waiting) -> Message {
    Message {
        message_id: one.message_id.clone(),
        shop_id: desk.shop_id().clone(),
        order_id: Some(order.order_id.clone()),
        customer_id: order.customer_id.clone(),
        campaign_id: None,
        kind: one.topic.kind,
        channel: one.channel,
        status: MessageStatus::Planned,
        code: None,
        due_at: one.due_at,
        sent_at: None,
        link: link_of(one.topic.kind, desk.shop_id(), &order.order_id),
        sending: None,
    }
}
