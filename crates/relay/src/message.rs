//! Messages to customers, and the one trait through which they leave, whoever carries them.
//!
//! The text is finished: a sender transports it and decides nothing. What a sender answers says what the writer must do
//! ([`SendOutcome`]). Whether a message may be handed over twice is the sender's property: only one whose other side
//! drops the repetition ([`MessageSender::deduplicates`]) gets it again after an outcome that nobody knows (A-S2-18).

pub mod aliyun;
pub mod callback;
pub mod codes;
mod digest;
mod endpoint;
mod exchange;
mod fan_out;
mod http_sender;
mod json_lines;
mod moment;
mod nonce;
mod outcome;
mod recipient;
pub mod report;
mod secret;
mod senders;
pub mod settings;
pub mod smtp;
mod templates;
pub mod tencent;
mod times;
pub mod wechat;

use serde::{Deserialize, Serialize};

use crate::BoxFuture;

pub use endpoint::EndpointError;
pub use http_sender::{HttpSender, HttpSenderError};
pub use json_lines::JsonLinesSender;
pub use moment::Moment;
pub use nonce::Nonce;
pub use outcome::{Class, Person, SendOutcome, Window};
pub use recipient::Recipient;
pub use report::{Bad, Reply, Report};
pub use secret::Secret;
pub use senders::Senders;
pub use templates::{ByName, ByPosition, Providers, Subscription};

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
    /// What a mail is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text in Chinese.
    pub body_zh: String,
    /// The text in English.
    pub body_en: String,
    /// From this moment on it is not sent any more, as the shop's wall shows it.
    pub deliver_until: Moment,
    /// To which phone, openid or mailbox, where the provider does not know the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Recipient>,
    /// The name under which the shop speaks, without its brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Of SMS: the shop's template as providers know it.
    #[serde(default, skip_serializing_if = "Providers::is_empty")]
    pub providers: Providers,
    /// Of `WeChat`: the subscription message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<Subscription>,
    /// The finished text, as it is counted and as the customer reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl OutgoingMessage {
    /// Our id at a provider (`OutId`, `SessionContext`, `Idempotency-Key`). Ids of messages are the shop's own, and one
    /// provider serves all shops.
    pub fn our_id(&self) -> String {
        format!("{}:{}", self.shop_id, self.message_id)
    }
}

/// Hands messages over. An implementation bounds the time it takes: a minute for a batch.
pub trait MessageSender: Send + Sync {
    /// Whether the other side drops a message that it had before, by [`OutgoingMessage::our_id`]. Where it does not, a
    /// message is never sent again once its outcome is unknown.
    fn deduplicates(&self) -> bool;

    /// How many it is given at once, of which nothing is known until it has answered for all of them.
    fn at_once(&self) -> usize {
        32
    }

    /// Hand one message over.
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome>;

    /// Hand several over; one outcome for each, in the same order. One after the other unless a
    /// sender knows better.
    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(async move {
            let mut outcomes = Vec::with_capacity(messages.len());
            for message in messages {
                outcomes.push(self.send(message).await);
            }
            outcomes
        })
    }

    /// What became of a message whose outcome is unknown. Who cannot be asked never knows yet.
    fn ask<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Fate> {
        Box::pin(async { Fate::NotYet })
    }

    /// Delivery reports that the provider keeps until they are fetched; nothing where it pushes them. What was fetched
    /// does not come again, so it is to be stored. The error is a code.
    fn pull(&self) -> BoxFuture<'_, Result<Vec<Result<Report, Bad>>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// A message that is asked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// [`OutgoingMessage::our_id`].
    pub our_id: String,
    /// The provider's id, if it told one.
    pub provider_id: Option<String>,
    /// To which number it went.
    pub phone: Recipient,
    /// When it was handed over, in microseconds since 1970.
    pub sent_at_micros: i64,
}

/// What a provider knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nothing that counts, or it could not be asked: it is asked again later.
    NotYet,
    /// It arrived.
    Delivered {
        /// How many segments it was, where the provider says so.
        segments: Option<u32>,
        /// When, in microseconds since 1970, where the provider says so.
        at_micros: Option<i64>,
    },
    /// It did not arrive.
    Failed {
        /// The provider's code.
        code: String,
        /// Whether the provider charges for it all the same (A-S2-12).
        is_charged: bool,
    },
    /// The provider never had it: it may be sent again.
    NotKnown,
}
