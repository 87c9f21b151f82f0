//! The one push of an order: planned when its coupon is shown, asked again when it is due, sent or left out with
//! its reason (S0-R36, A-S0-12 to A-S0-16).

use super::{
    push_plan::{plan_push, replan_push},
    push_send::{SendFacts, may_send},
};
use crate::{
    Code, Instant, MessageId, Refusal,
    campaign::{Count, Counters, Desk},
    message::{self, Channel, Kind, Message, MessageStatus},
    order::{Order, TimelineEntry},
    risk,
};

/// When the planned push is due.
pub fn due_at(order: &Order) -> Option<Instant> {
    order.recovery.push.planned.as_ref().map(|(_, due_at)| *due_at)
}

/// Plans the order's push, or writes down why there is none.
pub fn plan(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
    let planned = plan_push(desk.shop()?, order, desk.now());
    let id = desk.next_message();
    match planned {
        Ok(due_at) => schedule(desk, order, id, due_at),
        Err(code) => {
            let now = desk.now();
            record(desk, order, &id, now, Err(code), now);
        }
    }
    Ok(())
}

fn schedule(desk: &mut dyn Desk<'_>, order: &mut Order, id: MessageId, due_at: Instant) {
    if let Some(message) = message_of(desk, order, &id, due_at) {
        desk.post(message);
    }
    order.recovery.push.planned = Some((id, due_at));
}

fn replan(desk: &mut dyn Desk<'_>, order: &mut Order, earliest: Instant) -> Result<(), Refusal> {
    if let Ok(due_at) = replan_push(desk.shop()?, order, earliest) {
        let id = desk.next_message();
        schedule(desk, order, id, due_at);
    }
    Ok(())
}

/// The push is due: everything is asked again, then it goes out or is dropped with its reason.
/// Reasons that pass lead to a new plan before the deadline (A-S0-15).
pub fn send(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
    let Some((id, due_at)) = order.recovery.push.planned.take() else { return Ok(()) };
    let (now, shop) = (desk.now(), desk.shop()?);
    let standing = desk.standing(&order.customer_id);
    let mut everywhere = desk.everywhere(&order.customer_id);
    let row = order.recovery.offer.as_ref().and_then(|offer| desk.campaign(&offer.campaign_id));
    let none = Counters::default();
    let platform_zone = desk.platform_zone();
    let facts = SendFacts {
        shop,
        platform_zone,
        order,
        campaign: row.map(|row| &*row.campaign),
        counters: row.map_or(&none, |row| &row.counters),
        everywhere: &everywhere,
        blocked: risk::is_blocked(&standing, now),
    };
    let verdict = may_send(&facts, now);
    let message = record(desk, order, &id, due_at, verdict, now);
    match verdict {
        Ok(()) => {
            order.recovery.push.sent_at = Some(now);
            everywhere.remind(&order.categories(), platform_zone.day(now));
            desk.put_everywhere(&order.customer_id, everywhere);
            let quiet = shop.quiet_hours.next_start(&shop.time_zone, now);
            let until = order.cancel_at.into_iter().chain(quiet).min().unwrap_or(now);
            if let Some(message) = message {
                desk.send(message, until);
            }
        }
        Err(Code::QuietHours) => replan(desk, order, now)?,
        Err(Code::CategoryDay) => {
            replan(desk, order, platform_zone.next_day(now))?;
        }
        Err(_) => {}
    }
    Ok(())
}

/// A push that was let out did not reach its provider: it was not sent after all. The order's push
/// and its categories are free again (A-S0-14, A-S0-15); one that was not out before quiet hours is
/// planned anew.
pub fn undelivered(desk: &mut dyn Desk<'_>, message: &Message, code: Code) -> Result<(), Refusal> {
    let Some(sent_at) = message.sent_at.filter(|_| message.status == MessageStatus::Sent) else {
        return Ok(());
    };
    let (now, shop) = (desk.now(), desk.shop()?);
    let missing = || Refusal::with(Code::NotFound, format!("no message {}", message.message_id));
    let (order_id, campaign_id) =
        message.order_id.as_ref().zip(message.campaign_id.as_ref()).ok_or_else(missing)?;
    let mut order = desk.order(order_id).ok_or_else(missing)?;
    let late = !order.is_open(now);
    let code = if code == Code::QuietHours && late { Code::OrderClosed } else { code };
    desk.count(campaign_id, Count::Unpushed(code));
    let mut everywhere = desk.everywhere(&message.customer_id);
    everywhere.forget_reminder(&order.categories(), desk.platform_zone().day(sent_at));
    desk.put_everywhere(&message.customer_id, everywhere);
    order.recovery.push.sent_at = None;
    let entry = TimelineEntry::new(now, "push.suppressed").campaign(campaign_id);
    desk.note(&mut order, entry.code(code));
    desk.post(message.taken_back(code));
    if code == Code::QuietHours || (!late && shop.quiet_hours.contains(&shop.time_zone, now)) {
        replan(desk, &mut order, now)?;
    }
    desk.put_order(order);
    Ok(())
}

/// Writes down what became of a push: sent, or suppressed with its reason (S0-R36).
pub fn record(
    desk: &mut dyn Desk<'_>,
    order: &mut Order,
    id: &MessageId,
    due_at: Instant,
    outcome: Result<(), Code>,
    at: Instant,
) -> Option<Message> {
    let planned = message_of(desk, order, id, due_at)?;
    let (status, code) = match outcome {
        Ok(()) => (MessageStatus::Sent, None),
        Err(code) => (MessageStatus::Suppressed, Some(code)),
    };
    let campaign_id = planned.campaign_id.clone()?;
    desk.count(&campaign_id, code.map_or(Count::Pushed, Count::Suppressed));
    let message = Message { status, code, sent_at: code.is_none().then_some(at), ..planned };
    let what = if code.is_none() { "push.sent" } else { "push.suppressed" };
    let mut entry = TimelineEntry::new(at, what).campaign(&campaign_id);
    entry.code = code;
    desk.note(order, entry);
    desk.post(message.clone());
    Some(message)
}

/// The planned push of an order, as a message; none where no coupon was shown.
fn message_of(desk: &dyn Desk<'_>, order: &Order, id: &MessageId, due_at: Instant) -> Option<Message> {
    let campaign_id = order.recovery.offer.as_ref().map(|offer| offer.campaign_id.clone())?;
    Some(Message {
        message_id: id.clone(),
        shop_id: desk.shop_id().clone(),
        order_id: Some(order.order_id.clone()),
        customer_id: order.customer_id.clone(),
        campaign_id: Some(campaign_id),
        kind: Kind::PaymentReminder,
        channel: Channel::Push,
        status: MessageStatus::Planned,
        code: None,
        due_at,
        sent_at: None,
        link: message::order_link(desk.shop_id(), &order.order_id),
        sending: None,
    })
}
