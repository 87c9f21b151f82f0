//! Messages that wait to be sent: as the relay gets them, and as it settles them.
//!
//! Always holds: a message for a sender that drops no repetition is marked as handed over before it is sent; what was
//! marked and not settled is asked after, and never sent again by itself (A-S2-18). What a reminder reminds of is looked
//! at once more when it is handed over late: a customer who has paid is not asked to.

use crate::state::{Carrier, InFlight, Outbox};
use domain::{
    Code, Instant, MessageId, ShopId,
    message::{
        self, Channel, Late, Message,
        addressee::{Contact, Sealed},
        office::Said,
        sending::{Report, UNKNOWN_DAYS},
    },
    order::Order,
};
use engine::{Answered, Command, EngineError, Input, MessageCommand, Says, Settled};
use port::{Dispatch, DispatchUpdate};
use relay::{
    Asked, Class, Fate, MessageKey, MessageOutcome, MessageSettlement, OutgoingMessage, Parameter,
    PendingMessage, Person, Question, Recipient,
};

/// Messages looked at for each that is asked for, so that a busy channel does not hide the others.
const LOOK_PAST_BUSY: usize = 16;
/// After so long a message that was handed over, and of which nothing was heard, is asked after.
const FIRST_QUESTION: i64 = 2;

fn key_of(message: &Message) -> MessageKey {
    MessageKey { shop_id: message.shop_id.to_string(), message_id: message.message_id.to_string() }
}

fn ids(key: &MessageKey) -> Result<(ShopId, MessageId), String> {
    let shop_id = ShopId::try_new(&key.shop_id).map_err(|error| error.to_string())?;
    let message_id = MessageId::try_new(&key.message_id).map_err(|error| error.to_string())?;
    Ok((shop_id, message_id))
}

impl Outbox {
    /// Until when a message may go out, by the relay's clock. A sandbox clock jumps: there the time
    /// that was left when the message was decided is what is left.
    fn deliver_until(&self, dispatch: &Dispatch) -> i64 {
        let sandbox = self.engine.clock().sandbox().is_some();
        let decided_at = dispatch.message.sent_at.filter(|_| sandbox);
        let from = decided_at.unwrap_or_else(|| self.engine.now());
        (self.clock)().saturating_add(dispatch.deliver_until.since(from))
    }

    /// Messages that may be sent now; what a reminder reminds of has not ended.
    pub(crate) async fn due(&self, limit: usize, busy: &[String]) -> Result<Vec<PendingMessage>, String> {
        let now = self.engine.now();
        let rows =
            self.engine.reader().due_dispatches(now, limit * LOOK_PAST_BUSY).map_err(|e| e.to_string())?;
        let is_free = |row: &Dispatch| !busy.iter().any(|channel| channel == row.message.channel.as_str());
        // A sandbox clock jumps: what was let out before goes out.
        let is_sandbox = self.engine.clock().sandbox().is_some();
        let mut found = Vec::new();
        let mut over = Vec::new();
        for dispatch in rows.into_iter().filter(|row| row.handed_at.is_none() && is_free(row)).take(limit) {
            let order = self.order_of(&dispatch.message)?;
            if !is_sandbox && is_over(&dispatch.message, order.as_ref(), now) {
                let Message { shop_id, message_id, .. } = &dispatch.message;
                over.push(answered(shop_id.clone(), message_id.clone(), refused_as(Code::OrderClosed)));
            } else {
                found.push(self.pending(dispatch, order.as_ref())?);
            }
        }
        self.submit(over).await?;
        Ok(found)
    }

    fn order_of(&self, message: &Message) -> Result<Option<Order>, String> {
        let Some(order_id) = &message.order_id else { return Ok(None) };
        self.engine.reader().order(&message.shop_id, order_id).map_err(|error| error.to_string())
    }

    async fn submit(&self, inputs: Vec<Input>) -> Result<(), String> {
        if inputs.is_empty() {
            return Ok(());
        }
        let named: Vec<_> = inputs.iter().map(named).collect();
        let answers = self.engine.submit_many(inputs).await.map_err(|error| error.to_string())?;
        let mut dispatches = Vec::new();
        for (answer, named) in answers.into_iter().zip(named) {
            match (answer, named) {
                (Ok(_), _) => {}
                // What cannot be settled is not tried again and again.
                (Err(EngineError::Refused(refusal)), Some((shop_id, message_id))) => {
                    tracing::error!(%refusal, %shop_id, %message_id, "a message cannot be settled; it is given up");
                    dispatches.push(DispatchUpdate::Done { shop_id, message_id });
                }
                (Err(error), _) => return Err(error.to_string()),
            }
        }
        if dispatches.is_empty() {
            return Ok(());
        }
        let given_up = Settled { dispatches, ..Settled::default() };
        self.engine.settle(given_up).await.map_err(|error| error.to_string())
    }

