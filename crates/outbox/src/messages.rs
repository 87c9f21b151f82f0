//! Messages that are handed over, and what became of it.
//!
//! Always holds: a message is marked before it is sent. For a sender that drops no repetition the mark means that it is
//! asked after, and never sent again by itself, unless an answer says otherwise; for one that does, that what the message
//! holds is not given back when its time passes (A-S2-12, A-S2-18).

use crate::state::{InFlight, Outbox};
use domain::{
    Code, Instant, MessageId, ShopId,
    message::{Message, sending::FIRST_QUESTION},
};
use engine::{Answered, Command, EngineError, Input, MessageCommand, Says, Settled};
use port::{Before, DispatchUpdate, Handing};
use relay::{Class, MessageKey, MessageOutcome, MessageSettlement, PendingMessage, Person, Repeats};

pub fn key_of(message: &Message) -> MessageKey {
    MessageKey { shop_id: message.shop_id.to_string(), message_id: message.message_id.to_string() }
}

pub fn ids(key: &MessageKey) -> Result<(ShopId, MessageId), String> {
    let shop_id = ShopId::try_new(&key.shop_id).map_err(|error| error.to_string())?;
    let message_id = MessageId::try_new(&key.message_id).map_err(|error| error.to_string())?;
    Ok((shop_id, message_id))
}

impl Outbox {
    pub(crate) async fn submit(&self, inputs: Vec<Input>) -> Result<(), String> {
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

    /// Marks messages as handed over, durably, after they were judged once more; those that may be sent.
    pub(crate) async fn mark(
        &self,
        messages: &[PendingMessage],
        repeats: Repeats,
    ) -> Result<Vec<MessageKey>, String> {
        let at = self.engine.now();
        let repeats = match repeats {
            Repeats::Dropped => port::Repeats::Dropped,
            Repeats::Sent => port::Repeats::Sent { ask_at: at.plus_minutes(FIRST_QUESTION) },
        };
        let handing = |pending: &PendingMessage| {
            let key = MessageKey::of(&pending.message);
            let (shop_id, message_id) = ids(&key)?;
            let read = self.in_flight().get(&key).copied().ok_or("it was not read before")?;
            let before = if pending.is_unknown { Before::PerhapsTaken } else { Before::NotTaken };
            let InFlight { judged_by, until, .. } = read;
            let (judged_by, signature) = (judged_by.unwrap_or(at), pending.message.signature.clone());
            Ok(Handing { shop_id, message_id, at, judged_by, until, before, signature, repeats })
        };
        let handings = messages.iter().map(handing).collect::<Result<Vec<_>, String>>()?;
        let mut keys: Vec<MessageKey> =
            messages.iter().map(|pending| MessageKey::of(&pending.message)).collect();
        let may_be_sent = self.engine.hand_over(handings).await.map_err(|error| error.to_string())?;
        let mut marks = may_be_sent.into_iter();
        keys.retain(|_| marks.next().unwrap_or(false));
        Ok(keys)
    }

    /// Settles how attempts ended. Pushes hold nothing: only their way is moved.
    pub(crate) async fn settle_all(&self, settled: Vec<MessageSettlement>) -> Result<(), String> {
        let (mut inputs, mut dispatches) = (Vec::new(), Vec::new());
        let now = self.engine.now();
        for MessageSettlement { key, outcome } in &settled {
            let (shop_id, message_id) = ids(key)?;
            let known = self.in_flight().get(key).copied();
            let (attempt, is_letter) = known.map_or((0, true), |known| (known.attempt, known.is_letter));
            let answer = match outcome {
                MessageOutcome::Accepted { .. } | MessageOutcome::Unknown { .. } if !is_letter => {
                    dispatches.push(DispatchUpdate::Done { shop_id, message_id });
                    continue;
                }
                MessageOutcome::RetryAt { at_micros, class, .. } => {
                    let (attempt, next_at) = (attempt + 1, self.carry(*at_micros, now));
                    let before = if class.is_none() { Before::PerhapsTaken } else { Before::NotTaken };
                    dispatches.push(DispatchUpdate::Retry { shop_id, message_id, attempt, next_at, before });
                    continue;
                }
                MessageOutcome::Accepted { provider_id, segments } => {
                    Answered::Taken { provider_id: provider_id.clone(), segments: *segments }
                }
                MessageOutcome::Refused { class, code, .. } => {
                    let (ours, says) = refusal(*class);
                    Answered::Refused { code: ours, provider_code: Some(code.clone()), says }
                }
                MessageOutcome::Unknown { .. } => not_known(now),
                MessageOutcome::Expired { was_tried } => refused_as(expired(*was_tried, is_letter)),
            };
            inputs.push(answered(shop_id, message_id, answer));
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
}

/// What a message comes to of which nobody knows whether it was taken.
pub fn not_known(now: Instant) -> Answered {
    Answered::Unknown { next_at: now.plus_minutes(FIRST_QUESTION) }
}

pub fn answered(shop_id: ShopId, message_id: MessageId, answer: Answered) -> Input {
    Input::new(shop_id, Command::Messages(MessageCommand::Answered { message_id, answer }))
}

/// Why a message was not sent whose time has passed.
const fn expired(was_tried: bool, is_letter: bool) -> Code {
    match (was_tried, is_letter) {
        // It was tried in vain until then.
        (true, _) => Code::ProviderFailed,
        (false, true) => Code::TooLate,
        (false, false) => Code::QuietHours,
    }
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

pub const fn refused_as(code: Code) -> Answered {
    Answered::Refused { code, provider_code: None, says: Says::Nothing }
}

/// What a provider's refusal means for us.
fn refusal(class: Class) -> (Code, Says) {
    match class {
        Class::Throttled => (Code::ProviderLimit, Says::Nothing),
        Class::Template => (Code::TemplateBlocked, Says::TemplateBlocked),
        Class::Person(Person::OptedOut) => (Code::NoConsent, Says::OptedOut),
        Class::Person(Person::GrantSpent) => (Code::NoGrant, Says::NoGrant),
        Class::Person(Person::Foreign) => (Code::ForeignNumber, Says::Nothing),
        Class::Person(Person::Unreachable) => (Code::NoContact, Says::Nothing),
        Class::AccountCap | Class::Money | Class::Access | Class::Transient | Class::Content => {
            (Code::ProviderFailed, Says::Nothing)
        }
    }
}
