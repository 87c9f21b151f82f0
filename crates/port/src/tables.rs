//! What one batch asks for and what it writes, table by table.

use crate::{
    Answers, BatchRow, Change, CodeKey, DeliveryUpdate, Dispatch, DispatchUpdate, HappenedKey, Noun,
    OutboxRow, Parked, Places, PoolChanges, PoolKeys, PoolRows, Row, ShopRow, StoreError, Turn, WalletChange,
    Webhook, answered,
};
use domain::{
    BatchId, CampaignId, CustomerId, Instant, MessageId, OrderId, ShopId, WebhookId,
    campaign::{Campaign, Counters},
    coupon::{BatchCounters, BatchRecord},
    ledger::Entry,
    message::office::Centre,
    shop::Shop,
    sprint::{Happened, PlacesKey},
};
use std::sync::Arc;

/// The plain tables with their rows, handed to the macro that is named. They are locked and written in this order.
///
/// A new table is a line here, its [`Row`], and a [`Noun`] in each store; the compiler lists what is missing.
#[macro_export]
macro_rules! tables {
    ($use:ident) => {
        $use! {
            inbox: $crate::InboxRow,
            requests: $crate::RequestRow,
            orders: $crate::OrderRow,
            coupons: domain::coupon::Coupon,
            standings: domain::customer::Standing,
            batch_claims: $crate::BatchClaims,
            codes: $crate::CodeRow,
            messages: domain::message::Message,
            conflicts: $crate::ConflictRow,
            imports: $crate::Import,
            packs: $crate::PackRow,
            addressees: domain::message::addressee::Addressee,
            numbers: domain::message::numbers::Number,
            rewards: domain::reward::Reward,
            books: domain::reward::Book,
            charters: domain::reward::Charter,
            takers: domain::reward::Taker,
            early_reports: $crate::EarlyReports,
            sprints: domain::sprint::SprintBook,
            members: domain::sprint::Member,
            plans: domain::campaign::sprint::Plan,
            invitations: domain::campaign::sprint::Invitation,
        }
    };
}

/// Who places an order: what is paid for is held against the customer's other orders (A-S0-25).
#[derive(Debug, Clone)]
pub struct Buyer {
    /// The shop and the order.
    pub order: (ShopId, OrderId),
    /// The customer.
    pub customer_id: CustomerId,
    /// When.
    pub at: Instant,
    /// Whether the order may cost nothing: then it is paid when it is placed (A-G-14).
    pub may_be_free: bool,
    /// Whether it has been looked up what waits for the order.
    pub is_waiting_known: bool,
}

