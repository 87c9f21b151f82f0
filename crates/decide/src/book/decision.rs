//! What a decision comes to: everything that one input changes, and how figures count it.

use super::pool::PoolDecision;
use domain::{
    BatchId, CampaignId, CustomerId, Instant, MessageId, OrderId, ShopId, WaveId, WebhookId,
    campaign::{
        Campaign, Count, order_wake,
        sprint::{Invitation, Plan},
    },
    coupon::{BatchCounters, BatchRecord, Coupon, CouponStatus},
    customer::Standing,
    event::OrderEvent,
    ledger::Entry,
    message::{
        Message,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::Centre,
        wallet::Wallet,
    },
    order::Order,
    reward::{Book, Charter, Reward, Taker},
    shop::Shop,
    sprint::{Happened, Member, Quarter, SprintBook},
};
use port::{
    CodeRow, ConflictRow, Digest, Dispatch, DispatchUpdate, EarlyReports, Import, InboxKey, InboxRow,
    OutboxRow, PackRow, Parked, Webhook,
};
use std::sync::Arc;

/// Everything that one input changes. Complete: persisting it chooses nothing.
#[derive(Debug, Default)]
pub struct Decision {
    pub shop: Option<Arc<Shop>>,
    pub centre: Option<Arc<Centre>>,
    pub wallet: Option<Wallet>,
    pub campaigns: Vec<Arc<Campaign>>,
    pub orders: Vec<Order>,
    pub coupons: Vec<Coupon>,
    pub standings: Vec<(ShopId, CustomerId, Standing)>,
    pub counts: Vec<(CampaignId, Count)>,
    pub entries: Vec<Entry>,
    pub messages: Vec<Message>,
    /// The ids of those that this decision makes. The others were made before, and are not always looked up.
    pub messages_made: Vec<MessageId>,
    pub dispatches: Vec<Dispatch>,
    pub dispatch_updates: Vec<DispatchUpdate>,
    pub packs: Vec<PackRow>,
    pub addressees: Vec<(CustomerId, Addressee)>,
    pub numbers_heard: Vec<(NumberKey, Number)>,
    pub rewards: Vec<Reward>,
    pub books: Vec<(CampaignId, Book)>,
    pub charters: Vec<(CampaignId, Charter)>,
    pub takers: Vec<(CampaignId, CustomerId, Taker)>,
    pub sprints: Vec<(CampaignId, SprintBook)>,
    pub members: Vec<((CampaignId, WaveId, CustomerId), Member)>,
    /// To be added to what happened in the waves of sprints.
    pub happened: Vec<((CampaignId, WaveId, Quarter), Happened)>,
    pub plans: Vec<Plan>,
    pub invitations: Vec<(CampaignId, Invitation)>,
    pub early_reports: Vec<(String, EarlyReports)>,
    pub forget_early: Option<Instant>,
    pub outbox: Vec<OutboxRow>,
    pub timeline: Vec<(OrderId, String)>,
    pub inbox: Vec<(InboxKey, InboxRow)>,
    pub parked: Vec<(OrderId, Parked)>,
    pub unparked: Vec<(OrderId, OrderEvent)>,
    pub webhooks: Vec<Webhook>,
    pub webhooks_removed: Vec<WebhookId>,
    pub revived: Vec<(WebhookId, Instant)>,
    pub batches: Vec<Arc<BatchRecord>>,
    pub batch_counts: Vec<(BatchId, BatchCount)>,
    pub batch_claims: Vec<(CustomerId, BatchId, u32)>,
    pub codes: Vec<(Digest, CodeRow)>,
    pub conflicts: Vec<ConflictRow>,
    pub imports: Vec<Import>,
    pub pool: PoolDecision,
    /// Running numbers used for ids.
    pub numbers: u64,
}

impl Decision {
    /// When the timers are due that it sets.
    pub fn wakes(&self) -> impl Iterator<Item = Instant> {
        let orders = self.orders.iter().filter_map(order_wake);
        let wallet = self.wallet.iter().filter_map(|wallet| wallet.differences.tell_at);
        let coupons = self.coupons.iter().filter_map(|coupon| coupon.wake_at);
        let sprints = self.sprints.iter().filter_map(|(_, book)| book.wake_at);
        let invitations = self.invitations.iter().filter_map(|(_, invited)| invited.wake_at);
        orders.chain(coupons).chain(wallet).chain(sprints).chain(invitations).chain(self.pool.wakes())
    }
}

/// A change of a coupon batch's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchCount {
    Issued(u64),
    Moved { from: CouponStatus, to: CouponStatus },
    Codes(u64),
    Redeemed,
}

impl BatchCount {
    /// Adds it to the figures.
    pub fn add_to(self, to: &mut BatchCounters) {
        match self {
            Self::Issued(coupons) => {
                to.issued += coupons;
                to.available += coupons;
            }
            Self::Moved { from, to: status } => {
                // A figure that has drifted is the auditor's to report; it must not stop the shop.
                *to.by_status(from) = to.by_status(from).saturating_sub(1);
                *to.by_status(status) += 1;
            }
            Self::Codes(codes) => to.codes += codes,
            Self::Redeemed => to.redeemed += 1,
        }
    }
}
