//! The working set of one batch: what was loaded, and what the decisions so far made of it.
//!
//! Shops, coupon batches and the charters of campaigns of rewards stay between batches where there is one writer, so that
//! they cannot change behind it; everything else is loaded anew. A row that was not loaded reads as if it were not there and is noted as missed: the
//! decision that read it does not count, and is made again once the row is there ([`Facts::take_missed`]). What `keys`
//! and `named` foresee saves that, and no more.

use super::decision::{BatchCount, Decision};
use super::platform::Platform;
use super::pool::PoolFacts;
use super::shop_slot::{ShopSlot, Written};
use super::tables::Tables;
use domain::{
    BatchId, CouponId, CustomerId, ImportId, MessageId, OrderId, PurchaseId, ShopId,
    campaign::order_wake,
    coupon::{BatchCounters, Coupon},
    customer::Standing,
    message::{
        Message,
        addressee::Addressee,
        numbers::{Number, NumberKey},
    },
    order::Order,
    sprint::{Happened, PlacesKey},
};
use port::{
    BatchClaimKey, BatchClaims, BatchRow, Changes, CodeKey, CodeRow, EarlyReports, HappenedKey, Import,
    InboxKey, InboxRow, Keys, OrderRow, PackRow, Parked, Places, RequestRow, Rows, ShopRow, Subject, Timer,
    WalletChange, Writers,
};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Shops kept between batches; a larger platform loads the others again when they come up.
const SHOPS_KEPT: usize = 20_000;
/// Coupon batches kept between batches of inputs; one may name 20,000 SKUs.
const BATCHES_KEPT: usize = 256;

/// A coupon batch in the working set.
#[derive(Debug)]
struct BatchSlot {
    row: BatchRow,
    dirty: bool,
}

type Key<T> = (ShopId, T);

/// The working set.
#[derive(Debug)]
pub struct Facts {
    platform: Platform,
    shops: FxHashMap<ShopId, Option<ShopSlot>>,
    pub(super) tables: Tables,
    parked: FxHashMap<Key<OrderId>, Vec<Parked>>,
    batches: FxHashMap<Key<BatchId>, Option<BatchSlot>>,
    pool: PoolFacts,
    pub(super) places: FxHashMap<PlacesKey, Places>,
    pub(super) happened: BTreeMap<HappenedKey, Happened>,
    changes: Changes,
    /// What was read beside the plain tables and not loaded.
    pub(super) missed: RefCell<Missed>,
}

#[derive(Debug, Default)]
pub(super) struct Missed {
    shops: Vec<ShopId>,
    parked: Vec<Key<OrderId>>,
    batches: Vec<Key<BatchId>>,
    pub places: Vec<PlacesKey>,
}

impl Facts {
    /// Nothing is known yet.
    pub fn new(platform: Platform) -> Self {
        Self {
            platform,
            shops: FxHashMap::default(),
            tables: Tables::default(),
            parked: FxHashMap::default(),
            batches: FxHashMap::default(),
            pool: PoolFacts::default(),
            places: FxHashMap::default(),
            happened: BTreeMap::new(),
            changes: Changes::default(),
            missed: RefCell::default(),
        }
    }

