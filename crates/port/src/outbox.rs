//! What happened here, for the outside, and its way to the webhooks.

use domain::{Instant, ShopId, WebhookId, message::alerts::Alert};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A registered receiver of webhooks.
/// Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Webhook {
    pub webhook_id: WebhookId,
    pub url: String,
    /// Event types it wants; empty means all.
    pub types: Vec<String>,
    /// `whsec_...`, newest first; two while a secret is being replaced.
    pub secrets: Vec<String>,
    pub created_at: Instant,
    /// From then on only the newest secret signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_until: Option<Instant>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("webhook_id", &self.webhook_id)
            .field("types", &self.types)
            .field("secrets", &self.secrets.len())
            .field("created_at", &self.created_at)
            .field("old_until", &self.old_until)
            .finish_non_exhaustive()
    }
}

/// The id of the receiver that is a mailbox.
const MAILBOX: &str = "alerts";
/// How an address of mail begins.
const MAIL: &str = "mailto:";

impl Webhook {
    /// The receiver of a shop that is a mailbox, for events of these types.
    pub fn of_mailbox(address: &str, types: &[&str], now: Instant) -> Self {
        Self {
            webhook_id: Self::mailbox_id(),
            url: format!("{MAIL}{address}"),
            types: types.iter().map(|name| (*name).to_owned()).collect(),
            secrets: Vec::new(),
            created_at: now,
            old_until: None,
        }
    }
    /// The id of that receiver.
    pub fn mailbox_id() -> WebhookId {
        WebhookId::try_new(MAILBOX).unwrap_or_else(|_| unreachable!("{MAILBOX} is an id"))
    }
    /// The mailbox that it stands for, where it is no address of the web.
    pub fn mailbox(&self) -> Option<&str> {
        self.url.strip_prefix(MAIL)
    }
    /// Whether it wants events of that type; a mailbox every alert, those too that are newer than it.
    pub fn wants(&self, event_type: &str) -> bool {
        if self.mailbox().is_some() {
            return Alert::TYPES.contains(&event_type);
        }
        self.types.is_empty() || self.types.iter().any(|t| t == event_type)
    }
    /// The secrets that sign at that moment, the newest first.
    pub fn signing(&self, now: Instant) -> &[String] {
        let overlaps = self.old_until.is_none_or(|end| now < end);
        let how_many = if overlaps { self.secrets.len() } else { self.secrets.len().min(1) };
        &self.secrets[..how_many]
    }
}

/// Something that happened here, for the outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Its id for ever; receivers drop what they have seen.
    pub event_id: String,
    /// The shop.
    pub shop_id: ShopId,
    /// For example `coupon.claimed`.
    pub event_type: String,
    /// The order or campaign it is about.
    pub subject: String,
    /// When.
    pub at: Instant,
    /// The JSON that receivers get as `data`.
    pub body: String,
    /// Webhooks that get it.
    pub receivers: Vec<WebhookId>,
}

/// A delivery of an outbox event to one webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Delivery {
    pub delivery_id: i64,
    pub shop_id: ShopId,
    pub webhook_id: WebhookId,
    pub event_id: String,
    pub event_type: String,
    pub body: String,
    pub at: Instant,
    pub attempt: u32,
    pub status: DeliveryStatus,
    pub next_at: Instant,
    pub reason: Option<String>,
}

impl Delivery {
    /// The id under which it leaves the shop: ids of events are the shop's own, and a receiver may
    /// serve several shops. The same at each attempt.
    pub fn outside_id(&self) -> String {
        format!("{}:{}", self.shop_id, self.event_id)
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum DeliveryStatus {
    Pending,
    Delivered,
    Dead,
}

impl DeliveryStatus {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// What became of a delivery attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct DeliveryUpdate {
    pub delivery_id: i64,
    pub status: DeliveryStatus,
    pub attempt: u32,
    pub next_at: Instant,
    pub reason: Option<String>,
}
