//! Messages that wait to be sent, as the relay gets them.
//!
//! Always holds: nothing is judged here but whether a contact can be opened; whether a message may go is decided when it is
//! handed over ([`Outbox::mark`]).

use crate::messages::{answered, key_of, refused_as};
use crate::state::{Carrier, InFlight, Outbox};
use domain::{
    Code, Instant, ShopId,
    message::{self, Channel, Message, office::Said, template::Data},
    order::Order,
    shop::Shop,
};
use engine::Input;
use port::Dispatch;
use relay::message::{ByName, ByPosition, Moment, Providers, Subscription};
use relay::{OutgoingMessage, PendingMessage, Recipient, Room};
use std::collections::HashMap;
use std::sync::Arc;

/// How messages travel.
const CHANNELS: [Channel; 3] = [Channel::Push, Channel::Sms, Channel::Wechat];

/// Shops whose messages are read together.
type Shops = HashMap<ShopId, Option<Arc<Shop>>>;

impl Outbox {
    /// By which moment a message's time is judged; none: by now. A sandbox clock jumps: what was not tried yet goes out
    /// there as it was decided, with the time that was left then.
    fn judged_by(&self, dispatch: &Dispatch) -> Option<Instant> {
        let is_first = dispatch.attempt == 0 && dispatch.tried_at.is_none();
        let message = &dispatch.message;
        let decided = message.sent_at.unwrap_or(message.due_at);
        (is_first && self.engine.clock().sandbox().is_some()).then_some(decided)
    }

    /// Until when a message may go out, by the relay's clock.
    fn deliver_until(&self, dispatch: &Dispatch) -> i64 {
        let from = self.judged_by(dispatch).unwrap_or_else(|| self.engine.now());
        (self.clock)().saturating_add(dispatch.deliver_until.since(from))
    }

    /// Messages that may be sent now, of each channel as many as there is room for. Those that may not be any more are
    /// settled.
    pub(crate) async fn due(&self, room: &Room<'_>) -> Result<Vec<PendingMessage>, String> {
        let (now, mut shops) = (self.engine.now(), Shops::new());
        let (mut found, mut over) = (Vec::new(), Vec::new());
        for channel in CHANNELS {
            let limit = room(channel.as_str());
            if limit == 0 {
                continue;
            }
            let rows = self.engine.reader().due_dispatches(channel, now, limit);
            for dispatch in rows.map_err(|error| error.to_string())? {
                match self.look_at(dispatch, &mut shops)? {
                    Looked::May(pending) => found.push(*pending),
                    Looked::MayNot(input) => over.push(*input),
                }
            }
        }
        self.submit(over).await?;
        Ok(found)
    }

    fn look_at(&self, dispatch: Dispatch, shops: &mut Shops) -> Result<Looked, String> {
        let message = &dispatch.message;
        let order = if says_order(&dispatch) { self.order_of(message)? } else { None };
        let to = match self.carrier(message.channel) {
            Some(_) => self.recipient(message)?,
            None => None,
        };
        let is_needed = self.carrier(message.channel).is_some_and(Carrier::needs_contacts);
        if is_needed && to.is_none() && dispatch.tried_at.is_none() {
            let (shop_id, message_id) = (message.shop_id.clone(), message.message_id.clone());
            let answer = refused_as(Code::NoContact);
            return Ok(Looked::MayNot(Box::new(answered(shop_id, message_id, answer))));
        }
        Ok(Looked::May(Box::new(self.pending(dispatch, order.as_ref(), to, shops))))
    }

    fn order_of(&self, message: &Message) -> Result<Option<Order>, String> {
        let Some(order_id) = &message.order_id else { return Ok(None) };
        self.engine.reader().order(&message.shop_id, order_id).map_err(|error| error.to_string())
    }

