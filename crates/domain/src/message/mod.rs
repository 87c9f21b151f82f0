//! Messages to customers: planned, sent or suppressed, each with its reason.

pub mod addressee;
pub mod alerts;
pub mod centre;
pub mod differences;
pub mod going;
mod kind;
mod kinds;
pub mod notices;
pub mod numbers;
pub mod office;
pub mod segments;
pub mod sending;
pub mod settings;
pub mod template;
pub mod text;
pub mod values;
pub mod wallet;

pub use kind::{Channel, Charge, Kind, MessageStatus, Payer, Purpose};
pub use kinds::{About, Late};

use self::sending::Sending;
use crate::{CampaignId, Code, CustomerId, Instant, MessageId, OrderId, ShopId, ids::path_part};
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Message {
    pub message_id: MessageId,
    pub shop_id: ShopId,
    /// What it is about; a dispute may be about no order of ours.
    pub order_id: Option<OrderId>,
    pub customer_id: CustomerId,
    /// The campaign that asked for it.
    pub campaign_id: Option<CampaignId>,
    pub kind: Kind,
    pub channel: Channel,
    pub status: MessageStatus,
    /// Why it was suppressed or failed.
    pub code: Option<Code>,
    pub due_at: Instant,
    pub sent_at: Option<Instant>,
    /// Where a tap leads ([`link_of`]); empty where it leads nowhere.
    pub link: String,
    /// How it travels and what it costs; none before it is let out, and for pushes.
    pub sending: Option<Box<Sending>>,
}

impl Message {
    /// It goes out now.
    #[must_use]
    pub fn sent_at(self, now: Instant) -> Self {
        Self { status: MessageStatus::Sent, sent_at: Some(now), ..self }
    }

    /// It is to go out at that moment.
    #[must_use]
    pub fn planned_for(self, at: Instant) -> Self {
        Self { status: MessageStatus::Planned, due_at: at, sent_at: None, ..self }
    }

    /// One that was let out and did not arrive: it was not sent after all.
    pub fn taken_back(&self, code: Code) -> Self {
        let failed = code == Code::ProviderFailed;
        let status = if failed { MessageStatus::Failed } else { MessageStatus::Suppressed };
        Self { status, code: Some(code), sent_at: None, ..self.clone() }
    }
}

/// The link of a payment reminder: the order's page, opened at claim and pay (S0-R39).
pub fn order_link(shop: &ShopId, order: &OrderId) -> String {
    format!("/shops/{shop}/orders/{}?action=claim_and_pay", path_part(order.as_str()))
}

/// Where a tap on a notice leads: reminders open what they remind of, the others tell and lead nowhere.
pub fn link_of(kind: Kind, shop: &ShopId, order: &OrderId) -> String {
    match kind {
        Kind::PaymentReminder => order_link(shop, order),
        Kind::BalanceOpening | Kind::BalanceClosing | Kind::BalanceReminder => balance_link(shop, order),
        Kind::PaymentSucceeded
        | Kind::Shipped
        | Kind::Received
        | Kind::RefundApproved
        | Kind::RefundRejected
        | Kind::SupplierOrder
        | Kind::PurchaseOrder
        | Kind::Dispute
        | Kind::Marketing
        | Kind::SprintReminder
        | Kind::SprintReceipt
        | Kind::SprintPrize => String::new(),
    }
}

/// The link of a balance reminder: the order's page, opened at the balance.
pub fn balance_link(shop: &ShopId, order: &OrderId) -> String {
    format!("/shops/{shop}/orders/{}?action=pay_balance", path_part(order.as_str()))
}
