//! What a decision comes to: everything that one input changes, and how figures count it.

use super::pool::PoolDecision;
use domain::{
    BatchId, CampaignId, Code, CustomerId, Instant, OrderId, ShopId, WebhookId,
    campaign::{Campaign, Counters},
    coupon::{BatchCounters, BatchRecord, Coupon, CouponStatus},
    customer::Standing,
    event::OrderEvent,
    ledger::Entry,
    message::Message,
    order::{Method, Order, order_wake},
    shop::Shop,
};
use money::Money;
use port::{CodeRow, Digest, Dispatch, InboxKey, InboxRow, OutboxRow, Parked, Webhook};
use std::sync::Arc;

/// Everything that one input changes. Complete: persisting it chooses nothing.
#[derive(Debug, Default)]
pub struct Decision {
    pub shop: Option<Arc<Shop>>,
    pub campaigns: Vec<Arc<Campaign>>,
    pub orders: Vec<Order>,
    pub coupons: Vec<Coupon>,
    pub standings: Vec<(ShopId, CustomerId, Standing)>,
    pub counts: Vec<(CampaignId, Count)>,
    pub entries: Vec<Entry>,
    pub messages: Vec<Message>,
    pub dispatches: Vec<Dispatch>,
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
    pub pool: PoolDecision,
    /// Running numbers used for ids.
    pub numbers: u64,
}

impl Decision {
    /// When the timers are due that it sets.
    pub fn wakes(&self) -> impl Iterator<Item = Instant> {
        let orders = self.orders.iter().filter_map(order_wake);
        orders.chain(self.coupons.iter().filter_map(|coupon| coupon.wake_at)).chain(self.pool.wakes())
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

/// A change of a campaign's figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Count {
    Covered,
    Displayed,
    Withheld(Code),
    Issued,
    Moved {
        from: CouponStatus,
        to: CouponStatus,
    },
    Recovered {
        method: Method,
        saved: Money,
        paid: Money,
    },
    Unrecovered {
        method: Method,
        saved: Money,
        paid: Money,
    },
    Pushed,
    Suppressed(Code),
    /// A push counted as sent that was not.
    Unpushed(Code),
    /// When an order's deposit came, for gifts by rank.
    Ranked {
        order: OrderId,
        paid_at: Option<Instant>,
        keep: usize,
    },
}

impl Count {
    /// Adds it to the figures.
    pub fn add_to(&self, to: &mut Counters) {
        match self {
            Self::Covered => to.covered += 1,
            Self::Displayed => to.displayed += 1,
            Self::Withheld(code) => *to.withheld.entry(*code).or_default() += 1,
            Self::Issued => {
                to.issued += 1;
                to.available += 1;
            }
            Self::Moved { from, to: status } => {
                // A figure that has drifted is the auditor's to report; it must not stop the shop.
                *by_status(to, *from) = by_status(to, *from).saturating_sub(1);
                *by_status(to, *status) += 1;
            }
            Self::Recovered { method, saved, paid } => {
                to.saved += saved.minor();
                to.recovered += paid.minor();
                *to.by_method.entry(*method).or_default() += 1;
            }
            Self::Unrecovered { method, saved, paid } => {
                to.saved -= saved.minor();
                to.recovered -= paid.minor();
                let orders = to.by_method.entry(*method).or_default();
                *orders = orders.saturating_sub(1);
            }
            Self::Ranked { order, paid_at, keep } => to.ranks.put(order, *paid_at, *keep),
            Self::Pushed => to.pushed += 1,
            Self::Suppressed(code) => *to.suppressed.entry(*code).or_default() += 1,
            Self::Unpushed(code) => {
                to.pushed = to.pushed.saturating_sub(1);
                *to.suppressed.entry(*code).or_default() += 1;
            }
        }
    }
}

fn by_status(counters: &mut Counters, status: CouponStatus) -> &mut u64 {
    match status {
        CouponStatus::Available => &mut counters.available,
        CouponStatus::Locked => &mut counters.locked,
        CouponStatus::Used => &mut counters.used,
        CouponStatus::Expired => &mut counters.expired,
        CouponStatus::Void => &mut counters.void,
    }
}
