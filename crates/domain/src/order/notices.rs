//! What of an order its customer was told by SMS and `WeChat`, and what waits to be told.

use crate::{
    Instant, MessageId, RefundId,
    message::{Channel, Kind},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// An order's notices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notices {
    /// What was told, or left out for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Topic>,
    /// What waits: for its moment, or for the end of quiet hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// What was asked for by itself and let out, of what the platform pays for: one for each notice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Kind>,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Which notice.
    pub kind: Kind,
    /// Of which refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
}

/// A notice that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Waiting {
    #[serde(flatten)]
    pub topic: Topic,
    pub channel: Channel,
    pub message_id: MessageId,
    pub due_at: Instant,
    /// Not to be sent from then on.
    pub until: Instant,
    /// What its refund came to, which may be summed up with others meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
}

impl Notices {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty() && self.waiting.is_empty()
    }
    /// When the next one is due.
    pub fn wake(&self) -> Option<Instant> {
        self.waiting.iter().map(|one| one.due_at).min()
    }
}
