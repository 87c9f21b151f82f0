//! What the platform tells us: order events, as typed facts.
//!
//! The shapes follow `CloudEvents` 1.0; the envelope is read at the edge. Each event is known by its
//! source and id: the same again is a no-op, the same id with other contents a conflict (A-G-8).

use crate::{
    CheckoutId, CouponId, CustomerId, Instant, LineId, OrderId, PaymentId, RefundId, Sku, TransactionId,
    catalog::Category,
    order::{CancelReason, Discount, Goods, Method, OrderKind, Source, Stage},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// One event, with both of its times (A-G-8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// Who sent it, as `CloudEvents` `source`.
    pub source: String,
    /// The sender's id of it.
    pub event_id: String,
    /// When it happened, by the sender.
    pub occurred_at: Instant,
    /// What happened.
    pub body: Body,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Body {
    /// A customer placed an order.
    #[serde(rename = "order.placed")]
    Placed(Box<Placed>),
    /// An order was cancelled.
    #[serde(rename = "order.cancelled")]
    Cancelled(Cancelled),
    /// The parcel left.
    #[serde(rename = "order.shipped")]
    Shipped(OrderNamed),
    /// The customer confirmed receipt.
    #[serde(rename = "order.received")]
    Received(OrderNamed),
    /// Money came in.
    #[serde(rename = "payment.succeeded")]
    PaymentSucceeded(PaymentSucceeded),
    /// An attempt to pay failed.
    #[serde(rename = "payment.failed")]
    PaymentFailed(PaymentFailed),
    /// A refund was asked for.
    #[serde(rename = "refund.requested")]
    RefundRequested(RefundFacts),
    /// The merchant agreed.
    #[serde(rename = "refund.approved")]
    RefundApproved(RefundFacts),
    /// The merchant refused.
    #[serde(rename = "refund.rejected")]
    RefundRejected(RefundFacts),
    /// The money went back.
    #[serde(rename = "refund.succeeded")]
    RefundSucceeded(RefundFacts),
    /// A customer became a member.
    #[serde(rename = "member.joined")]
    MemberJoined(MemberJoined),
    /// Two accounts are one customer's.
    #[serde(rename = "member.merged")]
    MemberMerged(MemberMerged),
}

impl Body {
    /// The types this engine understands.
    pub const TYPES: &[&str] = &[
        "order.placed",
        "order.cancelled",
        "order.shipped",
        "order.received",
        "payment.succeeded",
        "payment.failed",
        "refund.requested",
        "refund.approved",
        "refund.rejected",
        "refund.succeeded",
        "member.joined",
        "member.merged",
    ];

    /// What it tells of a refund, if it does.
    pub fn refund(&self) -> Option<&RefundFacts> {
        match self {
            Self::RefundRequested(refund)
            | Self::RefundApproved(refund)
            | Self::RefundRejected(refund)
            | Self::RefundSucceeded(refund) => Some(refund),
            Self::Placed(_)
            | Self::Cancelled(_)
            | Self::Shipped(_)
            | Self::Received(_)
            | Self::PaymentSucceeded(_)
            | Self::PaymentFailed(_)
            | Self::MemberJoined(_)
            | Self::MemberMerged(_) => None,
        }
    }

    /// The order that the event is about; none for member events.
    pub fn order_id(&self) -> Option<&OrderId> {
        Some(match self {
            Self::Placed(placed) => &placed.order_id,
            Self::Cancelled(cancelled) => &cancelled.order_id,
            Self::Shipped(named) | Self::Received(named) => &named.order_id,
            Self::PaymentSucceeded(payment) => &payment.order_id,
            Self::PaymentFailed(payment) => &payment.order_id,
            Self::RefundRequested(refund)
            | Self::RefundApproved(refund)
            | Self::RefundRejected(refund)
            | Self::RefundSucceeded(refund) => &refund.order_id,
            Self::MemberJoined(_) | Self::MemberMerged(_) => return None,
        })
    }

    /// Among events of the same instant payment comes first (A-G-9), placing before all.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Placed(_) => 0,
            Self::PaymentSucceeded(_) => 1,
            Self::PaymentFailed(_) => 2,
            Self::Cancelled(_) => 3,
            Self::Shipped(_) | Self::Received(_) => 4,
            Self::RefundRequested(_) => 5,
            Self::RefundApproved(_) | Self::RefundRejected(_) => 6,
            Self::RefundSucceeded(_) => 7,
            Self::MemberJoined(_) => 8,
            Self::MemberMerged(_) => 9,
        }
    }
}

