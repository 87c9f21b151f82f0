//! Notices that no event brings: they are asked for by themselves, and told by every channel that is on.
//!
//! Always holds: a caller names no id that the server gives; what the platform pays for is about an order, of an order's
//! each is let out so many times at most, whoever asks for it, and it goes to the order's customer, or to a supplier: whom
//! the shop's settings name, else so many people at most (S2-R13).

use super::command::Notice;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, MessageId, Refusal, Violation,
    campaign::Desk,
    limits,
    message::{
        Channel, Kind, Message, MessageStatus, Payer,
        centre::{self, Letter},
        link_of,
        office::{MayHear, Office, is_on},
    },
    order::Order,
};

/// The message of a notice by a channel: ids that are asked for are the caller's own, and one notice can be two messages.
/// Nothing where the id leaves no room for a second one.
pub fn id_by(id: &MessageId, channel: Channel) -> Option<MessageId> {
    match channel {
        Channel::Sms | Channel::Push => Some(id.clone()),
        Channel::Wechat => id.by_wechat(),
    }
}

/// Sends a notice by every channel that is on, or writes down why not. The same again is answered before it comes here,
/// by its request; whatever comes under a known id is another notice.
pub fn post(draft: &mut Draft<'_>, notice: &Notice) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let (kind, now) = (notice.kind, draft.now);
    let ways = ways(notice)?;
    if ways.iter().any(|(_, id)| draft.message(id).is_some()) {
        let message = format!("{} was sent before with other contents", notice.message_id);
        return Err(Refusal::with(Code::IdempotencyConflict, message));
    }
    let mut order = order_of(draft, notice)?;
    let hearing = hearing(draft, notice)?;
    let is_wanted = |way: &&(Channel, MessageId)| is_on(draft.centre(), kind, way.0, now);
    let on: Vec<&(Channel, MessageId)> = ways.iter().filter(is_wanted).collect();
    let is_off = on.is_empty();
    let until = kind.too_late_at(now, order.as_ref()).unwrap_or(now);
    let mut is_out = false;
    for (channel, message_id) in if is_off { ways.iter().take(1).collect() } else { on } {
        draft.changes().messages_made.push(message_id.clone());
        let message = message(draft, notice, *channel, message_id.clone());
        let code = if is_off {
            Some(Code::SwitchedOff)
        } else {
            let (order, values) = (order.as_ref(), notice.values.clone());
            let letter = Letter { message: message.clone(), order, until, values };
            centre::let_out(draft, letter).err()
        };
        match code {
            Some(_) => draft.post(Message { status: MessageStatus::Suppressed, code, ..message }),
            None => is_out = true,
        }
    }
    if let Some(order) = order.as_mut().filter(|_| is_out && is_free(kind)) {
        order.notices.asked.push(kind);
        draft.put_order(order.clone());
    }
    let hears_anew = hearing == Some(MayHear::Anew);
    if let Some(mut centre) = draft.centre().cloned().filter(|_| is_out && hears_anew) {
        centre.supply(notice.customer_id.clone());
        draft.put_centre(centre);
    }
    Ok(Reply::Done)
}

/// The channels that the notice may take, with the id of its message by each.
fn ways(notice: &Notice) -> Result<Vec<(Channel, MessageId)>, Refusal> {
    let wrong = |code, message: &str| Refusal::of(Violation::with("message_id", code, message));
    if notice.message_id.is_servers() {
        return Err(wrong(Code::InvalidValue, "ids that begin with ms_ are given by the server"));
    }
    let channels = notice.kind.about().channels.iter().copied().filter(|channel| *channel != Channel::Push);
    let way = |channel| {
        let id = id_by(&notice.message_id, channel);
        Ok((channel, id.ok_or_else(|| wrong(Code::TooLongText, "at most 59 characters"))?))
    };
    channels.map(way).collect()
}

/// The order that a notice is about. What an order says is for its customer; orders of goods go to those who supply them,
/// whom the shop names.
fn order_of(draft: &Draft<'_>, notice: &Notice) -> Result<Option<Order>, Refusal> {
    let Notice { kind, customer_id, order_id, .. } = notice;
    let wrong = |field, code, message| Err(Refusal::of(Violation::with(field, code, message)));
    let Some(id) = order_id else {
        return if is_free(*kind) {
            wrong("order_id", Code::Required, "the platform pays for this notice: it is about an order")
        } else {
            Ok(None)
        };
    };
    let missing = || Refusal::with(Code::NotFound, format!("no order {id}"));
    let order = draft.order(id).ok_or_else(missing)?;
    if !is_supplied(*kind) && order.customer_id != *customer_id {
        return wrong("customer_id", Code::InvalidValue, "the order is another customer's");
    }
    let asked = order.notices.asked.iter().filter(|asked| *asked == kind).count();
    if is_free(*kind) && asked >= limits::FREE_NOTICES {
        let message = format!("{} of an order: at most {}", kind.as_str(), limits::FREE_NOTICES);
        return Err(Refusal::with(Code::LimitReached, message));
    }
    Ok(Some(order))
}

/// Whether whoever is named may be told of an order of goods; nothing of other notices, and before the shop has said
/// anything, when nothing goes out.
fn hearing(draft: &Draft<'_>, notice: &Notice) -> Result<Option<MayHear>, Refusal> {
    let centre = draft.centre().filter(|_| is_supplied(notice.kind));
    let hearing = centre.map(|centre| centre.may_hear(&notice.customer_id, draft.now));
    match hearing {
        Some(MayHear::NotNamed) => {
            let message = "none of the suppliers in the message settings";
            Err(Refusal::of(Violation::with("customer_id", Code::InvalidValue, message)))
        }
        Some(MayHear::TooMany) => {
            let most = limits::UNNAMED_SUPPLIERS;
            let message = format!("{most} have been told: name the suppliers in the message settings");
            Err(Refusal::with(Code::LimitReached, message))
        }
        Some(MayHear::Yes | MayHear::Anew) | None => Ok(hearing),
    }
}

/// Whether it is an order of goods, for those who supply them.
const fn is_supplied(kind: Kind) -> bool {
    matches!(kind, Kind::SupplierOrder | Kind::PurchaseOrder)
}

/// Whether the platform pays for it.
fn is_free(kind: Kind) -> bool {
    kind.about().payer == Payer::Free
}

fn message(draft: &Draft<'_>, notice: &Notice, channel: Channel, message_id: MessageId) -> Message {
    let link = notice.order_id.as_ref().map(|id| link_of(notice.kind, draft.shop_id, id));
    Message {
        message_id,
        shop_id: draft.shop_id.clone(),
        order_id: notice.order_id.clone(),
        customer_id: notice.customer_id.clone(),
        campaign_id: None,
        kind: notice.kind,
        channel,
        status: MessageStatus::Planned,
        code: None,
        due_at: draft.now,
        sent_at: None,
        link: link.unwrap_or_default(),
        sending: None,
    }
}
