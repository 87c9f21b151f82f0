//! What one batch asks for and what it writes, table by table.

use crate::{
    BatchClaimKey, BatchRow, CodeKey, CodeRow, CouponChange, DeliveryUpdate, Dispatch, DispatchUpdate,
    InboxKey, InboxRow, OrderChange, OrderRow, OutboxRow, Parked, PoolChanges, PoolKeys, PoolRows,
    RequestRow, ShopRow, Webhook,
};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, Instant, MessageId, OrderId, ShopId, WebhookId,
    campaign::{Campaign, Counters},
    coupon::{BatchCounters, BatchRecord, Coupon},
    customer::Standing,
    ledger::Entry,
    message::Message,
    shop::Shop,
};
use std::sync::Arc;

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
