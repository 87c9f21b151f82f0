//! One order in one run's ranking, and the judgement on it.

use super::{GiftStrategy, PoolOrder, RankKey};
use crate::{Code, CustomerId, Instant, OrderId};
use money::Money;
use serde::{Deserialize, Serialize};

/// How far the judgement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its moment has not come.
    Waiting,
    /// To be judged as soon as it can be.
    Open,
    /// It holds its rank; the gift waits for the final amount.
    Held,
    /// It hit: the gift is the order's.
    Given,
    /// Judged, without a gift; `code` says why.
    Nothing,
    /// The order closed after its rank was frozen: the slot stays taken (A-S4-8).
    Void,
}

impl Standing {
    /// Every standing, by the number that stores keep.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Open, Self::Held, Self::Given, Self::Nothing, Self::Void];
    /// The number that stores keep.
    pub const fn number(self) -> u8 {
        self as u8
    }
    /// Whether a judgement stands.
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Held | Self::Given | Self::Nothing | Self::Void)
    }
}

/// Whether the amount may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountState {
    /// Something is still to be paid.
    Open,
    /// Everything is paid (A-S4-9).
    Final,
}

/// One order in one run's ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its place.
    pub key: RankKey,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub customer_id: CustomerId,
    /// Goods amount actually paid so far.
    pub amount: Money,
    /// Whether that may still change.
    pub amount_state: AmountState,
    /// Whether it takes a place in the ranking: every order does, whatever its amount (A-S4-5), but not a
    /// buyer's later one where one counts.
    pub counts: bool,
    /// How far the judgement has come.
    pub standing: Standing,
    /// Its rank, once it was judged by it.
    pub rank: Option<u64>,
    /// The tier that was given, by index.
    pub tier: Option<u16>,
    /// Why there is no gift.
    pub code: Option<Code>,
}

impl Candidate {
    /// A new one of an order. It waits.
    pub fn new(key: RankKey, order: &PoolOrder) -> Self {
        Self {
            key,
            order_id: order.order_id.clone(),
            customer_id: order.customer_id.clone(),
            amount: order.goods_paid,
            amount_state: if order.is_fully_paid() { AmountState::Final } else { AmountState::Open },
            counts: true,
            standing: Standing::Waiting,
            rank: None,
            tier: None,
            code: None,
        }
    }
}

impl Candidate {
    /// Whether it stands for a parent whose children are not all paid: nothing of it is given before (A-S4-24).
    pub fn awaits_children(&self) -> bool {
        self.amount_state == AmountState::Open && self.key.is_of_parent()
    }
}

impl PoolOrder {
    /// A new candidate for a place that it takes.
    pub fn candidate(&self, key: RankKey) -> Candidate {
        Candidate::new(key, self)
    }
}

/// What a judgement looks at besides the candidate.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The processing clock.
    pub now: Instant,
    /// Its place among those that count, where the strategy ranks; it is final.
    pub rank: Option<u64>,
    /// Gifts that the run has given: never more than N, also when the warehouse has sent some of an earlier
    /// run.
    pub given: u64,
    /// Whether the buyer's other order has the gift, where one counts.
    pub buyer_has_it: bool,
    /// Whether another strategy of its group gave to this order (A-S4-14).
    pub group_taken: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The tier is given, if its stock lasts.
    Give(usize),
    /// The rank is good; the amount is not final.
    Hold,
    /// Nothing, and that stands.
    Nothing(Code),
    /// It cannot be judged yet: neither executed nor hit (A-S4-3).
    NotYet(Code),
}

/// Judges a candidate (A-S4-5, A-S4-9, A-S4-12, A-S4-14). Pure; stock comes after.
pub fn judge(strategy: &GiftStrategy, candidate: &Candidate, case: Case) -> Verdict {
    if !strategy.validity.contains(case.now) {
        return Verdict::NotYet(Code::OutsideValidity);
    }
    if case.group_taken {
        return Verdict::Nothing(Code::GroupTaken);
    }
    if case.buyer_has_it {
        return Verdict::Nothing(Code::OncePerBuyer);
    }
    if let (Some(n), Some(rank)) = (strategy.first_n, case.rank)
        && (rank > n || case.given >= n)
    {
        return Verdict::Nothing(Code::BeyondFirstN);
    }
    if strategy.by_amount && candidate.amount_state == AmountState::Open || candidate.awaits_children() {
        return if strategy.first_n.is_some() {
            Verdict::Hold
        } else {
            Verdict::NotYet(Code::AmountNotFinal)
        };
    }
    match strategy.tier(candidate.amount) {
        Some(tier) => Verdict::Give(tier),
        None => Verdict::Nothing(Code::BelowThreshold),
    }
}
