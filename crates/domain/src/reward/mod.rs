//! A reward that a paid order brought (付款后营销): offered, done or void; what a campaign of rewards keeps, and what its
//! customers had of it.
//!
//! Always holds: one order brings one reward of a campaign (A-S2-6), and besides it what a shared link brings; a play is
//! drawn once and answers the same for ever (A-S2-16); a reward of an order that is paid no more is void, and what was
//! drawn for it stays in the chain.

mod book;
mod charter;
mod office;
mod secret;
mod survey;
mod taker;

pub use book::{Book, Drawing, Rest, Round};
pub use charter::{Announced, Charter};
pub use office::{Rewards, Stock};
pub use secret::{Chance, Secret};
pub use survey::{
    Answer, Answers, Question, QuestionKind, Tallies, check as check_answers, is_same as is_same_answer,
};
pub use taker::{Bought, Taker};

use crate::{CampaignId, Code, CouponId, CustomerId, Instant, OrderId, RewardId, ShopId, TransactionId};
use draw::{Given, Hash};
use money::Money;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What a customer gets to do, or to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// A coupon for a later order (S2-R07).
    Coupon,
    /// Questions to answer (投票调查).
    Survey,
    /// A card to scratch (刮刮乐): a draw that is shown so.
    ScratchCard,
    /// A prize draw (抽奖).
    Draw,
}

impl ActionKind {
    /// Whether a prize is drawn.
    pub const fn is_draw(self) -> bool {
        matches!(self, Self::ScratchCard | Self::Draw)
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Coupon => "coupon",
            Self::Survey => "survey",
            Self::ScratchCard => "scratch_card",
            Self::Draw => "draw",
        }
    }
}

/// Where a reward stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardStatus {
    /// It waits for its customer.
    Offered,
    /// It was given, answered or played.
    Done,
    /// Its order is paid no more, or was refunded whole.
    Void,
}

impl RewardStatus {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Done => "done",
            Self::Void => "void",
        }
    }
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Offered, Self::Done, Self::Void].into_iter().find(|status| status.as_str() == text)
    }
}

/// Where a reward stands in the figures of its campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// It waits for its customer, or was not played in time.
    Open,
    /// Its coupon was given at once.
    Given,
    /// It was played or answered.
    Played,
    /// Its order stands no more.
    Undone,
}

/// What was drawn for a chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Which link of the campaign's chain among the draws, from 1 on.
    pub n: u64,
    /// When.
    pub at: Instant,
    /// What neither side chose.
    pub entropy: SmolStr,
    /// The number that came out.
    pub r: u64,
    /// What it brought.
    pub prize_id: SmolStr,
    /// The chain's head after it.
    pub head: Hash,
    /// What was given of each prize before it. Every so many draws say so, that a draw can be made again without reading
    /// all before it: see [`Drawn::MARK`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

impl Drawn {
    /// The first draw, and each so many later, says what was given before it.
    pub const MARK: u64 = 64;
    /// The draw at or before the one of that number that says it.
    pub const fn mark_of(n: u64) -> u64 {
        n.saturating_sub(1) / Self::MARK * Self::MARK + 1
    }
}

/// One reward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// Its id.
    pub reward_id: RewardId,
    /// The campaign that brings it,
    pub campaign_id: CampaignId,
    /// in the version that was in force when the order was paid.
    pub version: u32,
    /// The order that was paid.
    pub order_id: OrderId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The tier that was reached, from 0 on.
    pub tier: u32,
    /// What it is.
    pub action: ActionKind,
    /// Where it stands.
    pub status: RewardStatus,
    /// Why it is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// When the payment came that brought it, as its channel says.
    pub earned_at: Instant,
    /// Since when it can be had.
    pub offered_at: Instant,
    /// When it was given, answered or played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Instant>,
    /// 0 for the order's own; an extra chance has its number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extra: u32,
    /// The payment channel's id of the payment that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// What was drawn; a ticket of an urn before it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Box<Drawn>>,
    /// The coupon that it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<CouponId>,
    /// Why a coupon that it should have brought could not be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Code>,
    /// What the prize is worth, in minor units, where the law wants its winner listed (A-S2-17).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Money>,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// Rewards of the extra chances that its link brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<RewardId>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Reward {
    /// Where it stands in its campaign's figures.
    pub const fn course(&self) -> Course {
        match (self.status, self.action) {
            (RewardStatus::Void, _) => Course::Undone,
            (RewardStatus::Offered, _) => Course::Open,
            (RewardStatus::Done, ActionKind::Coupon) => Course::Given,
            (RewardStatus::Done, ActionKind::Survey | ActionKind::ScratchCard | ActionKind::Draw) => {
                Course::Played
            }
        }
    }
    /// Whether its winner is listed: the prize is worth so much, and is theirs.
    pub fn is_listed(&self) -> bool {
        self.listed.is_some() && self.status == RewardStatus::Done
    }
    /// When its chance arose, as the draw's archive tells it: with the payment, as soon as that was known; an extra chance
    /// when its link was followed.
    pub fn arose_at(&self) -> Instant {
        if self.extra == 0 { self.earned_at.min(self.offered_at) } else { self.offered_at }
    }
    /// The name under which it is drawn: the order, or the order with the number of an extra chance (A-S2-16).
    pub fn chance(&self) -> String {
        chance_of(&self.order_id, self.extra)
    }
}

/// The name of a chance of an order.
pub fn chance_of(order: &OrderId, extra: u32) -> String {
    draw::chance::name(order.as_str(), extra)
}

/// What of a paid order a campaign of rewards decided. It stays with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewarded {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The reward that the order brought; none where it was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward_id: Option<RewardId>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// By which moment of the payment that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld_at: Option<Instant>,
    /// Of a payment that was dated ahead of our clock: when its coupon is given, or its ticket drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<Instant>,
}

impl Rewarded {
    /// Nothing yet.
    pub fn none(campaign_id: CampaignId) -> Self {
        Self { campaign_id, reward_id: None, code: None, withheld_at: None, waits_until: None }
    }
    /// Whether it was withheld by another moment of the payment than that one.
    pub fn is_judged_anew(&self, paid_at: Instant) -> bool {
        self.reward_id.is_none() && self.withheld_at.is_some_and(|by| by != paid_at)
    }
}

/// What a customer of a campaign is found by.
pub type TakerKey = (ShopId, CampaignId, CustomerId);

/// What a shop has of the tool while it is tried (S2-R10, A-S2-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beta {
    /// It has not asked.
    #[default]
    Off,
    /// It has asked, and waits for the platform.
    Applied,
    /// The platform lets it try.
    Beta,
    /// It has it for good.
    On,
}

impl Beta {
    /// Whether campaigns may be published.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Beta | Self::On)
    }
    /// Whether it was never asked for; such a shop's document says nothing.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
    pub const fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Applied => "applied",
            Self::Beta => "beta",
            Self::On => "on",
        }
    }
}