    fn pending(&self, dispatch: Dispatch, order: Option<&Order>) -> Result<PendingMessage, String> {
        let deliver_until_micros = self.deliver_until(&dispatch);
        let Dispatch { message, attempt, said, .. } = dispatch;
        let in_flight = InFlight { attempt, is_letter: said.is_some() };
        self.in_flight().insert(key_of(&message), in_flight);
        let (body_zh, body_en) = match &said {
            Some(said) => (said.text.clone(), self.english(&message, order)),
            None => self.text_of(&message, order),
        };
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
            deliver_until_micros,
            to: None,
            signature: None,
            template: None,
            parameters: Vec::new(),
            text: None,
        };
        let message = match said {
            Some(said) => self.addressed(outgoing, &message, &said)?,
            None => outgoing,
        };
        Ok(PendingMessage { attempt, is_unknown: false, message })
    }

    /// The text in English, where it is ours: templates of shops are in one language.
    fn english(&self, message: &Message, order: Option<&Order>) -> String {
        let is_ours = message.sending.as_ref().is_some_and(|sending| sending.template.is_none());
        if is_ours { self.text_of(message, order).1 } else { String::new() }
    }

    /// With what a carrier needs that knows neither our customers nor our texts.
    fn addressed(
        &self,
        outgoing: OutgoingMessage,
        message: &Message,
        said: &Said,
    ) -> Result<OutgoingMessage, String> {
        let (template, parameters) = self.template(message.channel, said);
        let to = match self.carrier(message.channel) {
            Some(_) => self.recipient(message)?,
            None => None,
        };
        Ok(OutgoingMessage {
            to,
            signature: Some(said.signature.clone()).filter(|signature| !signature.is_empty()),
            template,
            parameters,
            text: Some(said.text.clone()),
            ..outgoing
        })
    }

    fn template(&self, channel: Channel, said: &Said) -> (Option<String>, Vec<Parameter>) {
        let named =
            |(name, value): (&String, &String)| Parameter { name: name.clone(), value: value.clone() };
        match self.carrier(channel) {
            Some(Carrier::Aliyun) => said.aliyun.as_ref().map_or_else(Default::default, |own| {
                (Some(own.code.clone()), own.parameters.iter().map(named).collect())
            }),
            Some(Carrier::Tencent) => said.tencent.as_ref().map_or_else(Default::default, |own| {
                let placed = own.parameters.iter().enumerate();
                let parameters =
                    placed.map(|(at, value)| Parameter { name: (at + 1).to_string(), value: value.clone() });
                (Some(own.code.clone()), parameters.collect())
            }),
            Some(Carrier::Wechat) => said.wechat.as_ref().map_or_else(Default::default, |own| {
                (Some(own.template_id.clone()), own.data.iter().map(named).collect())
            }),
            Some(Carrier::Text) | None => (None, Vec::new()),
        }
    }

    /// To whom; nobody where no contact is known or it cannot be opened. What cannot be read now is read again.
    fn recipient(&self, message: &Message) -> Result<Option<Recipient>, String> {
        let found = self.engine.reader().addressee(&message.shop_id, &message.customer_id);
        let contact = found.map_err(|error| error.to_string())?.and_then(|addressee| addressee.contact);
        let sealed = contact.as_ref().and_then(|contact| sealed(contact, message.channel));
        let opened = sealed.zip(self.opener.as_ref());
        Ok(opened
            .and_then(|(sealed, opener)| opener.open(&message.shop_id, message, sealed))
            .map(Recipient::new))
    }

    /// What the customer reads, written now: with the deadline that the order has now (A-S1-27).
    fn text_of(&self, message: &Message, order: Option<&Order>) -> (String, String) {
        let shop = self.engine.reader().shop(&message.shop_id).ok().flatten();
        let Some(order_id) = &message.order_id else { return Default::default() };
        message::text::text(message.kind, message.channel, shop.as_deref(), order_id, order)
    }

    /// Marks messages as handed over, durably.
    pub(crate) async fn mark(&self, messages: &[PendingMessage]) -> Result<Vec<MessageKey>, String> {
        let (now, mut keys, mut dispatches) = (self.engine.now(), Vec::new(), Vec::new());
        for pending in messages {
            let key = MessageKey::of(&pending.message);
            let (shop_id, message_id) = ids(&key)?;
            let (attempt, next_at) = (pending.attempt, now.plus_minutes(FIRST_QUESTION));
            dispatches.push(DispatchUpdate::Handed { shop_id, message_id, attempt, handed_at: now, next_at });
            keys.push(key);
        }
        let settled = Settled { dispatches, ..Settled::default() };
        self.engine.settle(settled).await.map_err(|error| error.to_string())?;
        Ok(keys)
    }

    /// Settles how attempts ended. Pushes hold nothing: only their way is moved.
    pub(crate) async fn settle_all(&self, settled: Vec<MessageSettlement>) -> Result<(), String> {
        let (mut inputs, mut dispatches) = (Vec::new(), Vec::new());
        for MessageSettlement { key, outcome } in &settled {
            let (shop_id, message_id) = ids(key)?;
            let known = self.in_flight().get(key).copied();
            let InFlight { attempt, is_letter } = known.unwrap_or(InFlight { attempt: 0, is_letter: true });
            let answer = self.answer_of(outcome, InFlight { attempt, is_letter });
            match answer {
                Answered::Taken { .. } | Answered::Unknown { .. } if !is_letter => {
                    dispatches.push(DispatchUpdate::Done { shop_id, message_id });
                }
                Answered::Later { attempt, next_at } => {
                    dispatches.push(DispatchUpdate::Retry { shop_id, message_id, attempt, next_at });
                }
                Answered::Taken { .. } | Answered::Refused { .. } | Answered::Unknown { .. } => {
                    inputs.push(answered(shop_id, message_id, answer));
                }
            }
        }
        self.submit(inputs).await?;
        if !dispatches.is_empty() {
            let moved = Settled { dispatches, ..Settled::default() };
            self.engine.settle(moved).await.map_err(|error| error.to_string())?;
        }
        let mut in_flight = self.in_flight();
        for one in &settled {
            in_flight.remove(&one.key);
        }
        Ok(())
    }

    fn answer_of(&self, outcome: &MessageOutcome, in_flight: InFlight) -> Answered {
        let InFlight { attempt, is_letter } = in_flight;
        let now = self.engine.now();
        match outcome {
            MessageOutcome::Accepted { provider_id, segments } => {
                Answered::Taken { provider_id: provider_id.clone(), segments: *segments }
            }
            MessageOutcome::Refused { class, code, .. } => {
                let (ours, says) = refusal(*class);
                Answered::Refused { code: ours, provider_code: Some(code.clone()), says }
            }
            MessageOutcome::RetryAt { at_micros, .. } => {
                Answered::Later { attempt: attempt + 1, next_at: self.carry(*at_micros, now) }
            }
            MessageOutcome::Unknown { .. } => Answered::Unknown { next_at: now.plus_minutes(FIRST_QUESTION) },
            // It was tried in vain until its time had passed.
            MessageOutcome::Expired { was_tried: true } => refused_as(Code::ProviderFailed),
            MessageOutcome::Expired { was_tried: false } if is_letter => refused_as(Code::TooLate),
            MessageOutcome::Expired { was_tried: false } => refused_as(Code::QuietHours),
        }
    }

    /// Messages of which nobody knows whether they were taken, whose turn it is to be asked after.
    pub(crate) fn questions(&self, limit: usize) -> Result<Vec<Question>, String> {
        let now = self.engine.now();
        let rows =
            self.engine.reader().due_dispatches(now, limit * LOOK_PAST_BUSY).map_err(|e| e.to_string())?;
        let handed = rows.iter().filter_map(|row| Some((row, row.handed_at?))).take(limit);
        handed.map(|(row, handed_at)| self.question(&row.message, handed_at, now)).collect()
    }

    fn question(&self, message: &Message, handed_at: Instant, now: Instant) -> Result<Question, String> {
        let provider_id = message.sending.as_ref().and_then(|sending| sending.provider_id.clone());
        let key = key_of(message);
        let our_id = format!("{}:{}", key.shop_id, key.message_id);
        let sent_at_micros = (self.clock)().saturating_sub(now.since(handed_at));
        let asked =
            self.recipient(message)?.map(|phone| Asked { our_id, provider_id, phone, sent_at_micros });
        Ok(Question { key, channel: message.channel.as_str().to_owned(), asked })
    }

    /// What was found out about a message that was asked after. One of which nothing is heard for 30 days counts as
    /// sent; one that the provider does not know was not taken.
    pub(crate) async fn settle_question(&self, key: &MessageKey, fate: Fate) -> Result<(), String> {
        let (shop_id, message_id) = ids(key)?;
        let reader = self.engine.reader();
        let due = reader.dispatch(&shop_id, &message_id).map_err(|error| error.to_string())?;
        let Some(Dispatch { handed_at: Some(handed_at), attempt, deliver_until, .. }) = due else {
            return Ok(());
        };
        let now = self.engine.now();
        let command = match fate {
            Fate::Delivered { segments, at_micros } => {
                let at = at_micros.map_or(now, |at| self.carry(at, now));
                MessageCommand::Reported {
                    message_id,
                    number: None,
                    report: Box::new(asked(true, String::new(), segments, at)),
                }
            }
            Fate::Failed { code, is_charged } => MessageCommand::Reported {
                message_id,
                number: None,
                report: Box::new(Report { is_charged, ..asked(false, code, None, now) }),
            },
            Fate::NotKnown if now < deliver_until => MessageCommand::Answered {
                message_id,
                answer: Answered::Later { attempt: attempt + 1, next_at: now },
            },
            Fate::NotKnown => {
                MessageCommand::Answered { message_id, answer: refused_as(Code::ProviderFailed) }
            }
            Fate::NotYet => {
                let answer = match next_question(handed_at, now) {
                    Some(next_at) => Answered::Unknown { next_at },
                    None => Answered::Taken { provider_id: None, segments: None },
                };
                MessageCommand::Answered { message_id, answer }
            }
        };
        self.submit(vec![Input::new(shop_id, Command::Messages(command))]).await
    }
}

