//! The reading side: a few read-only connections, each read a snapshot of what is committed.

use crate::error::Doing;
use crate::open::{self, Options};
use crate::{
    arrivals, batches, centre, conflicts, coupons, customers, dispatches, imports, invitations, ledger,
    messages, meta, orders, outbox, pool, rewards, schema, shops, sprints, timers, wallets,
};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, ImportId, Instant, MessageId, OrderId, RewardId, ShopId,
    WaveId, WebhookId,
    campaign::sprint::{Invitation, Plan},
    coupon::{Batch, Coupon, CouponStatus},
    customer::Standing,
    ledger::Entry,
    message::{
        Channel, Message,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::Centre,
        wallet::Wallet,
    },
    order::{Order, TimelineEntry},
    pool::{Candidate, PoolOrder, Stage},
    reward::{Book, Charter, Reward, Taker},
    shop::Shop,
    sprint::{Member, PlacesKey, SprintBook},
};
use port::{
    BatchRow, BillRow, CampaignRow, CandidateKey, CodeRow, ConflictRow, Delivery, DeliveryStatus, Digest,
    Dispatch, DueReceiver, Import, InvitedAs, Members, MessageFilter, Named, OutboxRow, PackRow, Page,
    Parked, Pick, Places, PoolRow, Read, Reader, RewardFilter, StoreError, Sums, Timer, Totals, WalkKey,
    Webhook,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections to read with, opened when they are needed.
#[derive(Debug)]
pub struct SqliteReader {
    path: PathBuf,
    cache_mib: u32,
    most: usize,
    idle: Mutex<Vec<Connection>>,
    terms: batches::Terms,
}

impl SqliteReader {
    /// Readers of a file; none is opened yet.
    pub fn new(path: &Path, options: &Options) -> Self {
        let (path, cache_mib) = (path.to_owned(), options.reader_cache_mib);
        Self {
            path,
            cache_mib,
            most: options.readers,
            idle: Mutex::default(),
            terms: batches::Terms::default(),
        }
    }

    /// Whether the file can be read by this program.
    pub fn check(&self) -> Result<(), StoreError> {
        let known = schema::known();
        let current = self.with(|db| schema::judge(db, &self.path))?;
        if current == Some(known) {
            return Ok(());
        }
        let path = self.path.display();
        Err(crate::error::refused(match current {
            Some(older) => format!(
                "{path} has schema {older}, this program reads {known}; start `promenade serve` on it once"
            ),
            None => format!("{path} is not a database of Promenade"),
        }))
    }

    /// Closes the connections that nobody uses; the next question opens one.
    pub fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> Read<T>) -> Read<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let db = match waiting {
            Some(db) => db,
            None => open::read_only(&self.path, self.cache_mib)?,
        };
        let answer = read(&db);
        let mut idle = idle();
        if idle.len() < self.most {
            idle.push(db);
        }
        answer
    }

    /// Reads in several statements what must belong together.
    fn with_snapshot<T>(&self, read: impl FnOnce(&Connection) -> Read<T>) -> Read<T> {
        self.with(|db| {
            let snapshot = db.unchecked_transaction().doing("beginning to read")?;
            read(&snapshot)
        })
    }
}

