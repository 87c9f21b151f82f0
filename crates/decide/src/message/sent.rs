//! What providers say of messages: taken, refused, not known; and what they report later.
//!
//! Always holds: an answer moves the message, its wallet, its number, its grant and its dispatch in one transaction, and
//! told again changes nothing.

use super::command::{Answered, Says};
use super::differences;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, Instant, MessageId, Refusal,
    campaign::{self, Desk},
    message::{
        Channel, Message, MessageStatus,
        alerts::Alert,
        centre,
        numbers::NumberKey,
        office::Office,
        sending::{Delivery, Moved, Report, Sending, Stage},
        wallet::Wallet,
    },
};
use port::{Before, DispatchUpdate};

/// Settles what a provider answered.
pub fn answered(draft: &mut Draft<'_>, id: &MessageId, answer: &Answered) -> Result<Reply, Refusal> {
    let found = message(draft, id)?;
    let (shop_id, message_id) = (draft.shop_id.clone(), id.clone());
    let update = match answer {
        Answered::Taken { provider_id, segments } => {
            take(draft, found, provider_id.clone(), *segments);
            DispatchUpdate::Done { shop_id, message_id }
        }
        Answered::Refused { code, provider_code, says } => {
            refuse(draft, found, *code, provider_code.clone(), *says)?;
            DispatchUpdate::Done { shop_id, message_id }
        }
        Answered::Later { attempt, next_at } => {
            stands(draft, found, MessageStatus::Retrying);
            let (attempt, next_at, before) = (*attempt, *next_at, Before::NotTaken);
            DispatchUpdate::Retry { shop_id, message_id, attempt, next_at, before }
        }
        Answered::Unknown { next_at } => {
            stands(draft, found, MessageStatus::Unknown);
            DispatchUpdate::Ask { shop_id, message_id, at: draft.now, next_at: *next_at }
        }
    };
    draft.changes().dispatch_updates.push(update);
    Ok(Reply::Done)
}

/// Where a message stands that its provider has not taken, as far as is known.
fn stands(draft: &mut Draft<'_>, mut message: Message, status: MessageStatus) {
    let is_out = message.sending.as_ref().is_some_and(|sending| sending.stage == Stage::Out);
    if is_out && message.status.is_out() && message.status != status {
        message.status = status;
        draft.post(message);
    }
}

/// Changes a message's way and the wallet with it.
fn with_wallet(
    draft: &mut Draft<'_>,
    message: &mut Message,
    change: impl FnOnce(&mut Sending, &mut Wallet, Instant) -> Moved,
) -> Moved {
    let Some(sending) = &mut message.sending else { return Moved::Not };
    let (mut wallet, before) = (draft.wallet(), sending.billed_by_provider());
    let moved = change(sending, &mut wallet, draft.now);
    let (is_taken, holds) =
        (sending.stage == Stage::Taken, moved == Moved::On && !sending.reserved.is_empty());
    if is_taken && message.status.is_out() {
        message.status = MessageStatus::Sent;
    }
    let differs = differences::book(draft, message, before, &mut wallet);
    if holds || differs {
        centre::keep(draft, wallet);
    }
    moved
}

fn take(draft: &mut Draft<'_>, mut message: Message, provider_id: Option<String>, segments: Option<u32>) {
    let early = provider_id.as_deref().and_then(|id| draft.early_reports(id)).cloned();
    let mut moved =
        with_wallet(draft, &mut message, |sending, wallet, _| sending.take(provider_id, segments, wallet));
    for (numbers, report) in early.into_iter().flat_map(|early| early.reports) {
        let is_its = message.sending.as_ref().is_some_and(|sending| sending.went_to(Some(&numbers)));
        if is_its && tell(draft, &mut message, &report) == Moved::On {
            moved = Moved::On;
        }
    }
    if moved == Moved::On {
        draft.post(message);
    }
}

/// Takes a delivery report in; the message is failed once it is known that it did not arrive.
fn tell(draft: &mut Draft<'_>, message: &mut Message, report: &Report) -> Moved {
    let moved =
        with_wallet(draft, message, |sending, wallet, now| sending.report(report.clone(), wallet, now));
    let delivery = message.sending.as_ref().and_then(|sending| sending.delivery());
    if moved == Moved::On && delivery == Some(Delivery::Failed) && message.status == MessageStatus::Sent {
        (message.status, message.code) = (MessageStatus::Failed, Some(Code::ProviderFailed));
    }
    moved
}

