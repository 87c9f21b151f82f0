//! The port to the outbox: what is due, and how each attempt ended.
//!
//! The binary implements it over the store. Nothing is taken out by reading: what is not settled
//! is due again, and that is how a crash is survived.

use crate::BoxFuture;
use crate::message::{Class, OutgoingMessage};
use crate::webhook::Endpoint;

/// A receiver as a shop registered it. Two that have the same address are two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receiver {
    /// The shop whose events it gets.
    pub shop_id: String,
    /// Its id there.
    pub webhook_id: String,
}

/// A receiver whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Who.
    pub receiver: Receiver,
    /// Where to, with the secrets as they are now.
    pub endpoint: Endpoint,
    /// Failures since it last took something.
    pub failures: u32,
    /// What is due at it, the longest due first.
    pub deliveries: Vec<Delivery>,
}

/// Which receivers are asked for.
#[derive(Debug, Clone)]
pub struct Pick {
    /// The moment, in microseconds since 1970.
    pub now_micros: i64,
    /// Receivers at most.
    pub receivers: usize,
    /// Of these at most so many that have been failing.
    pub failing: usize,
    /// Deliveries of each at most.
    pub each: usize,
    /// Receivers of one shop at most, those that are busy counted.
    pub of_shop: usize,
    /// Receivers with a batch in flight; they are left out.
    pub busy: Vec<Receiver>,
}

/// When a receiver is served next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub receiver: Receiver,
    /// Not before, in microseconds since 1970: now, which puts it behind those that wait, or the end of its rest.
    pub free_at_micros: i64,
    /// Failures since it last took something.
    pub failures: u32,
}

/// One event that is due at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The row in the outbox.
    pub delivery_id: i64,
    /// The event's id, unique over all shops: the same at each attempt and each endpoint.
    pub event_id: String,
    /// The event's type, such as `order.priced`.
    pub event_type: String,
    /// The JSON to post, byte for byte as it is signed.
    pub body: String,
    /// How many attempts were made before: 0 for the first.
    pub attempt: u32,
}

/// How an attempt at a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The endpoint took it.
    Delivered,
    /// Due again at this time, in microseconds since 1970.
    RetryAt(i64),
    /// To the dead letters.
    Dead,
}

/// The end of one attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The row in the outbox.
    pub delivery_id: i64,
    /// How many attempts were made with this one.
    pub attempts: u32,
    /// How it ended.
    pub outcome: DeliveryOutcome,
    /// Why it was not delivered: a code and perhaps a text of the endpoint, under 300 characters.
    pub reason: Option<String>,
}

/// One message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMessage {
    /// The message.
    pub message: OutgoingMessage,
    /// How many attempts were made before: 0 for the first. The store adds one at each
    /// [`MessageOutcome::RetryAt`].
    pub attempt: u32,
    /// Whether a sender that drops repetitions may have it: it was handed over and never settled, or settled by a
    /// [`MessageOutcome::RetryAt`] without a class. When its time passes it is then settled as unknown, not as expired,
    /// so that nothing is given back that was perhaps used; and no other sender gets it.
    pub is_unknown: bool,
}

/// Which message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// The shop that speaks.
    pub shop_id: String,
    /// The message.
    pub message_id: String,
}

impl MessageKey {
    /// That of a message.
    pub fn of(message: &OutgoingMessage) -> Self {
        Self { shop_id: message.shop_id.clone(), message_id: message.message_id.clone() }
    }
}

