//! Messages on their way to their sender.

use crate::Row;
use domain::{Instant, MessageId, ShopId, message::Message};
use serde::{Deserialize, Serialize};

/// A message that is to be handed to its sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The message.
    pub message: Message,
    /// Not to be sent from this moment on: quiet hours or the order's deadline begin.
    pub deliver_until: Instant,
    /// Attempts so far.
    pub attempt: u32,
    /// When to try next.
    pub next_at: Instant,
}

/// What became of handing a message over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum DispatchUpdate {
    Done { shop_id: ShopId, message_id: MessageId },
    Retry { shop_id: ShopId, message_id: MessageId, attempt: u32, next_at: Instant },
}

impl Row for Message {
    type Key = (ShopId, MessageId);
    const NAME: &'static str = "message";
}
