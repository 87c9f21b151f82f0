//! The ports: what the engine asks of a store. Every store passes the contract suite in `testkit`.

use crate::{
    BatchRow, BillRow, CampaignRow, CandidateKey, Changes, CodeRow, ConflictRow, Delivery, DeliveryStatus,
    Digest, Dispatch, DueReceiver, Handing, Import, InvitedAs, Keys, Members, Named, OutboxRow, PackRow,
    Parked, Pick, Places, PoolRow, Rows, StoreError, Sums, Timer, WalkKey, Webhook,
};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, ImportId, Instant, MessageId, OrderId, RewardId, ShopId,
    WaveId, WebhookId,
    campaign::sprint::{Invitation, Plan},
    coupon::{Batch, Coupon, CouponStatus},
    customer::Standing,
    ledger::Entry,
    message::{
        Channel, Message, MessageStatus,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::Centre,
        wallet::Wallet,
    },
    order::{Order, TimelineEntry},
    pool::{Candidate, PoolOrder, Stage},
    reward::{Book, Charter, Reward, RewardStatus, Taker},
    shop::Shop,
    sprint::{Member, PlacesKey, SprintBook},
};
use std::sync::Arc;

/// What runs inside a transaction.
pub type Work<'a> = &'a mut dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError>;

/// Who writes what a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// Nobody but who has this store open: what it knows of a shop stays true between its transactions.
    Sole,
    /// Others too: whatever a decision rests on is loaded, and locked, in its own transaction.
    Several,
}

/// The writing side. One writer of this process uses it.
pub trait Store: Send {
    /// Whether others write too.
    fn writers(&self) -> Writers;
    /// One transaction: what `work` loads is locked until it ends, what it writes is durable when
    /// this returns `Ok`, and nothing of it is there when this returns an error.
    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError>;
    /// Timers due at or before `until`, in firing order.
    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError>;
    /// When the next timer is due.
    fn next_due(&mut self) -> Result<Option<Instant>, StoreError>;
    /// A handle for reading what is committed.
    fn reader(&self) -> Arc<dyn Reader>;
}

/// Inside a transaction.
pub trait Transaction {
    /// Loads rows by their keys; every key is answered. Where there are several writers, rows are locked as they are
    /// loaded: shops first, then table by table in the order of the list, each in the order of its keys. Whoever
    /// holds a shop's row has all that is the shop's own.
    fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError>;
    /// Writes a batch's changes.
    fn write(&mut self, changes: &Changes) -> Result<(), StoreError>;
    /// Marks messages as handed over; whether each may be sent. One that is not on its way any more may not, nor one
    /// that a sender may have which drops no repetition.
    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, StoreError>;
}

/// Where a list goes on.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Only rows after this key.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub struct MessageFilter {
    pub order_id: Option<OrderId>,
    pub customer_id: Option<CustomerId>,
    pub status: Option<MessageStatus>,
}

/// Which rewards to list.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub struct RewardFilter {
    pub status: Option<RewardStatus>,
}

/// What monitoring reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Totals {
    pub shops: u64,
    pub pending_timers: u64,
    pub parked_events: u64,
    pub pending_deliveries: u64,
    pub dead_deliveries: u64,
    pub pending_dispatches: u64,
    /// Refused or late payments that have not gone back (A-G-15).
    pub money_to_return: u64,
    /// Conflicts of orders with their coupons that stand.
    pub coupon_conflicts: u64,
}

/// Coupons of batches that a customer is priced with; a wallet of more is cut off.
pub const HELD: usize = 500;

/// The result of a read.
pub type Read<T> = Result<T, StoreError>;

