//! Notices that no event brings: they are asked for by themselves, and told by every channel that is on.

use super::command::Notice;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, MessageId, Refusal, Violation,
    campaign::Desk,
    message::{
        Channel, Kind, Message, MessageStatus,
        centre::{self, Letter},
        office::{Office, chosen},
        order_link,
    },
};

/// The message of a notice by a channel. Ids that are asked for are the shop's own, and one notice can be two messages.
pub fn id_by(id: &MessageId, channel: Channel) -> MessageId {
    match channel {
        Channel::Sms | Channel::Push => id.clone(),
        Channel::Wechat => MessageId::try_new(&format!("{id}:w")).unwrap_or_else(|_| id.clone()),
    }
}

/// Sends a notice by every channel that is on, or writes down why not. The same again changes nothing; another under its
/// id is a conflict.
pub fn post(draft: &mut Draft<'_>, notice: &Notice) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let Notice { message_id, kind, customer_id, order_id, .. } = notice;
    let order = match order_id {
        Some(id) => {
            let missing = || Refusal::with(Code::NotFound, format!("no order {id}"));
            Some(draft.order(id).ok_or_else(missing)?)
        }
        None => None,
    };
    // What an order says is for its customer; orders of goods go to suppliers.
    let to_supplier = matches!(kind, Kind::SupplierOrder | Kind::PurchaseOrder);
    if !to_supplier && order.as_ref().is_some_and(|order| order.customer_id != *customer_id) {
        let message = "the order is another customer's";
        return Err(Refusal::of(Violation::with("customer_id", Code::InvalidValue, message)));
    }
    let channels: Vec<Channel> =
        kind.about().channels.iter().copied().filter(|channel| *channel != Channel::Push).collect();
    let known = channels.iter().find_map(|channel| draft.message(&id_by(message_id, *channel)));
    if let Some(known) = known {
        let is_same = (known.kind, &known.customer_id, &known.order_id) == (*kind, customer_id, order_id);
        return if is_same {
            Ok(Reply::Done)
        } else {
            Err(Refusal::with(Code::MessageExists, format!("{message_id} was another message")))
        };
    }
    if channels
        .iter()
        .any(|channel| *channel == Channel::Wechat && id_by(message_id, *channel) == *message_id)
    {
        return Err(Refusal::of(Violation::with("message_id", Code::TooLongText, "at most 62 characters")));
    }
    let now = draft.now;
    let chosen = chosen(draft.centre(), now).into_owned();
    let on: Vec<Channel> = channels.iter().copied().filter(|channel| chosen.is_on(*kind, *channel)).collect();
    let until = kind.too_late_at(now, order.as_ref()).unwrap_or(now);
    let is_off = on.is_empty();
    for channel in if is_off { &channels[..1] } else { &on[..] } {
        let link = order_id.as_ref().map(|id| order_link(draft.shop_id, id)).unwrap_or_default();
        let message = Message {
            message_id: id_by(message_id, *channel),
            shop_id: draft.shop_id.clone(),
            order_id: order_id.clone(),
            customer_id: customer_id.clone(),
            campaign_id: None,
            kind: *kind,
            channel: *channel,
            status: MessageStatus::Planned,
            code: None,
            due_at: now,
            sent_at: None,
            link,
            sending: None,
        };
        let code = if is_off {
            Some(Code::SwitchedOff)
        } else {
            let (order, values) = (order.as_ref(), notice.values.clone());
            let letter = Letter { message: message.clone(), order, until, values };
            centre::let_out(draft, letter).err()
        };
        if code.is_some() {
            draft.post(Message { status: MessageStatus::Suppressed, code, ..message });
        }
    }
    Ok(Reply::Done)
}
