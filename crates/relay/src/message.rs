//! Messages to customers, and the port through which they leave.
//!
//! The text is finished: a sender transports it and decides nothing. A message may be handed over
//! more than once; whoever receives it drops the repetition by `shop_id` and `message_id`.

mod http_sender;
mod json_lines;
mod senders;

use serde::{Deserialize, Serialize};

use crate::BoxFuture;

pub use http_sender::{HttpSender, HttpSenderError};
pub use json_lines::JsonLinesSender;
pub use senders::Senders;

/// One message to one customer, in both languages; the channel's provider knows which to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMessage {
    /// The same at each attempt; unique within the shop.
    pub message_id: String,
    /// The shop that speaks.
    pub shop_id: String,
    /// The order it is about, if any.
    pub order_id: Option<String>,
    /// To whom.
    pub customer_id: String,
    /// What is said, such as `coupon_expiring`.
    pub kind: String,
    /// How it is said, such as `sms` or `wechat`; selects the sender.
    pub channel: String,
    /// What the customer may open.
    pub link: Option<String>,
    /// The text in Chinese.
    pub body_zh: String,
    /// The text in English.
    pub body_en: String,
    /// From this time on it is not sent any more; microseconds since 1970.
    pub deliver_until_micros: i64,
}

/// Why a message was not sent, with a short reason for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// The same message may succeed later.
    #[error("not sent for now: {0}")]
    Temporary(String),
    /// The same message will never succeed.
    #[error("cannot be sent: {0}")]
    Permanent(String),
}

/// Hands messages over. An implementation bounds the time it takes.
pub trait MessageSender: Send + Sync {
    /// Hand one message over.
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, Result<(), SendFailure>>;

    /// Hand several over; one result for each, in the same order. One after the other unless a
    /// sender knows better.
    fn send_batch<'a>(
        &'a self,
        messages: &'a [OutgoingMessage],
    ) -> BoxFuture<'a, Vec<Result<(), SendFailure>>> {
        Box::pin(async move {
            let mut results = Vec::with_capacity(messages.len());
            for message in messages {
                results.push(self.send(message).await);
            }
            results
        })
    }
}