/// How an attempt at a message ended: what the writer makes of its reserved segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageOutcome {
    /// The sender took it: they are spent.
    Accepted {
        /// The provider's id, if it gave one.
        provider_id: Option<String>,
        /// How many segments the provider says it is.
        segments: Option<u32>,
    },
    /// It cannot be sent: they are free again. Also where the provider named a time after the message's end (then
    /// [`Class::Throttled`] means `provider_limit`), and after the tenth attempt.
    Refused {
        /// Whose matter it is.
        class: Class,
        /// The provider's code, or ours.
        code: String,
        /// What the provider said, under 300 characters.
        detail: String,
    },
    /// Due again, with one more attempt counted; they stay reserved.
    RetryAt {
        /// When, in microseconds since 1970: by the schedule, or later where the provider asked for that.
        at_micros: i64,
        /// Whose matter it is; `None` where the sender may have taken it, now or before, and drops repetitions.
        class: Option<Class>,
        /// The provider's code, or ours.
        code: String,
    },
    /// Nobody knows whether it was taken: never due again, asked after, and they stay reserved.
    Unknown {
        /// What happened.
        code: String,
    },
    /// Its time passed before it was sent: they are free again.
    Expired {
        /// Whether a sender was asked before.
        was_tried: bool,
    },
}

/// The end of one attempt at a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSettlement {
    /// The message.
    pub key: MessageKey,
    /// How it ended.
    pub outcome: MessageOutcome,
}

/// How many messages of a channel may be read now.
pub type Room<'a> = dyn Fn(&str) -> usize + Send + Sync + 'a;

/// What a sender does with a message that it had before ([`crate::MessageSender::deduplicates`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It drops it.
    Dropped,
    /// It sends it once more.
    Sent,
}

/// The outbox as the relay sees it. An error is a text for the log; the relay asks again later.
///
/// Deliveries are asked for by receiver, and messages by channel, so that a thousand that are due at one hide nobody
/// else's.
pub trait DeliveryQueue: Send + Sync {
    /// Receivers whose turn it is, those that take what they get before those that have been failing, of both the
    /// one that has waited longest first; each with what is due at it.
    fn due<'a>(&'a self, pick: &'a Pick) -> BoxFuture<'a, Result<Vec<Due>, String>>;

    /// Record how attempts at one receiver ended and when it is served next, all or none; after an error nothing is
    /// recorded.
    fn settle(&self, settlements: Vec<Settlement>, turn: Turn) -> BoxFuture<'_, Result<(), String>>;

    /// Messages due at `now_micros`, of each channel the longest due first and at most as many as there is room for.
    /// Messages past their time are due as well: they are settled as expired.
    fn due_messages<'a>(
        &'a self,
        now_micros: i64,
        room: &'a Room<'a>,
    ) -> BoxFuture<'a, Result<Vec<PendingMessage>, String>>;

    /// Mark durably that these are being handed to a sender, and say which of them may be sent now. Called before each
    /// send.
    ///
    /// What is expected of it:
    /// - The mark is on the disk before the answer. One that was marked before for a sender that drops no repetition and
    ///   was not settled is not among the answer: it may have been taken. Nor is one that has been withdrawn since it
    ///   was read.
    /// - Each is judged by what holds now. One that may not go any more is not among the answer, and is not due again: it
    ///   is settled, or waits for a later time.
    /// - A message that is marked for such a sender is not due. [`MessageOutcome::RetryAt`] takes the mark away; every
    ///   other outcome ends the attempt. A mark that nobody settles (the process ended between the send and
    ///   [`DeliveryQueue::settle_messages`], or those failed) is the same as [`MessageOutcome::Unknown`]: after some
    ///   minutes, or at the next start, the message is asked after.
    /// - One that is marked for a sender that drops repetitions is due again until it is settled, as
    ///   [`PendingMessage::is_unknown`].
    /// - After an error nothing is marked, and nothing is sent.
    fn hand_over<'a>(
        &'a self,
        messages: &'a [PendingMessage],
        repeats: Repeats,
    ) -> BoxFuture<'a, Result<Vec<MessageKey>, String>>;

    /// Record how attempts ended, all or none; after an error nothing is recorded.
    fn settle_messages(&self, settlements: Vec<MessageSettlement>) -> BoxFuture<'_, Result<(), String>>;
}