    fn pending(
        &self,
        dispatch: Dispatch,
        order: Option<&Order>,
        to: Option<Recipient>,
        shops: &mut Shops,
    ) -> PendingMessage {
        let micros = self.deliver_until(&dispatch);
        let judged_by = self.judged_by(&dispatch);
        let until = dispatch.deliver_until;
        let Dispatch { message, attempt, said, tried_at, .. } = dispatch;
        let in_flight = InFlight { attempt, is_letter: said.is_some(), until, judged_by };
        self.in_flight().insert(key_of(&message), in_flight);
        let (body_zh, body_en) = match &said {
            Some(said) => (said.text.clone(), self.english(&message, order, shops)),
            None => self.text_of(&message, order, shops),
        };
        // Where the deadline is another day than today summer time may have begun: the offset is that of then.
        let zone = self.shop(&message.shop_id, shops).map(|shop| shop.time_zone.clone());
        let minutes = zone.map_or(0, |zone| zone.offset_minutes(until));
        let deliver_until = Moment { micros, offset_seconds: minutes * 60 };
        let outgoing = OutgoingMessage {
            message_id: message.message_id.to_string(),
            shop_id: message.shop_id.to_string(),
            order_id: message.order_id.as_ref().map(ToString::to_string),
            customer_id: message.customer_id.to_string(),
            kind: message.kind.as_str().into(),
            channel: message.channel.as_str().into(),
            link: Some(message.link.clone()).filter(|link| !link.is_empty()),
            subject: None,
            body_zh,
            body_en,
            deliver_until,
            to: None,
            signature: None,
            providers: Providers::default(),
            wechat: None,
            text: None,
        };
        let message = match said {
            Some(said) => addressed(outgoing, *said, to),
            None => outgoing,
        };
        PendingMessage { attempt, is_unknown: tried_at.is_some(), message }
    }

    /// The text in English, where it is ours: templates of shops are in one language.
    fn english(&self, message: &Message, order: Option<&Order>, shops: &mut Shops) -> String {
        let is_ours = message.sending.as_ref().is_some_and(|sending| sending.template.is_none());
        if is_ours { self.text_of(message, order, shops).1 } else { String::new() }
    }

    /// To whom; nobody where no contact is known or it cannot be opened. What cannot be read now is read again.
    pub(crate) fn recipient(&self, message: &Message) -> Result<Option<Recipient>, String> {
        let found = self.engine.reader().addressee(&message.shop_id, &message.customer_id);
        let contact = found.map_err(|error| error.to_string())?.and_then(|addressee| addressee.contact);
        let sealed = contact.as_ref().and_then(|contact| contact.by(message.channel));
        let opened = sealed.zip(self.opener.as_ref());
        Ok(opened
            .and_then(|(sealed, opener)| opener.open(&message.shop_id, message, sealed))
            .map(Recipient::new))
    }

    /// What the customer reads, written now: with the deadline that the order has now (A-S1-27).
    fn text_of(&self, message: &Message, order: Option<&Order>, shops: &mut Shops) -> (String, String) {
        let Some(order_id) = &message.order_id else { return Default::default() };
        let shop = self.shop(&message.shop_id, shops);
        message::text::text(message.kind, message.channel, shop, order_id, order)
    }

    fn shop<'s>(&self, shop_id: &ShopId, shops: &'s mut Shops) -> Option<&'s Shop> {
        let read = || self.engine.reader().shop(shop_id).ok().flatten();
        shops.entry(shop_id.clone()).or_insert_with(read).as_deref()
    }
}

/// With all that was written of it when it was let out: a carrier that knows neither our customers nor our texts takes of
/// it what it needs.
fn addressed(outgoing: OutgoingMessage, said: Said, to: Option<Recipient>) -> OutgoingMessage {
    let Said { text, signature, segments: _, aliyun, tencent, wechat } = said;
    let aliyun = aliyun.map(|own| ByName { code: own.code, parameters: own.parameters });
    let tencent = tencent.map(|own| ByPosition { code: own.code, parameters: own.parameters });
    let wechat = wechat.map(|own| {
        let Data { template_id, page, data } = own;
        Subscription { template_id, page, data }
    });
    OutgoingMessage {
        to,
        signature: Some(signature).filter(|signature| !signature.is_empty()),
        providers: Providers { aliyun, tencent },
        wechat,
        text: Some(text),
        ..outgoing
    }
}

/// What came of looking at a message that is due.
enum Looked {
    May(Box<PendingMessage>),
    /// It is settled so.
    MayNot(Box<Input>),
}

/// Whether its text says something of its order.
fn says_order(dispatch: &Dispatch) -> bool {
    dispatch.message.sending.as_ref().is_none_or(|sending| sending.template.is_none())
}
