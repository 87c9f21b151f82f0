//! The tables: what one shop has lies together, what is worked through over all shops lies apart.

use domain::{
    BatchId, CampaignId, ConflictId, CouponId, CustomerId, ImportId, Instant, MessageId, OrderId, PurchaseId,
    RewardId, ShopId, WaveId, WebhookId,
    campaign::{
        Campaign, Counters,
        sprint::{Invitation, Plan},
    },
    coupon::{BatchCounters, BatchRecord, Coupon},
    customer::Standing,
    ledger::Entry,
    message::{
        Message,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::{Centre, Said},
        wallet::Wallet,
    },
    order::Order,
    pool::{Candidate, PoolOrder, RankKey},
    reward::{Book, Charter, Reward, Taker},
    shop::Shop,
    sprint::{Happened, Member, Quarter, SprintBook},
};
use port::{
    BatchClaims, BatchRow, CampaignRow, CodeRow, ConflictRow, Delivery, DeliveryStatus, Digest, EarlyReports,
    Import, InboxRow, OrderRow, OutboxRow, PackRow, Parked, PoolRow, RequestRow, ShopRow, StoreError,
    StoreErrorKind, Timer, Turn, Webhook,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything there is.
#[derive(Debug, Default)]
pub struct Tables {
    pub shops: BTreeMap<ShopId, OfShop>,
    /// In the order of firing.
    pub timers: BTreeSet<Timer>,
    pub deliveries: BTreeMap<i64, DeliveryRow>,
    /// Pending deliveries of each receiver, by when to try them.
    pub due_deliveries: BTreeMap<(ShopId, WebhookId), BTreeSet<(Instant, i64)>>,
    /// The highest delivery id ever given.
    pub last_delivery: i64,
    pub dispatches: BTreeMap<(ShopId, MessageId), DispatchRow>,
    pub sandbox_clock: Option<Instant>,
}

/// Everything of one shop.
#[derive(Debug, Default)]
pub struct OfShop {
    pub shop: Option<Arc<Shop>>,
    pub sequence: u64,
    pub booked: u64,
    pub campaigns: BTreeMap<CampaignId, Arc<Campaign>>,
    pub counters: BTreeMap<CampaignId, Counters>,
    pub webhooks: BTreeMap<WebhookId, Webhook>,
    /// When receivers that were served before are served next.
    pub turns: BTreeMap<WebhookId, Turn>,
    pub orders: BTreeMap<OrderId, StoredOrder>,
    pub coupons: BTreeMap<CouponId, Coupon>,
    pub coupons_of: BTreeMap<CustomerId, BTreeSet<CouponId>>,
    pub batches: BTreeMap<BatchId, Arc<BatchRecord>>,
    pub batch_counters: BTreeMap<BatchId, BatchCounters>,
    pub batch_claims: BTreeMap<(CustomerId, BatchId), BatchClaims>,
    pub coupons_of_batch: BTreeMap<BatchId, BTreeSet<CouponId>>,
    pub codes: BTreeMap<Digest, CodeRow>,
    pub conflicts: BTreeMap<ConflictId, ConflictRow>,
    pub imports: BTreeMap<ImportId, Import>,
    pub standings: BTreeMap<CustomerId, Standing>,
    pub inbox: BTreeMap<(SmolStr, SmolStr), InboxRow>,
    pub parked: BTreeMap<ParkedKey, Parked>,
    pub requests: BTreeMap<String, RequestRow>,
    pub entries: BTreeMap<(OrderId, u32), Entry>,
    pub messages: BTreeMap<MessageId, Message>,
    pub centre: Option<Arc<Centre>>,
    pub wallet: Option<Wallet>,
    pub packs: BTreeMap<PurchaseId, PackRow>,
    pub addressees: BTreeMap<CustomerId, Addressee>,
    pub numbers: BTreeMap<NumberKey, Number>,
    pub rewards: BTreeMap<RewardId, Reward>,
    /// Rewards by campaign, order and extra chance.
    pub chances: BTreeMap<(CampaignId, OrderId, u32), RewardId>,
    /// Rewards that were drawn, in the order of their campaign's chain.
    pub plays: BTreeMap<(CampaignId, u64), RewardId>,
    /// Those of them whose winner is listed.
    pub winners: BTreeSet<(CampaignId, u64)>,
    pub books: BTreeMap<CampaignId, Book>,
    pub charters: BTreeMap<CampaignId, Charter>,
    pub takers: BTreeMap<(CampaignId, CustomerId), Taker>,
    pub sprints: BTreeMap<CampaignId, SprintBook>,
    /// Of the platform alone.
    pub plans: BTreeMap<CampaignId, Plan>,
    pub invitations: BTreeMap<CampaignId, Invitation>,
    pub happened: BTreeMap<(CampaignId, WaveId, Quarter), Happened>,
    pub members: BTreeMap<(CampaignId, WaveId, CustomerId), Member>,
    /// Who has reached a tier of a wave, by when.
    pub places: BTreeSet<(CampaignId, WaveId, u8, Instant, CustomerId)>,
    pub early_reports: BTreeMap<String, EarlyReports>,
    pub outbox: BTreeMap<String, OutboxRow>,
    pub pool: PoolRow,
    pub pool_orders: BTreeMap<OrderId, PoolOrder>,
    /// Parents of split orders with their children.
    pub pool_children: BTreeMap<OrderId, BTreeSet<OrderId>>,
    pub gift_candidates: BTreeMap<(u64, RankKey), Candidate>,
    pub gift_buyers: BTreeMap<(u64, CustomerId), Vec<RankKey>>,
}

/// Order, source, event id.
pub type ParkedKey = (OrderId, String, String);

/// An order and its timeline, as lines of JSON.
#[derive(Debug)]
pub struct StoredOrder {
    pub order: Order,
    pub wake_at: Option<Instant>,
    pub timeline: String,
}

/// A delivery without what its event says.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    pub shop_id: ShopId,
    pub webhook_id: WebhookId,
    pub event_id: String,
    pub attempt: u32,
    pub status: DeliveryStatus,
    pub next_at: Instant,
    pub reason: Option<String>,
}