/// The reading side, shared by many. It sees what is committed.
#[allow(missing_docs, reason = "each reads the rows that its name says")]
pub trait Reader: Send + Sync {
    /// Whether it answers from this process, so that who asks may wait for it where they are. What asks another
    /// machine is asked from a thread that may wait.
    fn is_local(&self) -> bool;
    fn shop(&self, shop: &ShopId) -> Read<Option<Arc<Shop>>>;
    fn shops(&self, page: &Page) -> Read<Vec<Arc<Shop>>>;
    fn campaigns(&self, shop: &ShopId) -> Read<Vec<CampaignRow>>;
    fn campaign(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<CampaignRow>>;
    fn order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<Order>>;
    fn orders(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>>;
    /// Orders with money that has to go back, by their ids.
    fn money_to_return(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>>;
    fn timeline(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<TimelineEntry>>;
    fn entries(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<Entry>>;
    fn coupon(&self, shop: &ShopId, coupon: &CouponId) -> Read<Option<Coupon>>;
    fn coupons(&self, shop: &ShopId, page: &Page) -> Read<Vec<Coupon>>;
    fn customer_coupons(
        &self,
        shop: &ShopId,
        customer: &CustomerId,
        status: Option<CouponStatus>,
        page: &Page,
    ) -> Read<Vec<Coupon>>;
    fn batch(&self, shop: &ShopId, batch: &BatchId) -> Read<Option<BatchRow>>;
    fn batches(&self, shop: &ShopId, page: &Page) -> Read<Vec<BatchRow>>;
    fn batch_coupons(&self, shop: &ShopId, batch: &BatchId, page: &Page) -> Read<Vec<Coupon>>;
    /// Coupons that a customer has had of a batch.
    fn batch_claims(&self, shop: &ShopId, customer: &CustomerId, batch: &BatchId) -> Read<u32>;
    fn code(&self, shop: &ShopId, digest: &Digest) -> Read<Option<CodeRow>>;
    /// What cannot be as the platform says of orders' coupons and assets, by id: the earliest found first.
    fn coupon_conflicts(&self, shop: &ShopId, page: &Page) -> Read<Vec<ConflictRow>>;
    /// What a customer holds of the shop's batches and can be used or is locked, each with its batch's
    /// terms, by coupon id: at most [`HELD`]. Coupons of batches that were taken back are left out.
    fn held(&self, shop: &ShopId, customer: &CustomerId) -> Read<Vec<(Coupon, Arc<Batch>)>>;
    fn standing(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Standing>>;
    fn standings(&self, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>>;
    fn messages(&self, shop: &ShopId, filter: &MessageFilter, page: &Page) -> Read<Vec<Message>>;
    fn message(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Message>>;
    /// For each name the messages that it may be of, first by our id; 100 at most by the provider's.
    fn messages_named(&self, named: &[Named]) -> Read<Vec<Vec<Message>>>;
    /// What a shop's messages cost that were sent from then until before then.
    fn message_bill(&self, shop: &ShopId, from: Instant, to: Instant) -> Read<Vec<BillRow>>;
    fn centre(&self, shop: &ShopId) -> Read<Option<Arc<Centre>>>;
    fn wallet(&self, shop: &ShopId) -> Read<Wallet>;
    fn packs(&self, shop: &ShopId, page: &Page) -> Read<Vec<PackRow>>;
    fn addressee(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Addressee>>;
    fn number(&self, shop: &ShopId, number: &NumberKey) -> Read<Option<Number>>;
    fn reward(&self, shop: &ShopId, reward: &RewardId) -> Read<Option<Reward>>;
    /// What a campaign brought, by order and extra chance; a page goes on after an order's id and a number.
    fn campaign_rewards(
        &self,
        shop: &ShopId,
        campaign: &CampaignId,
        filter: &RewardFilter,
        page: &Page,
    ) -> Read<Vec<Reward>>;
    /// A campaign's draws in the order of its chain, after the one of that number.
    fn plays(&self, shop: &ShopId, campaign: &CampaignId, after: u64, limit: usize) -> Read<Vec<Reward>>;
    /// The last draws whose prize the law wants listed, the latest first (A-S2-17).
    fn last_winners(&self, shop: &ShopId, campaign: &CampaignId, most: usize) -> Read<Vec<Reward>>;
    /// What a customer's orders brought, by id.
    fn customer_rewards(&self, shop: &ShopId, customer: &CustomerId, page: &Page) -> Read<Vec<Reward>>;
    fn book(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Book>>;
    fn charter(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Charter>>;
    fn taker(&self, shop: &ShopId, campaign: &CampaignId, customer: &CustomerId) -> Read<Option<Taker>>;
    /// What customers had of a campaign, by customer.
    fn takers(&self, shop: &ShopId, campaign: &CampaignId, page: &Page) -> Read<Vec<(CustomerId, Taker)>>;
    /// A platform's sprint.
    fn sprint_plan(&self, sprint: &CampaignId) -> Read<Option<Plan>>;
    /// A platform's sprints, by their ids.
    fn sprint_plans(&self, page: &Page) -> Read<Vec<Plan>>;
    /// A shop's invitation to one.
    fn sprint_invitation(&self, shop: &ShopId, sprint: &CampaignId) -> Read<Option<Invitation>>;
    /// A shop's invitations, by their sprints.
    fn sprint_invitations(&self, shop: &ShopId, page: &Page) -> Read<Vec<Invitation>>;
    /// Who is invited to a sprint and stands like this, by their ids.
    fn invited_shops(
        &self,
        sprint: &CampaignId,
        like: InvitedAs,
        page: &Page,
    ) -> Read<Vec<(ShopId, Invitation)>>;
    /// How many are invited to a sprint and stand like this.
    fn count_invited(&self, sprint: &CampaignId, like: InvitedAs) -> Read<u64>;
    fn sprint(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<SprintBook>>;
    fn sprint_member(
        &self,
        shop: &ShopId,
        wave: (&CampaignId, &WaveId),
        customer: &CustomerId,
    ) -> Read<Option<Member>>;
    /// What is kept of customers in a wave of a sprint, by their ids.
    fn sprint_members(
        &self,
        shop: &ShopId,
        wave: (&CampaignId, &WaveId),
        which: Members,
        page: &Page,
    ) -> Read<Vec<(CustomerId, Member)>>;
    /// What happened in the waves of a sprint, by wave and quarter of an hour; where it came to nothing in the end it may be
    /// left out. `None` of a sprint that is older than these sums.
    fn sprint_happened(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Sums>>;
    /// Who has reached a tier of a sprint, in the order in which prizes go.
    fn sprint_places(&self, key: &PlacesKey) -> Read<Places>;
    /// Shops that know any of these numbers, each with what it knows.
    fn shops_of_numbers(&self, numbers: &[NumberKey]) -> Read<Vec<(ShopId, NumberKey, Number)>>;
    fn parked(&self, shop: &ShopId, page: &Page) -> Read<Vec<Parked>>;
    fn webhooks(&self, shop: &ShopId) -> Read<Vec<Webhook>>;
    fn deliveries(
        &self,
        shop: &ShopId,
        webhook: &WebhookId,
        status: DeliveryStatus,
        page: &Page,
    ) -> Read<Vec<Delivery>>;
    /// Receivers whose turn it is, over all shops, each with the deliveries that are due at it, the longest due
    /// first. What it costs goes by how many are picked, not by how many deliveries wait.
    fn due_receivers(&self, pick: &Pick) -> Read<Vec<DueReceiver>>;
    /// A message that is on its way.
    fn dispatch(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Dispatch>>;
    /// Messages to hand over now by a channel, over all shops, the longest waiting first.
    fn due_dispatches(&self, channel: Channel, now: Instant, limit: usize) -> Read<Vec<Dispatch>>;
    /// Messages that were handed over and are to be asked after now, over all shops.
    fn due_questions(&self, now: Instant, limit: usize) -> Read<Vec<Dispatch>>;
    /// Events published, newest last.
    fn outbox(&self, shop: &ShopId, page: &Page) -> Read<Vec<OutboxRow>>;
    /// Pending timers of a shop, for the auditor.
    fn timers(&self, shop: &ShopId, page: &Page) -> Read<Vec<Timer>>;
    /// What the shop set up for its presale pool.
    fn pool(&self, shop: &ShopId) -> Read<PoolRow>;
    fn pool_order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<PoolOrder>>;
    /// Orders of the pool by their ids: those of a stage, or all.
    fn pool_orders(&self, shop: &ShopId, stage: Option<Stage>, page: &Page) -> Read<Vec<PoolOrder>>;
    /// Orders that people must look at, by their ids.
    fn pool_exceptions(&self, shop: &ShopId, page: &Page) -> Read<Vec<PoolOrder>>;
    fn candidate(&self, key: &CandidateKey) -> Read<Option<Candidate>>;
    /// How many that count stand at or before a place of a run.
    fn rank(&self, key: &CandidateKey) -> Read<u64>;
    /// A stretch of a run's ranking.
    fn walk(&self, key: &WalkKey) -> Read<Vec<Candidate>>;
    fn import(&self, shop: &ShopId, import: &ImportId) -> Read<Option<Import>>;
    /// A shop's imports by their ids: the earliest first.
    fn imports(&self, shop: &ShopId, page: &Page) -> Read<Vec<Import>>;
    /// Imports of all shops that have not ended, by shop and id.
    fn open_imports(&self) -> Read<Vec<Import>>;
    fn sandbox_clock(&self) -> Read<Option<Instant>>;
    fn totals(&self) -> Read<Totals>;
}
