//! What the stores keep: rows as the engine hands them over.

use crate::pool::{PoolChanges, PoolKeys, PoolRow, PoolRows};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, GiftStrategyId, Instant, MessageId, OrderId,
    PresaleStrategyId, ShopId, WebhookId,
    campaign::{Campaign, Counters},
    coupon::{BatchCounters, BatchRecord, Coupon},
    customer::Standing,
    event::OrderEvent,
    ledger::Entry,
    message::Message,
    order::Order,
    shop::Shop,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;

/// First 16 bytes of a BLAKE3 hash: tells a repetition from a conflict.
pub type Digest = [u8; 16];

/// Hashes a request or an event's contents.
pub fn digest(bytes: &[u8]) -> Digest {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// A shop with all that the write path reads of it on every decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopRow {
    /// The settings.
    pub shop: Arc<Shop>,
    /// Next running number for ids.
    pub sequence: u64,
    /// Campaigns, by id.
    pub campaigns: Vec<CampaignRow>,
    /// Receivers of webhooks.
    pub webhooks: Vec<Webhook>,
    /// The presale pool.
    #[serde(default)]
    pub pool: PoolRow,
}

/// A campaign and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// What the merchant set up.
    pub campaign: Arc<Campaign>,
    /// What came of it.
    pub counters: Counters,
}

/// A coupon batch and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// What the merchant set up, and whether it was taken back.
    pub record: Arc<BatchRecord>,
    /// What came of it.
    pub counters: BatchCounters,
}

/// A code of a batch. The code itself is not kept, only its digest, under which this lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The batch.
    pub batch_id: BatchId,
    /// The coupon that it became.
    pub coupon_id: Option<CouponId>,
}

/// A registered receiver of webhooks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Webhook {
    pub webhook_id: WebhookId,
    pub url: String,
    /// Event types it wants; empty means all.
    pub types: Vec<String>,
    /// `whsec_...`, newest first; two while a secret is being replaced.
    pub secrets: Vec<String>,
    pub created_at: Instant,
}

impl Webhook {
    /// Whether it wants events of that type.
    pub fn wants(&self, event_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|t| t == event_type)
    }
}

/// An order as it is stored: `wake_at` is the due time of its timer.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// The order; boxed, for rows are moved and sorted.
    pub order: Box<Order>,
    /// When its timer is due; at most one timer an order.
    pub wake_at: Option<Instant>,
}

/// What a timer is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order: trigger, push or deadline.
    Order(OrderId),
    /// A coupon: the end of its lock or of its life.
    Coupon(CouponId),
    /// A presale strategy: its activation time, or a walk over its orders that goes on.
    PresaleStrategy(PresaleStrategyId),
    /// A gift strategy: its run goes on.
    GiftRun(GiftStrategyId),
    /// A pooled order: the end of its time to pay the balance.
    PoolOrder(OrderId),
}

impl Subject {
    /// The kinds, in the order in which those of one moment fire.
    pub const KINDS: [&str; 5] = ["order", "coupon", "presale_strategy", "gift_run", "pool_order"];
    /// Kind and id, as stores keep them.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Order(id) => ("order", id.as_str()),
            Self::Coupon(id) => ("coupon", id.as_str()),
            Self::PresaleStrategy(id) => ("presale_strategy", id.as_str()),
            Self::GiftRun(id) => ("gift_run", id.as_str()),
            Self::PoolOrder(id) => ("pool_order", id.as_str()),
        }
    }
    /// Reads what [`Subject::parts`] wrote.
    pub fn read(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "order" => OrderId::try_new(id).ok().map(Self::Order),
            "coupon" => CouponId::try_new(id).ok().map(Self::Coupon),
            "presale_strategy" => PresaleStrategyId::try_new(id).ok().map(Self::PresaleStrategy),
            "gift_run" => GiftStrategyId::try_new(id).ok().map(Self::GiftRun),
            "pool_order" => OrderId::try_new(id).ok().map(Self::PoolOrder),
            _ => None,
        }
    }
}

/// A pending timer. Ordered by due time, then shop, then subject: the order of firing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// Never fires before this.
    pub due_at: Instant,
    /// The shop.
    pub shop_id: ShopId,
    /// What it is about.
    pub subject: Subject,
}

/// An event that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Of its contents.
    pub digest: Digest,
    /// When it arrived (A-G-8: `received_at`).
    pub received_at: Instant,
}

/// An event that waits for its predecessor (A-G-8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// The event.
    pub event: OrderEvent,
    /// When it arrived.
    pub received_at: Instant,
}

/// An answered request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Of the request's body and route.
    pub digest: Digest,
    /// The [`crate::Reply`] as JSON.
    pub reply: String,
    /// When it was answered.
    pub at: Instant,
}

/// One entry of an order's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: Instant,
    /// What: an event's type or a decision such as `offer.displayed`.
    pub what: String,
    /// The reason, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<domain::Code>,
    /// The campaign concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    /// Figures and ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
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