/// `order.placed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names, amounts in minor units")]
pub struct Placed {
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    #[serde(default)]
    pub source: Source,
    #[serde(default)]
    pub kind: OrderKind,
    #[serde(default)]
    pub goods: Goods,
    pub lines: Vec<PlacedLine>,
    #[serde(default)]
    pub discounts: Vec<Discount>,
    #[serde(default)]
    pub freight: Money,
    pub payable: Money,
    /// The platform's own deadline for payment; the shop's setting otherwise.
    #[serde(default, with = "optional_text")]
    pub cancel_at: Option<Instant>,
    /// What the customer checked out at once, where the platform names it (A-S1-28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
}

impl Placed {
    /// Whether it may be paid without any money (A-G-14). What a presale takes off is not known here.
    pub fn may_cost_nothing(&self) -> bool {
        self.payable.is_zero() || self.lines.iter().any(|line| line.presale_campaign_id.is_some())
    }
}

/// A line as it was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names, amounts in minor units")]
pub struct PlacedLine {
    pub line_id: LineId,
    pub sku: Sku,
    /// What customers know the goods by, 200 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default)]
    pub categories: Vec<Category>,
    pub quantity: u64,
    pub unit_price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presale_campaign_id: Option<crate::CampaignId>,
}

/// `order.cancelled`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct Cancelled {
    pub order_id: OrderId,
    #[serde(default)]
    pub reason: CancelReason,
}

/// An event that says no more than which order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct OrderNamed {
    pub order_id: OrderId,
}

/// `payment.succeeded`; `amount` is the money that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names, amounts in minor units")]
pub struct PaymentSucceeded {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    #[serde(default)]
    pub stage: Stage,
    pub method: Method,
    pub amount: Money,
    #[serde(default)]
    pub coupon_id: Option<CouponId>,
    /// The checkout that a balance is paid in, where the platform names it (A-S1-28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
    /// The payment channel's id of it: what a draw is bound to (A-S2-16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// What came off with the balance of a presale: the coupons and assets of the merged checkout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
}

/// `payment.failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct PaymentFailed {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
}

/// The refund events. Without lines and amount those of another event of the refund are meant, or,
/// until one tells them, the whole rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names, amounts in minor units")]
pub struct RefundFacts {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    /// The payment that goes back, where it is known (A-G-15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    #[serde(default)]
    pub amount: Option<Money>,
    #[serde(default)]
    pub lines: Vec<RefundLine>,
}

/// Units of a line to refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct RefundLine {
    pub line_id: LineId,
    pub quantity: u64,
}

/// `member.joined`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct MemberJoined {
    pub customer_id: CustomerId,
    #[serde(default)]
    pub member_id: Option<String>,
}

/// `member.merged`: the one account goes up in the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct MemberMerged {
    pub from: CustomerId,
    pub into: CustomerId,
}

/// Instants inside event data are RFC 3339 text on the wire.
mod optional_text {
    use crate::Instant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::ref_option, reason = "serde hands the field over like this")]
    pub fn serialize<S: Serializer>(at: &Option<Instant>, s: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => s.collect_str(at),
            None => s.serialize_none(),
        }
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Instant>, D::Error> {
        let Some(text) = Option::<String>::deserialize(d)? else {
            return Ok(None);
        };
        Instant::parse(&text).map(Some).ok_or_else(|| D::Error::custom(crate::time::WRITTEN))
    }
}
