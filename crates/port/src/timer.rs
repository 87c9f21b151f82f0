//! Timers: the next moment of a row, kept beside it.

use domain::{CampaignId, CouponId, GiftStrategyId, Instant, OrderId, PresaleStrategyId, ShopId};

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
    /// The shop's wallet: what its provider counts otherwise is told (A-S2-12).
    Wallet,
    /// A sprint: its next draw, or one that goes on.
    Sprint(CampaignId),
    /// An invitation to a platform's sprint: a reminder, or its end.
    Invitation(CampaignId),
}

/// The name under which a shop's only wallet is woken.
const WALLET: &str = "sms";

impl Subject {
    /// The kinds, in the order in which those of one moment fire.
    pub const KINDS: [&str; 8] =
        ["order", "coupon", "presale_strategy", "gift_run", "pool_order", "wallet", "sprint", "invitation"];
    /// Kind and id, as stores keep them.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Order(id) => ("order", id.as_str()),
            Self::Coupon(id) => ("coupon", id.as_str()),
            Self::PresaleStrategy(id) => ("presale_strategy", id.as_str()),
            Self::GiftRun(id) => ("gift_run", id.as_str()),
            Self::PoolOrder(id) => ("pool_order", id.as_str()),
            Self::Wallet => ("wallet", WALLET),
            Self::Sprint(id) => ("sprint", id.as_str()),
            Self::Invitation(id) => ("invitation", id.as_str()),
        }
    }
    /// Whether it is long work, done step by step: a pass over orders, a walk over a ranking. What sets it does not
    /// wait for its end, and it goes on after a restart where it stood.
    pub const fn is_work(&self) -> bool {
        match self {
            Self::PresaleStrategy(_) | Self::GiftRun(_) | Self::Sprint(_) => true,
            Self::Order(_) | Self::Coupon(_) | Self::PoolOrder(_) | Self::Wallet | Self::Invitation(_) => {
                false
            }
        }
    }
    /// Whether its next step may be decided in the same transaction: whatever it reads is looked up when it asks for it.
    pub const fn goes_on_at_once(&self) -> bool {
        matches!(self, Self::Sprint(_))
    }
    /// Reads what [`Subject::parts`] wrote.
    pub fn read(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "order" => OrderId::try_new(id).ok().map(Self::Order),
            "coupon" => CouponId::try_new(id).ok().map(Self::Coupon),
            "presale_strategy" => PresaleStrategyId::try_new(id).ok().map(Self::PresaleStrategy),
            "gift_run" => GiftStrategyId::try_new(id).ok().map(Self::GiftRun),
            "pool_order" => OrderId::try_new(id).ok().map(Self::PoolOrder),
            "wallet" => (id == WALLET).then_some(Self::Wallet),
            "sprint" => CampaignId::try_new(id).ok().map(Self::Sprint),
            "invitation" => CampaignId::try_new(id).ok().map(Self::Invitation),
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