macro_rules! keys_rows_changes {
    ($($table:ident: $row:ty,)+) => {
        /// Names of the rows that a batch needs, grouped by table.
        #[derive(Debug, Clone, Default)]
        #[allow(missing_docs, reason = "the words say it")]
        pub struct Keys {
            $(pub $table: Vec<<$row as Row>::Key>,)+
            pub shops: Vec<ShopId>,
            pub batches: Vec<(ShopId, BatchId)>,
            pub parked: Vec<(ShopId, OrderId)>,
            /// Who redeems a code. No rows of their own: they lead from the codes to the claims.
            pub redeemers: Vec<(CodeKey, CustomerId)>,
            /// Campaigns that are published or get other terms. No rows of their own: they lead to what that reads.
            pub publishing: Vec<(ShopId, CampaignId)>,
            /// Who places an order. No rows of their own either.
            pub buyers: Vec<Buyer>,
            /// Stretches of those who have reached a tier of a sprint.
            pub places: Vec<PlacesKey>,
            pub pool: PoolKeys,
            /// Messages that turn out not to have been sent. No rows of their own: they lead to what is given back.
            pub undelivered: Vec<(ShopId, MessageId)>,
            /// Whether a message may be sent, or turn out not to have been: then what its customer had is looked up.
            pub sends: bool,
        }

        /// The rows of [`Keys`], `None` or empty where there is none.
        #[derive(Debug, Default)]
        #[allow(missing_docs, reason = "the words say it")]
        pub struct Rows {
            $(pub $table: Answers<$row>,)+
            pub shops: Vec<(ShopId, Option<ShopRow>)>,
            pub batches: Vec<((ShopId, BatchId), Option<BatchRow>)>,
            pub parked: Vec<((ShopId, OrderId), Vec<Parked>)>,
            pub places: Vec<(PlacesKey, Places)>,
            pub pool: PoolRows,
        }

        /// Everything that one batch writes, in one transaction.
        #[derive(Debug, Default)]
        #[allow(missing_docs, reason = "the words say it; the others are described")]
        pub struct Changes {
            $(pub $table: Vec<Change<$row>>,)+
            pub shops: Vec<Arc<Shop>>,
            /// The shops' next running numbers.
            pub sequences: Vec<(ShopId, u64)>,
            /// The running numbers of the shops' last entries.
            pub booked: Vec<(ShopId, u64)>,
            /// The shops' message settings and templates.
            pub centres: Vec<(ShopId, Arc<Centre>)>,
            /// The shops' wallets.
            pub wallets: Vec<WalletChange>,
            pub campaigns: Vec<(ShopId, Arc<Campaign>)>,
            pub counters: Vec<(ShopId, CampaignId, Counters)>,
            pub batches: Vec<(ShopId, Arc<BatchRecord>)>,
            pub batch_counters: Vec<(ShopId, BatchId, BatchCounters)>,
            /// To be added to what happened in the waves of sprints; each once.
            pub happened: Vec<(HappenedKey, Happened)>,
            pub parked: Vec<(ShopId, OrderId, Parked)>,
            /// Events that wait no longer: shop, order, source, event id.
            pub unparked: Vec<(ShopId, OrderId, String, String)>,
            pub entries: Vec<Entry>,
            pub dispatches: Vec<Dispatch>,
            pub dispatch_updates: Vec<DispatchUpdate>,
            pub outbox: Vec<OutboxRow>,
            pub webhooks: Vec<(ShopId, Webhook)>,
            pub webhooks_removed: Vec<(ShopId, WebhookId)>,
            pub delivery_updates: Vec<DeliveryUpdate>,
            /// When receivers that were served are served next.
            pub turns: Vec<(ShopId, WebhookId, Turn)>,
            /// From when on what is published or revived here is due; when it happened if not said. A sandbox says
            /// it: its clock stands, and deliveries go by the machine's.
            pub deliver_from: Option<Instant>,
            /// Dead deliveries of a webhook that are to be tried again from that moment.
            pub revived: Vec<(ShopId, WebhookId, Instant)>,
            /// Early reports that came before that moment are of nothing that will be known.
            pub forget_early: Option<Instant>,
            pub pool: PoolChanges,
            /// Where the sandbox clock stands.
            pub sandbox_clock: Option<Instant>,
        }

        impl Keys {
            /// Whether it names a row. What only leads from rows to others names none.
            pub fn names_rows(&self) -> bool {
                let plain = false $(|| !self.$table.is_empty())+;
                let shared = !(self.shops.is_empty() && self.batches.is_empty() && self.parked.is_empty());
                plain || shared || !self.places.is_empty() || !self.pool.is_empty()
            }
            /// Every key once, in the order in which rows are locked.
            pub fn sort(&mut self) {
                $(once(&mut self.$table);)+
                once(&mut self.shops);
                once(&mut self.batches);
                once(&mut self.parked);
                once(&mut self.places);
                once(&mut self.pool.orders);
            }
        }

        /// A store's transaction: loads and writes every plain table.
        pub trait Nouns: $(Noun<$row> +)+ Sized {
            /// Loads the rows of the plain tables that are asked for any: a small batch asks for few of them.
            fn load_tables(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
                $(if !keys.$table.is_empty() {
                    rows.$table.extend(answered(&keys.$table, Noun::<$row>::load(self, &keys.$table)?));
                })+
                Ok(())
            }
            /// Writes the plain tables that have changed.
            fn write_tables(&mut self, changes: &Changes) -> Result<(), StoreError> {
                $(if !changes.$table.is_empty() {
                    Noun::<$row>::write(self, &changes.$table)?;
                })+
                Ok(())
            }
        }
        impl<T: $(Noun<$row> +)+> Nouns for T {}
    };
}

tables!(keys_rows_changes);

impl Changes {
    /// When the timers are due that it sets.
    pub fn wakes(&self) -> impl Iterator<Item = Instant> {
        let orders = self.orders.iter().filter_map(|change| change.row.wake_at);
        let coupons = self.coupons.iter().filter_map(|change| change.row.wake_at);
        let wallets = self.wallets.iter().filter_map(|change| change.wallet.differences.tell_at);
        let sprints = self.sprints.iter().filter_map(|change| change.row.wake_at);
        orders.chain(coupons).chain(wallets).chain(sprints).chain(self.pool.wakes())
    }
    /// When the first step is due of long work that it sets or goes on with: see [`crate::Subject::is_work`].
    pub fn work_due(&self) -> Option<Instant> {
        let sprints = self.sprints.iter().filter_map(|change| change.row.wake_at);
        self.pool.work_due().into_iter().chain(sprints).min()
    }
    /// Whether it moves no row that a timer can be about.
    pub fn moves_nothing(&self) -> bool {
        let sprints = self.sprints.is_empty() && self.invitations.is_empty();
        let plain = self.orders.is_empty() && self.coupons.is_empty() && sprints;
        plain && self.wallets.is_empty() && self.pool.is_empty()
    }
}

fn once<K: Ord>(keys: &mut Vec<K>) {
    keys.sort_unstable();
    keys.dedup();
}
