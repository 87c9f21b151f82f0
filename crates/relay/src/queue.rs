//! The port to the outbox: what is due, and how each attempt ended.
//!
//! The binary implements it over the store. Nothing is taken out by reading: what is not settled
//! is due again, and that is how a crash is survived.

use crate::BoxFuture;
use crate::message::OutgoingMessage;
use crate::webhook::Endpoint;

/// One event that is due at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The row in the outbox.
    pub delivery_id: i64,
    /// The shop whose event it is.
    pub shop_id: String,
    /// Where to, with the secrets as they are now.
    pub endpoint: Endpoint,
    /// The event's id, unique over all shops: the same at each attempt and each endpoint.
    pub event_id: String,
    /// The event's type, such as `order.priced`.
    pub event_type: String,
    /// The JSON to post, byte for byte as it is signed.
    pub body: String,
    /// How many attempts were made before: 0 for the first. The store adds one at each
    /// [`DeliveryOutcome::RetryAt`].
    pub attempt: u32,
}

/// How an attempt at a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The endpoint took it.
    Delivered,
    /// Due again at this time, in microseconds since 1970, with one more attempt counted.
    RetryAt(i64),
    /// To the dead letters.
    Dead,
}

/// The end of one attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The row in the outbox.
    pub delivery_id: i64,
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
}

/// How an attempt at a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageOutcome {
    /// The sender took it.
    Sent,
    /// Due again at this time, in microseconds since 1970, with one more attempt counted.
    RetryAt(i64),
    /// It cannot be sent, or was tried too often.
    Failed,
    /// Its time passed before it was sent.
    Expired,
}

/// The end of one attempt at a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSettlement {
    /// The shop that speaks.
    pub shop_id: String,
    /// The message.
    pub message_id: String,
    /// How it ended.
    pub outcome: MessageOutcome,
    /// Why it was not sent.
    pub reason: Option<String>,
}

/// The outbox as the relay sees it. An error is a text for the log; the relay asks again later.
///
/// The `busy` lists keep a slow receiver from filling every page: without them, a thousand events
/// due at one endpoint would hide those of all the others.
pub trait DeliveryQueue: Send + Sync {
    /// At most `limit` deliveries due at `now_micros`, the longest due first, leaving out those
    /// whose endpoint's URL is in `busy`.
    fn due<'a>(
        &'a self,
        now_micros: i64,
        limit: usize,
        busy: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Delivery>, String>>;

    /// Record how attempts ended, all or none; after an error nothing is recorded.
    fn settle(&self, settlements: Vec<Settlement>) -> BoxFuture<'_, Result<(), String>>;

    /// At most `limit` messages due at `now_micros`, the longest due first, leaving out those
    /// whose channel is in `busy`. Messages past their time are due as well: they are settled as
    /// expired.
    fn due_messages<'a>(
        &'a self,
        now_micros: i64,
        limit: usize,
        busy: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<PendingMessage>, String>>;

    /// Record how attempts ended, all or none; after an error nothing is recorded.
    fn settle_messages(&self, settlements: Vec<MessageSettlement>) -> BoxFuture<'_, Result<(), String>>;
}