    /// Takes the keys out of rows that were looked up. Those of the pool's tables are the pool's own care.
    pub fn forget_known(&self, keys: &mut Keys) {
        self.tables.forget_known(keys);
        keys.shops.retain(|shop| !self.knows_shop(shop));
        keys.parked.retain(|key| !self.parked.contains_key(key));
        keys.batches.retain(|key| !self.batches.contains_key(key));
    }
    /// Whether a row was read that was not loaded: then what was decided does not count.
    pub fn has_missed(&self) -> bool {
        let Missed { shops, parked, batches, places } = &*self.missed.borrow();
        let others = !(shops.is_empty() && parked.is_empty() && batches.is_empty() && places.is_empty());
        others || self.tables.has_missed() || self.pool.has_missed()
    }
    /// Which, for a message.
    pub fn missed_names(&self) -> Vec<&'static str> {
        self.tables.missed_names()
    }
    /// The keys of the rows that were read and not loaded. They are missed no more.
    pub fn take_missed(&mut self) -> Keys {
        let Missed { shops, parked, batches, places } = self.missed.take();
        let mut keys = Keys { shops, parked, batches, places, ..Keys::default() };
        self.tables.take_missed(&mut keys);
        keys.pool.orders = self.pool.take_missed();
        keys
    }

    /// What holds for all shops.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Forgets everything, after a commit that failed: the store is the truth.
    pub fn forget(&mut self) {
        *self = Self::new(self.platform.clone());
    }

    /// Drops what belongs to a batch. Shops, coupon batches and charters stay where nobody else can change them.
    pub fn end_batch(&mut self, writers: Writers) {
        self.pool.end_batch();
        self.end_round(writers);
    }

    /// Drops what belongs to a round of a batch, but for what is not written yet: see [`Facts::take_round`].
    pub fn end_round(&mut self, writers: Writers) {
        self.tables.end(writers);
        self.parked.clear();
        self.places.clear();
        self.pool.end_round();
        self.changes = Changes::default();
        match writers {
            Writers::Sole => self.keep_some(),
            Writers::Several => {
                self.batches.clear();
                self.shops.clear();
            }
        }
    }

    fn keep_some(&mut self) {
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
    /// A standing, as far as it has been looked up.
    pub fn find_standing(&self, key: &Key<CustomerId>) -> Option<&Standing> {
        self.tables.standings.find(key)
    }
    /// Whether events wait for an order, as far as they have been looked up.
    pub fn is_waited_for(&self, key: &Key<OrderId>) -> bool {
        self.parked.get(key).is_some_and(|waiting| !waiting.is_empty())
    }
    pub fn knows_batch(&self, key: &Key<BatchId>) -> bool {
        self.batches.contains_key(key)
    }

    /// The presale pool's part.
    pub fn pool(&self) -> &PoolFacts {
        &self.pool
    }

    /// Takes loaded rows in.
    pub fn absorb(&mut self, mut rows: Rows) {
        self.tables.absorb(&mut rows);
        self.pool.absorb(rows.pool);
        for (id, row) in rows.shops {
            let slot = row.map(ShopSlot::as_loaded);
            self.shops.insert(id, slot);
        }
        self.parked.extend(rows.parked);
        self.places.extend(rows.places);
        for (key, row) in rows.batches {
            self.batches.insert(key, row.map(|row| BatchSlot { row, dirty: false }));
        }
    }

    pub fn shop(&self, id: &ShopId) -> Option<&ShopRow> {
        let Some(slot) = self.shops.get(id) else {
            self.missed.borrow_mut().shops.push(id.clone());
            return None;
        };
        slot.as_ref().map(|slot| &slot.row)
    }
    /// The same as far as it has been looked up.
    pub fn find_shop(&self, id: &ShopId) -> Option<&ShopRow> {
        self.shops.get(id)?.as_ref().map(|slot| &slot.row)
    }
    pub fn order(&self, key: &Key<OrderId>) -> Option<&Order> {
        self.tables.orders.get(key).map(|row| &*row.order)
    }
    pub fn coupon(&self, key: &Key<CouponId>) -> Option<&Coupon> {
        self.tables.coupons.get(key)
    }
    pub fn standing(&self, key: &Key<CustomerId>) -> Option<&Standing> {
        self.tables.standings.get(key)
    }
    pub fn inbox(&self, key: &InboxKey) -> Option<&InboxRow> {
        self.tables.inbox.get(key)
    }
    pub fn parked(&self, key: &Key<OrderId>) -> &[Parked] {
        let Some(waiting) = self.parked.get(key) else {
            self.missed.borrow_mut().parked.push(key.clone());
            return &[];
        };
        waiting
    }
    pub fn request(&self, key: &Key<String>) -> Option<&RequestRow> {
        self.tables.requests.get(key)
    }
    pub fn message(&self, key: &Key<MessageId>) -> Option<&Message> {
        self.tables.messages.get(key)
    }
    pub fn early_reports(&self, key: &Key<String>) -> Option<&EarlyReports> {
        self.tables.early_reports.get(key)
    }
    pub fn pack(&self, key: &Key<PurchaseId>) -> Option<&PackRow> {
        self.tables.packs.get(key)
    }
    pub fn addressee(&self, key: &Key<CustomerId>) -> Option<&Addressee> {
        self.tables.addressees.get(key)
    }
    /// The same as far as it has been looked up.
    pub fn find_addressee(&self, key: &Key<CustomerId>) -> Option<&Addressee> {
        self.tables.addressees.find(key)
    }
    pub fn number(&self, key: &Key<NumberKey>) -> Option<&Number> {
        self.tables.numbers.get(key)
    }
    pub fn batch(&self, key: &Key<BatchId>) -> Option<&BatchRow> {
        let Some(slot) = self.batches.get(key) else {
            self.missed.borrow_mut().batches.push(key.clone());
            return None;
        };
        slot.as_ref().map(|slot| &slot.row)
    }
    pub fn batch_claims(&self, key: &BatchClaimKey) -> u32 {
        self.tables.batch_claims.get(key).copied().unwrap_or_default().0
    }
    pub fn import(&self, key: &Key<ImportId>) -> Option<&Import> {
        self.tables.imports.get(key)
    }
    pub fn code(&self, key: &CodeKey) -> Option<&CodeRow> {
        self.tables.codes.get(key)
    }

    /// Remembers the answer to a request with an idempotency key.
    pub fn answer_request(&mut self, shop: &ShopId, key: &str, row: RequestRow) {
        self.tables.requests.put((shop.clone(), key.to_owned()), row);
    }

    /// Makes a decision part of the working set. Cannot fail: everything was settled before.
    pub fn apply(&mut self, shop_id: &ShopId, decision: Decision) {
        self.apply_shop(shop_id, &decision);
        self.apply_batches(shop_id, &decision);
        let slot = self.shops.get_mut(shop_id).and_then(Option::as_mut);
        if let Some(slot) = slot.filter(|_| !decision.pool.is_empty()) {
            self.pool.apply(shop_id, &mut slot.row.pool, decision.pool);
        }
        self.apply_orders(shop_id, decision.orders, decision.timeline);
        for coupon in decision.coupons {
            self.tables.coupons.put((shop_id.clone(), coupon.coupon_id.clone()), coupon);
        }
        for (shop, customer, standing) in decision.standings {
            self.tables.standings.put((shop, customer), standing);
        }
        for (key, row) in decision.inbox {
            self.tables.inbox.put(key, row);
        }
        self.apply_centre(shop_id, decision.packs, decision.addressees, decision.numbers_heard);
        let (books, charters) = (decision.books, decision.charters);
        self.apply_rewards(shop_id, decision.rewards, books, charters, decision.takers);
        self.apply_sprints(shop_id, (decision.sprints, decision.members, decision.happened));
        self.apply_invitations(shop_id, decision.plans, decision.invitations);
        for (id, reports) in decision.early_reports {
            self.tables.early_reports.put((shop_id.clone(), id), reports);
        }
        self.changes.forget_early = self.changes.forget_early.max(decision.forget_early);
        for message in decision.messages {
            let is_made = decision.messages_made.contains(&message.message_id);
            let key = (shop_id.clone(), message.message_id.clone());
            if is_made {
                self.tables.messages.make(key, message);
            } else {
                self.tables.messages.put_known(key, message);
            }
        }
        for row in decision.conflicts {
            self.tables.conflicts.put((shop_id.clone(), row.conflict.conflict_id.clone()), row);
        }
        for import in decision.imports {
            self.tables.imports.put((shop_id.clone(), import.import_id.clone()), import);
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
        self.changes.entries.extend(decision.entries);
        self.changes.dispatches.extend(decision.dispatches);
        self.changes.dispatch_updates.extend(decision.dispatch_updates);
        self.changes.outbox.extend(decision.outbox);
        self.changes.revived.extend(decision.revived.into_iter().map(|(w, at)| (shop_id.clone(), w, at)));
    }

    /// A row's timer follows from its order; lines for its timeline gather until they are written.
    fn apply_orders(&mut self, shop_id: &ShopId, orders: Vec<Order>, lines: Vec<(OrderId, String)>) {
        for order in orders {
            let wake_at = order_wake(&order);
            self.tables.orders.update((shop_id.clone(), order.order_id.clone()), |before| OrderRow {
                timeline: before.map(|row| row.timeline).unwrap_or_default(),
                order: Box::new(order),
                wake_at,
            });
        }
        for (order, line) in lines {
            self.tables.orders.amend(&(shop_id.clone(), order), |row| {
                row.timeline.push_str(&line);
                row.timeline.push('\n');
            });
        }
    }

    /// Stops a timer that cannot be decided, so that it does not hold up the others.
    pub fn put_to_sleep(&mut self, timer: &Timer) {
        match &timer.subject {
            Subject::Order(id) => {
                let key = (timer.shop_id.clone(), id.clone());
                self.tables.orders.amend(&key, |row| row.wake_at = None);
            }
            Subject::Coupon(id) => {
                let key = (timer.shop_id.clone(), id.clone());
                self.tables.coupons.amend(&key, |coupon| coupon.wake_at = None);
            }
            Subject::Wallet => {
                if let Some(slot) = self.shops.get_mut(&timer.shop_id).and_then(Option::as_mut) {
                    let mut wallet = slot.row.wallet.clone();
                    wallet.differences.tell_at = None;
                    slot.put_wallet(wallet);
                }
            }
            Subject::Sprint(id) => self.put_sprint_to_sleep(&timer.shop_id, id),
            Subject::Invitation(id) => self.put_invitation_to_sleep(&timer.shop_id, id),
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
        if let Some(booked) = decision.entries.last().and_then(|entry| entry.booked) {
            slot.row.booked = booked.number;
            slot.booked_dirty = true;
        }
        if let Some(centre) = &decision.centre {
            self.changes.centres.push((shop_id.clone(), centre.clone()));
            slot.row.centre = Some(centre.clone());
        }
        if let Some(wallet) = &decision.wallet {
            slot.put_wallet(wallet.clone());
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
            // A store takes rows away after it has put others: one that is put again stays.
            self.changes.webhooks_removed.retain(|(shop, id)| (shop, id) != (shop_id, &webhook.webhook_id));
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
            let key = (shop_id.clone(), customer.clone(), batch.clone());
            self.tables.batch_claims.put(key, BatchClaims(*count));
        }
        for (digest, row) in &decision.codes {
            self.tables.codes.put((shop_id.clone(), *digest), row.clone());
        }
    }

    /// Everything that the batch changed, or that was kept of it so far, for one transaction.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = self.take_rows();
        self.pool.take_places(&mut changes.pool);
        changes
    }

    /// What a round of the batch changed, but for places in rankings: those of all rounds are written together in the
    /// end, for they lie on pages everywhere. Until then they are read from here. Where ranks are asked for they are
    /// written, too: to count what is not written takes the longer the more it is.
    pub fn take_round(&mut self) -> Changes {
        if self.pool.knows_ranks() { self.take_changes() } else { self.take_rows() }
    }

    fn take_rows(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.changes);
        changes.happened.extend(std::mem::take(&mut self.happened));
        self.tables.take_changes(&mut changes);
        for ((shop_id, batch), slot) in &mut self.batches {
            let Some(slot) = slot.as_mut().filter(|slot| slot.dirty) else { continue };
            slot.dirty = false;
            changes.batch_counters.push((shop_id.clone(), batch.clone(), slot.row.counters));
        }
        let shops = &self.shops;
        changes.pool = self.pool.take_rows(|shop| shops.get(shop)?.as_ref().map(|slot| &slot.row.pool));
        // In the order of their pages.
        changes.batch_counters.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        for (id, slot) in &mut self.shops {
            let Some(slot) = slot else { continue };
            if std::mem::take(&mut slot.sequence_dirty) {
                changes.sequences.push((id.clone(), slot.row.sequence));
            }
            if let Written::From(old_wake) = std::mem::replace(&mut slot.wallet, Written::AsItIs) {
                let (shop_id, wallet) = (id.clone(), slot.row.wallet.clone());
                changes.wallets.push(WalletChange { shop_id, wallet, old_wake });
            }
            if std::mem::take(&mut slot.booked_dirty) {
                changes.booked.push((id.clone(), slot.row.booked));
            }
            for index in std::mem::take(&mut slot.counters_dirty) {
                let row = &slot.row.campaigns[index];
                changes.counters.push((id.clone(), row.campaign.campaign_id.clone(), row.counters.clone()));
            }
        }
        changes
    }
}