impl Reader for SqliteReader {
    fn is_local(&self) -> bool {
        true
    }
    fn shop(&self, shop: &ShopId) -> Read<Option<Arc<Shop>>> {
        self.with(|db| shops::shop(db, shop))
    }
    fn shops(&self, page: &Page) -> Read<Vec<Arc<Shop>>> {
        self.with(|db| shops::shops(db, page))
    }
    fn campaigns(&self, shop: &ShopId) -> Read<Vec<CampaignRow>> {
        self.with(|db| shops::campaigns(db, shop))
    }
    fn campaign(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<CampaignRow>> {
        self.with(|db| shops::campaign(db, shop, campaign))
    }
    fn order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<Order>> {
        self.with(|db| orders::order(db, shop, order))
    }
    fn orders(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
        self.with(|db| orders::orders(db, shop, page))
    }
    fn money_to_return(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
        self.with(|db| orders::money_to_return(db, shop, page))
    }
    fn timeline(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<TimelineEntry>> {
        self.with(|db| orders::timeline(db, shop, order))
    }
    fn entries(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<Entry>> {
        self.with(|db| ledger::entries(db, shop, order))
    }
    fn coupon(&self, shop: &ShopId, coupon: &CouponId) -> Read<Option<Coupon>> {
        self.with(|db| coupons::coupon(db, shop, coupon))
    }
    fn coupons(&self, shop: &ShopId, page: &Page) -> Read<Vec<Coupon>> {
        self.with(|db| coupons::coupons(db, shop, page))
    }
    fn coupon_conflicts(&self, shop: &ShopId, page: &Page) -> Read<Vec<ConflictRow>> {
        self.with(|db| conflicts::conflicts(db, shop, page))
    }
    fn customer_coupons(
        &self,
        shop: &ShopId,
        customer: &CustomerId,
        status: Option<CouponStatus>,
        page: &Page,
    ) -> Read<Vec<Coupon>> {
        self.with(|db| coupons::of_customer(db, shop, customer, status, page))
    }
    fn batch(&self, shop: &ShopId, batch: &BatchId) -> Read<Option<BatchRow>> {
        self.with(|db| batches::batch(db, shop, batch))
    }
    fn batches(&self, shop: &ShopId, page: &Page) -> Read<Vec<BatchRow>> {
        self.with(|db| batches::batches(db, shop, page))
    }
    fn batch_coupons(&self, shop: &ShopId, batch: &BatchId, page: &Page) -> Read<Vec<Coupon>> {
        self.with(|db| coupons::of_batch(db, shop, batch, page))
    }
    fn batch_claims(&self, shop: &ShopId, customer: &CustomerId, batch: &BatchId) -> Read<u32> {
        self.with(|db| customers::batch_claims(db, shop, customer, batch))
    }
    fn code(&self, shop: &ShopId, digest: &Digest) -> Read<Option<CodeRow>> {
        self.with(|db| batches::code(db, shop, digest))
    }
    fn held(&self, shop: &ShopId, customer: &CustomerId) -> Read<Vec<(Coupon, Arc<Batch>)>> {
        self.with(|db| coupons::held(db, &self.terms, shop, customer))
    }
    fn standing(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Standing>> {
        self.with(|db| customers::standing(db, shop, customer))
    }
    fn standings(&self, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>> {
        self.with(|db| customers::standings(db, shop, page))
    }
    fn message(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Message>> {
        self.with(|db| messages::message(db, shop, message))
    }
    fn messages_named(&self, named: &[Named]) -> Read<Vec<Vec<Message>>> {
        self.with_snapshot(|db| messages::named(db, named))
    }
    fn message_bill(&self, shop: &ShopId, from: Instant, to: Instant) -> Read<Vec<BillRow>> {
        self.with(|db| messages::bill(db, shop, from, to))
    }
    fn centre(&self, shop: &ShopId) -> Read<Option<Arc<Centre>>> {
        self.with(|db| wallets::centre(db, shop))
    }
    fn wallet(&self, shop: &ShopId) -> Read<Wallet> {
        self.with(|db| wallets::wallet(db, shop))
    }
    fn packs(&self, shop: &ShopId, page: &Page) -> Read<Vec<PackRow>> {
        self.with(|db| centre::packs(db, shop, page))
    }
    fn addressee(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Addressee>> {
        self.with(|db| centre::addressee(db, shop, customer))
    }
    fn number(&self, shop: &ShopId, number: &NumberKey) -> Read<Option<Number>> {
        self.with(|db| centre::number(db, shop, number))
    }
    fn shops_of_numbers(&self, numbers: &[NumberKey]) -> Read<Vec<(ShopId, NumberKey, Number)>> {
        self.with_snapshot(|db| centre::shops_of_numbers(db, numbers))
    }
    fn reward(&self, shop: &ShopId, reward: &RewardId) -> Read<Option<Reward>> {
        self.with(|db| rewards::reward(db, shop, reward))
    }
    fn campaign_rewards(
        &self,
        shop: &ShopId,
        campaign: &CampaignId,
        filter: &RewardFilter,
        page: &Page,
    ) -> Read<Vec<Reward>> {
        self.with(|db| rewards::of_campaign(db, shop, campaign, filter, page))
    }
    fn plays(&self, shop: &ShopId, campaign: &CampaignId, after: u64, limit: usize) -> Read<Vec<Reward>> {
        self.with(|db| rewards::plays(db, shop, campaign, after, limit))
    }
    fn last_winners(&self, shop: &ShopId, campaign: &CampaignId, most: usize) -> Read<Vec<Reward>> {
        self.with(|db| rewards::last_winners(db, shop, campaign, most))
    }
    fn customer_rewards(&self, shop: &ShopId, customer: &CustomerId, page: &Page) -> Read<Vec<Reward>> {
        self.with(|db| rewards::of_customer(db, shop, customer, page))
    }
    fn book(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Book>> {
        self.with(|db| rewards::book(db, shop, campaign))
    }
    fn taker(&self, shop: &ShopId, campaign: &CampaignId, customer: &CustomerId) -> Read<Option<Taker>> {
        self.with(|db| rewards::taker(db, shop, campaign, customer))
    }
    fn charter(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Charter>> {
        self.with(|db| rewards::charter(db, shop, campaign))
    }
    fn takers(&self, shop: &ShopId, campaign: &CampaignId, page: &Page) -> Read<Vec<(CustomerId, Taker)>> {
        self.with(|db| rewards::takers(db, shop, campaign, page))
    }
    fn sprint_plan(&self, sprint: &CampaignId) -> Read<Option<Plan>> {
        self.with(|db| invitations::plan(db, sprint))
    }
    fn sprint_plans(&self, page: &Page) -> Read<Vec<Plan>> {
        self.with(|db| invitations::plans(db, page))
    }
    fn sprint_invitation(&self, shop: &ShopId, sprint: &CampaignId) -> Read<Option<Invitation>> {
        self.with(|db| invitations::invitation(db, shop, sprint))
    }
    fn sprint_invitations(&self, shop: &ShopId, page: &Page) -> Read<Vec<Invitation>> {
        self.with(|db| invitations::of_shop(db, shop, page))
    }
    fn invited_shops(
        &self,
        sprint: &CampaignId,
        like: InvitedAs,
        page: &Page,
    ) -> Read<Vec<(ShopId, Invitation)>> {
        self.with(|db| invitations::invited(db, sprint, like, page))
    }
    fn count_invited(&self, sprint: &CampaignId, like: InvitedAs) -> Read<u64> {
        self.with(|db| invitations::count(db, sprint, like))
    }
    fn sprint(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<SprintBook>> {
        self.with(|db| sprints::book(db, shop, campaign))
    }
    fn sprint_member(
        &self,
        shop: &ShopId,
        wave: (&CampaignId, &WaveId),
        customer: &CustomerId,
    ) -> Read<Option<Member>> {
        self.with(|db| sprints::member(db, shop, wave, customer))
    }
    fn sprint_members(
        &self,
        shop: &ShopId,
        wave: (&CampaignId, &WaveId),
        which: Members,
        page: &Page,
    ) -> Read<Vec<(CustomerId, Member)>> {
        self.with(|db| sprints::members(db, shop, wave, which, page))
    }
    fn sprint_happened(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Sums>> {
        self.with(|db| sprints::happened(db, shop, campaign))
    }
    fn sprint_places(&self, key: &PlacesKey) -> Read<Places> {
        self.with(|db| sprints::places(db, key))
    }
    fn messages(&self, shop: &ShopId, filter: &MessageFilter, page: &Page) -> Read<Vec<Message>> {
        self.with(|db| messages::messages(db, shop, filter, page))
    }
    fn parked(&self, shop: &ShopId, page: &Page) -> Read<Vec<Parked>> {
        self.with(|db| arrivals::parked(db, shop, page))
    }
    fn webhooks(&self, shop: &ShopId) -> Read<Vec<Webhook>> {
        self.with(|db| shops::webhooks(db, shop))
    }
    fn deliveries(
        &self,
        shop: &ShopId,
        webhook: &WebhookId,
        status: DeliveryStatus,
        page: &Page,
    ) -> Read<Vec<Delivery>> {
        self.with(|db| outbox::deliveries(db, shop, webhook, status, page))
    }
    fn due_receivers(&self, pick: &Pick) -> Read<Vec<DueReceiver>> {
        self.with(|db| outbox::due_receivers(db, pick))
    }
    fn dispatch(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Dispatch>> {
        self.with(|db| dispatches::dispatch(db, shop, message))
    }
    fn due_dispatches(&self, channel: Channel, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
        self.with(|db| dispatches::due(db, channel, now, limit))
    }
    fn due_questions(&self, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
        self.with(|db| dispatches::to_ask_after(db, now, limit))
    }
    fn outbox(&self, shop: &ShopId, page: &Page) -> Read<Vec<OutboxRow>> {
        self.with(|db| outbox::outbox(db, shop, page))
    }
    fn timers(&self, shop: &ShopId, page: &Page) -> Read<Vec<Timer>> {
        self.with(|db| timers::of_shop(db, shop, page))
    }
    fn pool(&self, shop: &ShopId) -> Read<PoolRow> {
        self.with_snapshot(|db| pool::settings(db, shop))
    }
    fn pool_order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<PoolOrder>> {
        self.with(|db| pool::order(db, shop, order))
    }
    fn pool_orders(&self, shop: &ShopId, stage: Option<Stage>, page: &Page) -> Read<Vec<PoolOrder>> {
        self.with(|db| pool::orders(db, shop, stage, page))
    }
    fn pool_exceptions(&self, shop: &ShopId, page: &Page) -> Read<Vec<PoolOrder>> {
        self.with(|db| pool::exceptions(db, shop, page))
    }
    fn candidate(&self, key: &CandidateKey) -> Read<Option<Candidate>> {
        self.with(|db| pool::candidate(db, key))
    }
    fn rank(&self, key: &CandidateKey) -> Read<u64> {
        self.with_snapshot(|db| pool::rank(db, key))
    }
    fn walk(&self, key: &WalkKey) -> Read<Vec<Candidate>> {
        self.with(|db| pool::walk(db, key))
    }
    fn import(&self, shop: &ShopId, import: &ImportId) -> Read<Option<Import>> {
        self.with(|db| imports::import(db, shop, import))
    }
    fn imports(&self, shop: &ShopId, page: &Page) -> Read<Vec<Import>> {
        self.with(|db| imports::imports(db, shop, page))
    }
    fn open_imports(&self) -> Read<Vec<Import>> {
        self.with(imports::open)
    }
    fn sandbox_clock(&self) -> Read<Option<Instant>> {
        self.with(meta::sandbox_clock)
    }
    fn totals(&self) -> Read<Totals> {
        self.with(meta::totals)
    }
}