/// Names of the rows that a batch needs, grouped by table.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Keys {
    pub shops: Vec<ShopId>,
    pub orders: Vec<(ShopId, OrderId)>,
    pub coupons: Vec<(ShopId, CouponId)>,
    pub standings: Vec<(ShopId, CustomerId)>,
    pub inbox: Vec<InboxKey>,
    pub parked: Vec<(ShopId, OrderId)>,
    pub requests: Vec<(ShopId, String)>,
    pub messages: Vec<(ShopId, MessageId)>,
    pub batches: Vec<(ShopId, BatchId)>,
    pub batch_claims: Vec<BatchClaimKey>,
    pub codes: Vec<CodeKey>,
    /// Who redeems a code. No rows of their own: they lead from the codes to the claims.
    pub redeemers: Vec<(CodeKey, CustomerId)>,
    pub pool: PoolKeys,
}

/// Shop, source and event id.
pub type InboxKey = (ShopId, SmolStr, SmolStr);
/// Shop, customer and batch: how many coupons the customer has had of it.
pub type BatchClaimKey = (ShopId, CustomerId, BatchId);
/// Shop and digest of the code.
pub type CodeKey = (ShopId, Digest);

/// The rows of [`Keys`], `None` or empty where there is none.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Rows {
    pub shops: Vec<(ShopId, Option<ShopRow>)>,
    pub orders: Vec<((ShopId, OrderId), Option<OrderRow>)>,
    pub coupons: Vec<((ShopId, CouponId), Option<Coupon>)>,
    pub standings: Vec<((ShopId, CustomerId), Option<Standing>)>,
    pub inbox: Vec<(InboxKey, Option<InboxRow>)>,
    pub parked: Vec<((ShopId, OrderId), Vec<Parked>)>,
    pub requests: Vec<((ShopId, String), Option<RequestRow>)>,
    pub messages: Vec<((ShopId, MessageId), Option<Message>)>,
    pub batches: Vec<((ShopId, BatchId), Option<BatchRow>)>,
    pub batch_claims: Vec<(BatchClaimKey, Option<u32>)>,
    pub codes: Vec<(CodeKey, Option<CodeRow>)>,
    pub pool: PoolRows,
}

/// Everything that one batch writes, in one transaction.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Changes {
    pub shops: Vec<Arc<Shop>>,
    /// The shops' next running numbers.
    pub sequences: Vec<(ShopId, u64)>,
    pub campaigns: Vec<(ShopId, Arc<Campaign>)>,
    pub counters: Vec<(ShopId, CampaignId, Counters)>,
    pub batches: Vec<(ShopId, Arc<BatchRecord>)>,
    pub batch_counters: Vec<(ShopId, BatchId, BatchCounters)>,
    pub batch_claims: Vec<(BatchClaimKey, u32)>,
    /// New codes, and those that became a coupon.
    pub codes: Vec<(CodeKey, CodeRow)>,
    pub orders: Vec<OrderChange>,
    pub coupons: Vec<CouponChange>,
    pub standings: Vec<(ShopId, CustomerId, Standing)>,
    pub inbox: Vec<(InboxKey, InboxRow)>,
    pub parked: Vec<(ShopId, OrderId, Parked)>,
    /// Events that wait no longer: shop, order, source, event id.
    pub unparked: Vec<(ShopId, OrderId, String, String)>,
    pub requests: Vec<(ShopId, String, RequestRow)>,
    pub entries: Vec<Entry>,
    pub messages: Vec<Message>,
    pub dispatches: Vec<Dispatch>,
    pub dispatch_updates: Vec<DispatchUpdate>,
    pub outbox: Vec<OutboxRow>,
    pub webhooks: Vec<(ShopId, Webhook)>,
    pub webhooks_removed: Vec<(ShopId, WebhookId)>,
    pub delivery_updates: Vec<DeliveryUpdate>,
    /// Dead deliveries of a webhook that are to be tried again from that moment.
    pub revived: Vec<(ShopId, WebhookId, Instant)>,
    pub pool: PoolChanges,
    /// Where the sandbox clock stands.
    pub sandbox_clock: Option<Instant>,
}

/// An order to write.
#[derive(Debug)]
pub struct OrderChange {
    /// The shop.
    pub shop_id: ShopId,
    /// Its state after the batch.
    pub order: Box<Order>,
    /// Whether the order is new to the store.
    pub is_new: bool,
    /// Its timer before, to be taken away when it differs,
    pub old_wake: Option<Instant>,
    /// and after.
    pub wake_at: Option<Instant>,
    /// Lines of JSON to add to its timeline.
    pub timeline: String,
}

/// A coupon to write.
#[derive(Debug)]
pub struct CouponChange {
    /// The shop.
    pub shop_id: ShopId,
    /// Its state after the batch.
    pub coupon: Coupon,
    /// Whether it is new to the store.
    pub is_new: bool,
    /// Its timer before.
    pub old_wake: Option<Instant>,
}