fn refuse(
    draft: &mut Draft<'_>,
    mut message: Message,
    code: Code,
    provider_code: Option<String>,
    says: Says,
) -> Result<(), Refusal> {
    if !message.status.is_out() && message.status != MessageStatus::Planned {
        return Ok(());
    }
    if message.sending.is_some() {
        let refused =
            |sending: &mut Sending, wallet: &mut Wallet, now| sending.refuse(provider_code, wallet, now);
        if with_wallet(draft, &mut message, refused) == Moved::Not {
            return Ok(());
        }
        give_back(draft, &message, says);
        learn(draft, &message, says);
    }
    campaign::undelivered(draft, &message, code)
}

/// The number's place, and the grant, of a message that did not go out.
fn give_back(draft: &mut Draft<'_>, message: &Message, says: Says) {
    let Some(sending) = &message.sending else { return };
    uncount(draft, message);
    if let Some(template) = sending.grant.as_deref().filter(|_| says != Says::NoGrant) {
        let mut addressee = draft.addressee(&message.customer_id);
        addressee.grant(template, 1);
        draft.put_addressee(&message.customer_id, addressee);
    }
}

/// The number's place of a message that goes out at another moment, to another number, or not at all.
pub fn uncount(draft: &mut Draft<'_>, message: &Message) {
    let Some(sending) = message.sending.as_ref().filter(|_| message.channel == Channel::Sms) else { return };
    for key in sending.numbers() {
        let mut number = draft.number(key);
        number.uncount(message.sent_at.unwrap_or(message.due_at));
        draft.put_number(key, number);
    }
}

/// What a refusal says about the next messages.
fn learn(draft: &mut Draft<'_>, message: &Message, says: Says) {
    let Some(sending) = &message.sending else { return };
    let now = draft.now;
    match says {
        Says::Nothing => {}
        Says::OptedOut => {
            for key in sending.numbers() {
                let mut number = draft.number(key);
                number.opted_out_at = number.opted_out_at.max(Some(now));
                draft.put_number(key, number);
            }
        }
        Says::NoGrant => {
            if let Some(template) = &sending.grant {
                let mut addressee = draft.addressee(&message.customer_id);
                addressee.lose_grants(template);
                draft.put_addressee(&message.customer_id, addressee);
            }
        }
        Says::TemplateBlocked => block(draft, message, sending),
    }
}

fn block(draft: &mut Draft<'_>, message: &Message, sending: &Sending) {
    let (Some(number), Some(centre)) = (sending.template, draft.centre()) else { return };
    let (kind, channel, mut centre) = (message.kind, message.channel, centre.clone());
    let why = sending.provider_code.clone().unwrap_or_default();
    if centre.block(kind, channel, number, why.clone(), draft.now) {
        draft.put_centre(centre);
        draft.alert(&Alert::TemplateBlocked { kind, channel, version: number, provider_code: why });
    }
}

/// Takes a delivery report in. One that names another number than the message went to is no report of it.
pub fn reported(
    draft: &mut Draft<'_>,
    id: &MessageId,
    numbers: Option<&[NumberKey]>,
    report: &Report,
) -> Result<Reply, Refusal> {
    let mut found = message(draft, id)?;
    if !found.sending.as_ref().is_some_and(|sending| sending.went_to(numbers)) {
        return Err(Refusal::with(Code::NotFound, format!("no message {id} to that number")));
    }
    if tell(draft, &mut found, report) == Moved::On {
        draft.post(found);
        let (shop_id, message_id) = (draft.shop_id.clone(), id.clone());
        draft.changes().dispatch_updates.push(DispatchUpdate::Done { shop_id, message_id });
    }
    Ok(Reply::Done)
}

/// The message of that id; refused as `not_found` where there is none.
pub fn message(draft: &Draft<'_>, id: &MessageId) -> Result<Message, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no message {id}"));
    draft.message(id).cloned().ok_or_else(missing)
}
