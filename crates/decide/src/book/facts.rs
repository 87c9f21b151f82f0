//! The working set of one batch: what was loaded, and what the decisions so far made of it.
//!
//! Shops stay between batches (there is one writer, so they cannot change behind it); everything
//! else is loaded anew. A row that was not loaded cannot be read: asking for it is a mistake of
//! ours and stops the decision.

use super::decision::{BatchCount, Decision};
use super::pool::PoolFacts;
use domain::{
    BatchId, CouponId, CustomerId, Instant, MessageId, OrderId, ShopId,
    campaign::{Count, Counters, order_wake},
    coupon::{BatchCounters, Coupon},
    customer::Standing,
    message::Message,
    order::Order,
};
use port::{
    BatchClaimKey, BatchRow, CampaignRow, Changes, CodeKey, CodeRow, CouponChange, InboxKey, InboxRow,
    OrderChange, Parked, PoolRow, RequestRow, Rows, ShopRow, Subject, Timer,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Shops kept between batches; a larger platform loads the others again when they come up.
const SHOPS_KEPT: usize = 20_000;
/// Coupon batches kept between batches of inputs; one may name 20,000 SKUs.
const BATCHES_KEPT: usize = 256;

/// A row of the working set.
#[derive(Debug)]
struct Slot<T> {
    value: Option<T>,
    /// Whether the store has the row.
    stored: bool,
    dirty: bool,
}

impl<T> Slot<T> {
    fn loaded(value: Option<T>) -> Self {
        Self { stored: value.is_some(), value, dirty: false }
    }
    fn put(&mut self, value: T) {
        self.value = Some(value);
        self.dirty = true;
    }
}

/// An order in the working set.
#[derive(Debug)]
struct OrderSlot {
    slot: Slot<Box<Order>>,
    old_wake: Option<Instant>,
    timeline: String,
    /// Its timer could not be decided; it fires no more until something else moves the order.
    asleep: bool,
}

/// A shop in the working set.
#[derive(Debug)]
struct ShopSlot {
    row: ShopRow,
    sequence_dirty: bool,
    counters_dirty: Vec<usize>,
}

/// A coupon batch in the working set.
#[derive(Debug)]
struct BatchSlot {
    row: BatchRow,
    dirty: bool,
}

type Key<T> = (ShopId, T);

/// The working set.
#[derive(Debug, Default)]
pub struct Facts {
    shops: FxHashMap<ShopId, Option<ShopSlot>>,
    orders: FxHashMap<Key<OrderId>, OrderSlot>,
    coupons: FxHashMap<Key<CouponId>, (Slot<Coupon>, Option<Instant>)>,
    standings: FxHashMap<Key<CustomerId>, Slot<Standing>>,
    inbox: FxHashMap<InboxKey, Option<InboxRow>>,
    parked: FxHashMap<Key<OrderId>, Vec<Parked>>,
    requests: FxHashMap<Key<String>, Option<RequestRow>>,
    messages: FxHashMap<Key<MessageId>, Option<Message>>,
    batches: FxHashMap<Key<BatchId>, Option<BatchSlot>>,
    batch_claims: FxHashMap<BatchClaimKey, Slot<u32>>,
    codes: FxHashMap<CodeKey, Option<CodeRow>>,
    pool: PoolFacts,
    changes: Changes,
}

impl Facts {
    /// Forgets everything, after a commit that failed: the store is the truth.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Drops what belongs to a batch and keeps the shops.
    pub fn end_batch(&mut self) {
        self.orders.clear();
        self.coupons.clear();
        self.standings.clear();
        self.inbox.clear();
        self.parked.clear();
        self.requests.clear();
        self.messages.clear();
        self.batch_claims.clear();
        self.codes.clear();
        self.pool.end_batch();
        self.changes = Changes::default();
        if self.batches.len() > BATCHES_KEPT {
            self.batches.clear();
        }
        self.batches.retain(|_, batch| batch.is_some());
        if self.shops.len() > SHOPS_KEPT {
            self.shops.clear();
        }
        self.shops.retain(|_, shop| shop.is_some());
    }

    /// Whether a shop has been looked up.
    pub fn knows_shop(&self, shop: &ShopId) -> bool {
        self.shops.contains_key(shop)
    }
    pub fn knows_order(&self, key: &Key<OrderId>) -> bool {
        self.orders.contains_key(key)
    }
    pub fn knows_parked(&self, key: &Key<OrderId>) -> bool {
        self.parked.contains_key(key)
    }
    pub fn knows_coupon(&self, key: &Key<CouponId>) -> bool {
        self.coupons.contains_key(key)
    }
    pub fn knows_batch(&self, key: &Key<BatchId>) -> bool {
        self.batches.contains_key(key)
    }
    pub fn knows_batch_claim(&self, key: &BatchClaimKey) -> bool {
        self.batch_claims.contains_key(key)
    }

    /// The presale pool's part.
    pub fn pool(&self) -> &PoolFacts {
        &self.pool
    }

    /// Takes loaded rows in.
    pub fn absorb(&mut self, rows: Rows) {
        self.pool.absorb(rows.pool);
        for (id, row) in rows.shops {
            let slot = row.map(|row| ShopSlot { row, sequence_dirty: false, counters_dirty: Vec::new() });
            self.shops.insert(id, slot);
        }
        for (key, row) in rows.orders {
            let old_wake = row.as_ref().and_then(|row| row.wake_at);
            let slot = Slot::loaded(row.map(|row| row.order));
            self.orders.insert(key, OrderSlot { slot, old_wake, timeline: String::new(), asleep: false });
        }
        for (key, coupon) in rows.coupons {
            let old_wake = coupon.as_ref().and_then(|coupon| coupon.wake_at);
            self.coupons.insert(key, (Slot::loaded(coupon), old_wake));
        }
        for (key, standing) in rows.standings {
            self.standings.insert(key, Slot::loaded(standing));
        }
        self.inbox.extend(rows.inbox);
        self.parked.extend(rows.parked);
        self.requests.extend(rows.requests);
        self.messages.extend(rows.messages);
        for (key, row) in rows.batches {
            self.batches.insert(key, row.map(|row| BatchSlot { row, dirty: false }));
        }
        for (key, count) in rows.batch_claims {
            self.batch_claims.insert(key, Slot::loaded(count));
        }
        self.codes.extend(rows.codes);
    }

    pub fn shop(&self, id: &ShopId) -> Option<&ShopRow> {
        loaded(self.shops.get(id), "shop").as_ref().map(|slot| &slot.row)
    }
    pub fn order(&self, key: &Key<OrderId>) -> Option<&Order> {
        loaded(self.orders.get(key), "order").slot.value.as_deref()
    }
    pub fn coupon(&self, key: &Key<CouponId>) -> Option<&Coupon> {
        loaded(self.coupons.get(key), "coupon").0.value.as_ref()
    }
    pub fn standing(&self, key: &Key<CustomerId>) -> Option<&Standing> {
        loaded(self.standings.get(key), "standing").value.as_ref()
    }
    pub fn inbox(&self, key: &InboxKey) -> Option<&InboxRow> {
        loaded(self.inbox.get(key), "inbox").as_ref()
    }
    pub fn parked(&self, key: &Key<OrderId>) -> &[Parked] {
        loaded(self.parked.get(key), "list of parked events").as_slice()
    }
    pub fn request(&self, key: &Key<String>) -> Option<&RequestRow> {
        loaded(self.requests.get(key), "request").as_ref()
    }
    pub fn message(&self, key: &Key<MessageId>) -> Option<&Message> {
        loaded(self.messages.get(key), "message").as_ref()
    }
    pub fn batch(&self, key: &Key<BatchId>) -> Option<&BatchRow> {
        loaded(self.batches.get(key), "coupon batch").as_ref().map(|slot| &slot.row)
    }
    pub fn batch_claims(&self, key: &BatchClaimKey) -> u32 {
        loaded(self.batch_claims.get(key), "count of claims").value.unwrap_or_default()
    }
    pub fn code(&self, key: &CodeKey) -> Option<&CodeRow> {
        loaded(self.codes.get(key), "code").as_ref()
    }

    /// Remembers the answer to a request with an idempotency key.
    pub fn answer_request(&mut self, shop: &ShopId, key: &str, row: RequestRow) {
        self.requests.insert((shop.clone(), key.to_owned()), Some(row.clone()));
        self.changes.requests.push((shop.clone(), key.to_owned(), row));
    }

    /// Makes a decision part of the working set. Cannot fail: everything was settled before.
    pub fn apply(&mut self, shop_id: &ShopId, decision: Decision) {
        self.apply_shop(shop_id, &decision);
        self.apply_batches(shop_id, &decision);
        let slot = self.shops.get_mut(shop_id).and_then(Option::as_mut);
        if let Some(slot) = slot.filter(|_| !decision.pool.is_empty()) {
            self.pool.apply(shop_id, &mut slot.row.pool, decision.pool);
        }
        for order in decision.orders {
            let slot = self.orders.entry((shop_id.clone(), order.order_id.clone()));
            let slot = slot.or_insert_with(OrderSlot::absent);
            slot.slot.put(Box::new(order));
        }
        for (order, line) in decision.timeline {
            let slot = self.orders.entry((shop_id.clone(), order)).or_insert_with(OrderSlot::absent);
            slot.timeline.push_str(&line);
            slot.timeline.push('\n');
        }
        for coupon in decision.coupons {
            let slot = self.coupons.entry((shop_id.clone(), coupon.coupon_id.clone()));
            slot.or_insert_with(|| (Slot::loaded(None), None)).0.put(coupon);
        }
        for (shop, customer, standing) in decision.standings {
            let slot = self.standings.entry((shop, customer)).or_insert_with(|| Slot::loaded(None));
            slot.put(standing);
        }
        for (key, row) in decision.inbox {
            self.inbox.insert(key.clone(), Some(row.clone()));
            self.changes.inbox.push((key, row));
        }
        for (order, parked) in decision.parked {
            self.parked.entry((shop_id.clone(), order.clone())).or_default().push(parked.clone());
            self.changes.parked.push((shop_id.clone(), order, parked));
        }
        for (order, event) in decision.unparked {
            let waiting = self.parked.entry((shop_id.clone(), order.clone())).or_default();
            waiting.retain(|p| p.event.source != event.source || p.event.event_id != event.event_id);
            self.changes.unparked.push((shop_id.clone(), order, event.source, event.event_id));
        }
        for message in decision.messages {
            self.messages.insert((shop_id.clone(), message.message_id.clone()), Some(message.clone()));
            self.changes.messages.push(message);
        }
        self.changes.entries.extend(decision.entries);
        self.changes.dispatches.extend(decision.dispatches);
        self.changes.outbox.extend(decision.outbox);
        self.changes.revived.extend(decision.revived.into_iter().map(|(w, at)| (shop_id.clone(), w, at)));
    }

    /// Stops a timer that cannot be decided, so that it does not hold up the others.
    pub fn put_to_sleep(&mut self, timer: &Timer) {
        match &timer.subject {
            Subject::Order(id) => {
                if let Some(slot) = self.orders.get_mut(&(timer.shop_id.clone(), id.clone())) {
                    (slot.asleep, slot.slot.dirty) = (true, true);
                }
            }
            Subject::Coupon(id) => {
                let slot = self.coupons.get_mut(&(timer.shop_id.clone(), id.clone()));
                if let Some((Slot { value: Some(coupon), dirty, .. }, _)) = slot {
                    (coupon.wake_at, *dirty) = (None, true);
                }
            }
            Subject::PresaleStrategy(_) | Subject::GiftRun(_) | Subject::PoolOrder(_) => {
                let shop = self.shops.get_mut(&timer.shop_id).and_then(Option::as_mut);
                if let Some(slot) = shop {
                    self.pool.put_to_sleep(&timer.shop_id, &mut slot.row.pool, &timer.subject);
                }
            }
        }
    }

    fn apply_shop(&mut self, shop_id: &ShopId, decision: &Decision) {
        if let Some(shop) = &decision.shop {
            self.changes.shops.push(shop.clone());
            let slot = self.shops.entry(shop_id.clone()).or_default();
            match slot {
                Some(slot) => slot.row.shop = shop.clone(),
                None => *slot = Some(ShopSlot::new(shop.clone())),
            }
        }
        let Some(slot) = self.shops.get_mut(shop_id).and_then(Option::as_mut) else {
            return;
        };
        if decision.numbers > 0 {
            slot.row.sequence += decision.numbers;
            slot.sequence_dirty = true;
        }
        for campaign in &decision.campaigns {
            self.changes.campaigns.push((shop_id.clone(), campaign.clone()));
            slot.put_campaign(campaign.clone());
        }
        for (campaign, count) in &decision.counts {
            slot.count(campaign, count);
        }
        for webhook in &decision.webhooks {
            slot.row.webhooks.retain(|known| known.webhook_id != webhook.webhook_id);
            slot.row.webhooks.push(webhook.clone());
            self.changes.webhooks.push((shop_id.clone(), webhook.clone()));
        }
        for id in &decision.webhooks_removed {
            slot.row.webhooks.retain(|known| known.webhook_id != *id);
            self.changes.webhooks_removed.push((shop_id.clone(), id.clone()));
        }
    }

    fn apply_batches(&mut self, shop_id: &ShopId, decision: &Decision) {
        for record in &decision.batches {
            self.changes.batches.push((shop_id.clone(), record.clone()));
            let slot = self.batches.entry((shop_id.clone(), record.batch.batch_id.clone())).or_default();
            if let Some(slot) = slot {
                slot.row.record = record.clone();
            } else {
                let row = BatchRow { record: record.clone(), counters: BatchCounters::default() };
                *slot = Some(BatchSlot { row, dirty: true });
            }
        }
        for (batch, count) in &decision.batch_counts {
            let slot = self.batches.get_mut(&(shop_id.clone(), batch.clone())).and_then(Option::as_mut);
            if let Some(slot) = slot {
                BatchCount::add_to(*count, &mut slot.row.counters);
                slot.dirty = true;
            }
        }
        for (customer, batch, count) in &decision.batch_claims {
            let slot = self.batch_claims.entry((shop_id.clone(), customer.clone(), batch.clone()));
            slot.or_insert_with(|| Slot::loaded(None)).put(*count);
        }
        for (digest, row) in &decision.codes {
            let key = (shop_id.clone(), *digest);
            self.codes.insert(key.clone(), Some(row.clone()));
            self.changes.codes.push((key, row.clone()));
        }
    }

    /// Everything that the batch changed, for one transaction.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.changes);
        for ((shop_id, batch), slot) in &mut self.batches {
            let Some(slot) = slot.as_mut().filter(|slot| slot.dirty) else { continue };
            slot.dirty = false;
            changes.batch_counters.push((shop_id.clone(), batch.clone(), slot.row.counters));
        }
        for (key, slot) in self.batch_claims.drain() {
            let Some(count) = slot.value.filter(|_| slot.dirty) else { continue };
            changes.batch_claims.push((key, count));
        }
        let shops = &self.shops;
        changes.pool = self.pool.take_changes(|shop| shops.get(shop)?.as_ref().map(|slot| &slot.row.pool));
        // In the order of their pages.
        changes.batch_counters.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        changes.batch_claims.sort_unstable();
        changes.codes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (id, slot) in &mut self.shops {
            let Some(slot) = slot else { continue };
            if std::mem::take(&mut slot.sequence_dirty) {
                changes.sequences.push((id.clone(), slot.row.sequence));
            }
            for index in std::mem::take(&mut slot.counters_dirty) {
                let row = &slot.row.campaigns[index];
                changes.counters.push((id.clone(), row.campaign.campaign_id.clone(), row.counters.clone()));
            }
        }
        changes.orders.reserve(self.orders.len());
        for ((shop_id, _), slot) in self.orders.drain() {
            let Some(order) = slot.slot.value.filter(|_| slot.slot.dirty) else {
                continue;
            };
            let wake_at = order_wake(&order).filter(|_| !slot.asleep);
            let (is_new, old_wake, timeline) = (!slot.slot.stored, slot.old_wake, slot.timeline);
            changes.orders.push(OrderChange { shop_id, order, is_new, old_wake, wake_at, timeline });
        }
        for ((shop_id, _), (slot, old_wake)) in self.coupons.drain() {
            let Some(coupon) = slot.value.filter(|_| slot.dirty) else {
                continue;
            };
            changes.coupons.push(CouponChange { shop_id, coupon, is_new: !slot.stored, old_wake });
        }
        for ((shop_id, customer), slot) in self.standings.drain() {
            let Some(standing) = slot.value.filter(|_| slot.dirty) else {
                continue;
            };
            changes.standings.push((shop_id, customer, standing));
        }
        // Neighbouring keys lie on the same pages.
        changes.orders.sort_unstable_by(|a, b| {
            (&a.shop_id, a.order.placed_at, &a.order.order_id).cmp(&(
                &b.shop_id,
                b.order.placed_at,
                &b.order.order_id,
            ))
        });
        changes.coupons.sort_unstable_by(|a, b| {
            (&a.shop_id, &a.coupon.coupon_id).cmp(&(&b.shop_id, &b.coupon.coupon_id))
        });
        changes.standings.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        changes
    }
}

