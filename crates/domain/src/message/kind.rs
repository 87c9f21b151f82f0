//! The small words of a message: what it is about, how it travels, where it stands, who pays, what it is for.

use serde::{Deserialize, Serialize};

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Kind {
    PaymentReminder,
    BalanceOpening,
    BalanceClosing,
    BalanceReminder,
    PaymentSucceeded,
    Shipped,
    Received,
    RefundApproved,
    RefundRejected,
    SupplierOrder,
    PurchaseOrder,
    Dispute,
    Marketing,
    SprintReminder,
    SprintReceipt,
    SprintPrize,
}

/// How it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Channel {
    Push,
    Sms,
    Wechat,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum MessageStatus {
    Planned,
    /// It was let out, and nothing else was heard of it than that its provider took it.
    Sent,
    /// Its provider did not take it this time: it is handed over again.
    Retrying,
    /// Its provider gave no answer that says whether it took it: it is asked after, and holds its segments (A-S2-18).
    Unknown,
    Suppressed,
    Failed,
}

impl MessageStatus {
    /// Whether it was let out and is not known to have failed.
    pub const fn is_out(self) -> bool {
        match self {
            Self::Sent | Self::Retrying | Self::Unknown => true,
            Self::Planned | Self::Suppressed | Self::Failed => false,
        }
    }
}

/// Who pays for a kind's SMS and WeChat messages. A push is free whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The platform: it is always on (S2-R13, A-S2-9). With a template of the merchant's own it costs the merchant all
    /// the same (A-S2-11).
    Free,
    /// The merchant, from the pack of SMS: off until it is switched on (S2-R11, S2-R14, A-S2-9).
    Merchant,
}

/// What the shop's packs have to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// They pay nothing for it: a notice of the platform's, or a shop that does not pay for its SMS yet.
    Free,
    /// They hold its segments until its provider has answered.
    Held,
    /// They paid for it, whether it arrived or not.
    Charged,
    /// Its segments went back to them: it was not taken, or did not arrive and is not charged for.
    GivenBack,
}

/// What a kind is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A notice about the customer's own order: it needs no consent.
    Trade,
    /// An offer: it needs consent, and names the way out (A-S2-14).
    Marketing,
}

macro_rules! text_of {
    ($name:ident { $($variant:ident = $text:literal),+ }) => {
        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// Reads the stable text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
text_of!(Kind {
    PaymentReminder = "payment_reminder",
    BalanceOpening = "balance_opening",
    BalanceClosing = "balance_closing",
    BalanceReminder = "balance_reminder",
    PaymentSucceeded = "payment_succeeded",
    Shipped = "shipped",
    Received = "received",
    RefundApproved = "refund_approved",
    RefundRejected = "refund_rejected",
    SupplierOrder = "supplier_order",
    PurchaseOrder = "purchase_order",
    Dispute = "dispute",
    Marketing = "marketing",
    SprintReminder = "sprint_reminder",
    SprintReceipt = "sprint_receipt",
    SprintPrize = "sprint_prize"
});
text_of!(Charge { Free = "free", Held = "held", Charged = "charged", GivenBack = "given_back" });
text_of!(Channel { Push = "push", Sms = "sms", Wechat = "wechat" });
text_of!(MessageStatus {
    Planned = "planned",
    Sent = "sent",
    Retrying = "retrying",
    Unknown = "unknown",
    Suppressed = "suppressed",
    Failed = "failed"
});