/// A dispatch without its message.
#[derive(Debug, Clone)]
pub struct DispatchRow {
    pub deliver_until: Instant,
    pub attempt: u32,
    pub next_at: Instant,
    pub said: Option<Box<Said>>,
    pub tried_at: Option<Instant>,
    pub handed_at: Option<Instant>,
}

impl StoredOrder {
    pub fn row(&self) -> OrderRow {
        OrderRow { order: Box::new(self.order.clone()), wake_at: self.wake_at, timeline: String::new() }
    }
}

impl OfShop {
    /// A campaign with its figures, all zero before the first are written.
    pub fn campaign(&self, campaign: &Arc<Campaign>) -> CampaignRow {
        let counters = self.counters.get(&campaign.campaign_id).cloned();
        CampaignRow { campaign: Arc::clone(campaign), counters: counters.unwrap_or_default() }
    }
    /// A coupon batch with its figures, all zero before the first are written.
    pub fn batch(&self, record: &Arc<BatchRecord>) -> BatchRow {
        let counters = self.batch_counters.get(&record.batch.batch_id).copied();
        BatchRow { record: Arc::clone(record), counters: counters.unwrap_or_default() }
    }
    /// The whole row; `None` before the shop is there.
    pub fn row(&self) -> Option<ShopRow> {
        Some(ShopRow {
            shop: Arc::clone(self.shop.as_ref()?),
            sequence: self.sequence,
            booked: self.booked,
            campaigns: self
                .campaigns
                .values()
                .map(|campaign| self.campaign(campaign))
                .collect::<Vec<_>>()
                .into(),
            webhooks: self.webhooks.values().cloned().collect(),
            centre: self.centre.clone(),
            wallet: self.wallet(),
            pool: self.pool.clone(),
        })
    }
    /// The wallet; one of a shop from before there were packs is empty and pays for nothing.
    pub fn wallet(&self) -> Wallet {
        self.wallet.clone().unwrap_or(Wallet::new(false))
    }
    /// The events that wait for an order, by source and event id.
    pub fn parked(&self, order: &OrderId) -> impl Iterator<Item = &Parked> {
        let from = (order.clone(), String::new(), String::new());
        self.parked.range(from..).take_while(move |(key, _)| key.0 == *order).map(|(_, parked)| parked)
    }
}

impl Tables {
    /// The place of a shop's rows, made when it is new.
    pub fn of(&mut self, shop: &ShopId) -> &mut OfShop {
        if !self.shops.contains_key(shop) {
            self.shops.insert(shop.clone(), OfShop::default());
        }
        self.shops.get_mut(shop).unwrap_or_else(|| unreachable!("it has just been put there"))
    }
    /// A delivery with what its event says.
    pub fn delivery(&self, delivery_id: i64, row: &DeliveryRow) -> Option<Delivery> {
        let event = self.shops.get(&row.shop_id)?.outbox.get(&row.event_id)?;
        Some(Delivery {
            delivery_id,
            shop_id: row.shop_id.clone(),
            webhook_id: row.webhook_id.clone(),
            event_id: row.event_id.clone(),
            event_type: event.event_type.clone(),
            body: event.body.clone(),
            at: event.at,
            attempt: row.attempt,
            status: row.status,
            next_at: row.next_at,
            reason: row.reason.clone(),
        })
    }
}

/// The place of one of a shop's tables.
pub fn at<T: 'static>(
    shop: &ShopId,
    table: fn(&mut OfShop) -> &mut T,
) -> impl Fn(&mut Tables) -> &mut T + use<T> + 'static {
    let shop = shop.clone();
    move |tables| table(tables.of(&shop))
}

/// What a caller did that no store may keep.
pub fn refused(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Other, message)
}