fn answered(shop_id: ShopId, message_id: MessageId, answer: Answered) -> Input {
    Input::new(shop_id, Command::Messages(MessageCommand::Answered { message_id, answer }))
}

/// Which message an input settles.
fn named(input: &Input) -> Option<(ShopId, MessageId)> {
    match &input.command {
        Command::Messages(
            MessageCommand::Answered { message_id, .. } | MessageCommand::Reported { message_id, .. },
        ) => Some((input.shop_id.clone(), message_id.clone())),
        _ => None,
    }
}

const fn refused_as(code: Code) -> Answered {
    Answered::Refused { code, provider_code: None, says: Says::Nothing }
}

fn asked(is_delivered: bool, code: String, segments: Option<u32>, at: Instant) -> Report {
    Report { part: None, is_delivered, code, segments, at, is_charged: true }
}

/// After 2, 10 and 60 minutes, then daily; none once it counts as sent.
fn next_question(handed_at: Instant, now: Instant) -> Option<Instant> {
    let mut minutes = [10, 60].into_iter().chain((1..=UNKNOWN_DAYS).map(|day| day * 24 * 60));
    minutes.find_map(|minutes| Some(handed_at.plus_minutes(minutes)).filter(|at| *at > now))
}

/// Whether what a reminder reminds of has ended.
fn is_over(message: &Message, order: Option<&Order>, now: Instant) -> bool {
    let reminds = matches!(message.kind.about().late, Late::OrderEnds);
    reminds && order.is_some_and(|order| !order.is_open(now))
}

fn sealed(contact: &Contact, channel: Channel) -> Option<&Sealed> {
    match channel {
        Channel::Sms => contact.phone.as_ref(),
        Channel::Wechat => contact.wechat_openid.as_ref(),
        Channel::Push => None,
    }
}

/// What a provider's refusal means for us.
fn refusal(class: Class) -> (Code, Says) {
    match class {
        Class::Throttled => (Code::ProviderLimit, Says::Nothing),
        Class::Template => (Code::TemplateBlocked, Says::TemplateBlocked),
        Class::Person(Person::OptedOut) => (Code::NoConsent, Says::OptedOut),
        Class::Person(Person::GrantSpent) => (Code::NoGrant, Says::NoGrant),
        Class::Person(Person::Unreachable) => (Code::NoContact, Says::Nothing),
        Class::AccountCap | Class::Money | Class::Access | Class::Transient | Class::Content => {
            (Code::ProviderFailed, Says::Nothing)
        }
    }
}
