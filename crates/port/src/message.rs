//! Messages on their way to their sender.

use crate::Row;
use domain::{
    CustomerId, Instant, MessageId, PurchaseId, ShopId,
    message::{
        Channel, Charge, Kind, Message, MessageStatus,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::Said,
        sending::Report,
        wallet::Wallet,
    },
};
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
    /// When to try next; of one that was handed over when to ask what became of it.
    pub next_at: Instant,
    /// What is sent, where that was written when the message was let out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Box<Said>>,
    /// Since when a sender that drops repetitions may have it: it is sent to it again, and what it holds is not given
    /// back when its time passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Instant>,
    /// When it was handed to a sender that drops no repetition: it is asked after from then on, and not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<Instant>,
}

/// A message that is about to be given to its sender. What is written down of it outlives a crash before its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handing {
    /// The shop.
    pub shop_id: ShopId,
    /// The message.
    pub message_id: MessageId,
    /// When.
    pub at: Instant,
    /// By which moment its time is judged: `at`, but in a sandbox, where a message that was not tried yet goes out as it
    /// was let out, however far the clock has jumped since.
    pub judged_by: Instant,
    /// Not to be sent from then on.
    pub until: Instant,
    /// What is known of the attempts before.
    pub before: Before,
    /// How it is signed.
    pub signature: Option<String>,
    /// What its sender does with one that it had before.
    pub repeats: Repeats,
}

/// What a sender does with a message that it had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It drops it: without an answer it is sent again.
    Dropped,
    /// It sends it once more: without an answer it is asked after, first at that moment.
    Sent {
        /// When.
        ask_at: Instant,
    },
}

/// What is known of an attempt that is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// No sender took it.
    NotTaken,
    /// The sender may have taken it.
    PerhapsTaken,
}

/// What became of handing a message over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum DispatchUpdate {
    Done {
        shop_id: ShopId,
        message_id: MessageId,
    },
    Retry {
        shop_id: ShopId,
        message_id: MessageId,
        attempt: u32,
        next_at: Instant,
        before: Before,
    },
    /// It waits until then for something else than its sender; no attempt was made.
    PutOff {
        shop_id: ShopId,
        message_id: MessageId,
        next_at: Instant,
    },
    /// Nobody knows whether it was taken: it is asked after then, and not sent again. It was handed over when it first
    /// was, at the latest now.
    Ask {
        shop_id: ShopId,
        message_id: MessageId,
        at: Instant,
        next_at: Instant,
    },
}

/// A wallet to write. Its timer is due at `differences.tell_at`.
#[derive(Debug, Clone)]
pub struct WalletChange {
    /// The shop.
    pub shop_id: ShopId,
    /// The wallet.
    pub wallet: Wallet,
    /// When its timer was due before.
    pub old_wake: Option<Instant>,
}

/// A pack of SMS that was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRow {
    /// The buyer's id of the purchase: the same again buys nothing.
    pub purchase_id: PurchaseId,
    /// Segments in it.
    pub segments: u64,
    /// When what is left of it is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// When it was bought.
    pub bought_at: Instant,
    /// By which key.
    pub bought_by: String,
}

/// Delivery reports of one message that nobody knows yet by its provider's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyReports {
    /// When the last of them came.
    pub told_at: Instant,
    /// In the order in which they came, each with the names of the number to which it says that the message went.
    pub reports: Vec<(Vec<NumberKey>, Report)>,
}

/// By what a delivery report names its message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Our id, as it may be read: shop and message are joined in it.
    pub ours: Vec<(ShopId, MessageId)>,
    /// The provider's.
    pub provider_id: Option<String>,
}

impl Row for EarlyReports {
    type Key = (ShopId, String);
    const NAME: &'static str = "early report";
}

impl Row for PackRow {
    type Key = (ShopId, PurchaseId);
    const NAME: &'static str = "pack of SMS";
}

impl Row for Addressee {
    type Key = (ShopId, CustomerId);
    const NAME: &'static str = "contact of a customer";
}

impl Row for Number {
    type Key = (ShopId, NumberKey);
    const NAME: &'static str = "number";
}

impl Row for Message {
    type Key = (ShopId, MessageId);
    const NAME: &'static str = "message";
}

/// Messages that went out, of one kind, channel and payer, and that came to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRow {
    /// What they were.
    pub kind: Kind,
    /// How they travelled.
    pub channel: Channel,
    /// Whether they are the shop's to pay.
    pub is_paid: bool,
    /// What the shop's packs had to do with them.
    pub charge: Charge,
    /// What became of them.
    pub status: MessageStatus,
    /// How many.
    pub messages: u64,
    /// Segments by our own count.
    pub segments: u64,
    /// Segments by the provider's, of those that it counted.
    pub provider_segments: u64,
    /// Segments by our own count of those that it has not counted.
    pub uncounted: u64,
}