impl OrderSlot {
    fn absent() -> Self {
        Self { slot: Slot::loaded(None), old_wake: None, timeline: String::new(), asleep: false }
    }
}

impl ShopSlot {
    fn new(shop: Arc<domain::shop::Shop>) -> Self {
        let (campaigns, webhooks, pool) = (Vec::new(), Vec::new(), PoolRow::default());
        let row = ShopRow { shop, sequence: 0, campaigns, webhooks, pool };
        Self { row, sequence_dirty: true, counters_dirty: Vec::new() }
    }

    fn position(&self, id: &domain::CampaignId) -> Option<usize> {
        self.row.campaigns.iter().position(|row| row.campaign.campaign_id == *id)
    }

    fn put_campaign(&mut self, campaign: Arc<domain::campaign::Campaign>) {
        if let Some(index) = self.position(&campaign.campaign_id) {
            self.row.campaigns[index].campaign = campaign;
        } else {
            self.counters_dirty.push(self.row.campaigns.len());
            self.row.campaigns.push(CampaignRow { campaign, counters: Counters::default() });
        }
    }

    fn count(&mut self, campaign: &domain::CampaignId, count: &Count) {
        let Some(index) = self.position(campaign) else {
            return;
        };
        count.add_to(&mut self.row.campaigns[index].counters);
        if !self.counters_dirty.contains(&index) {
            self.counters_dirty.push(index);
        }
    }
}

fn loaded<'a, T>(found: Option<&'a T>, what: &str) -> &'a T {
    found.unwrap_or_else(|| unreachable!("a {what} was asked for that the batch did not load"))
}
