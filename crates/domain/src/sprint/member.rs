//! One customer's part in one wave of a sprint.

use super::{Late, LateCode, Reached, Spent, late::differences};
use crate::{Code, CouponId, CustomerId, Instant, OrderId, Sku};
use serde::{Deserialize, Serialize};

/// What was given as a prize.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// Two coupons, both or none (A-S3-11).
    Coupons(Vec<CouponId>),
    /// Goods with stock (A-S3-15).
    Goods(Sku),
}

/// Where a prize stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwardStatus {
    /// It waits to be claimed; unclaimed it lapses with the award window (A-S3-14).
    Won,
    /// It was given.
    Given,
    /// It was taken back, its unused coupons void: by hand, or for a refund where the sprint says so (A-S3-12).
    Void,
}

/// A prize that a member has won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    /// Of which tier.
    pub tier: u8,
    /// When it was won: the draw, or the decision by hand.
    pub won_at: Instant,
    /// Where it stands.
    pub status: AwardStatus,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Instant>,
    /// What was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// What stood against giving it when that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Code>,
}

impl Award {
    /// One that is won now.
    pub const fn won(tier: u8, won_at: Instant) -> Self {
        Self { tier, won_at, status: AwardStatus::Won, given_at: None, given: None, withheld: None }
    }
}

/// What is kept of a customer in a wave: whether they take part, their orders, and what they have won.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Member {
    /// When they enrolled; nobody takes part before. Orders of others are kept where they may count later
    /// ([`super::CountsFrom::SprintStart`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolled_at: Option<Instant>,
    /// Whether they became a member of the shop since the enrollment began; else an old member (S3-R02).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
    /// Their orders in the sprint window, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Spent>,
    /// Of accounts that became one: from when on the orders of each count, that of its own among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<(CustomerId, Instant)>,
    /// What they have reached; once the wave is drawn, what they had reached as far as was heard by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Reached>,
    /// What they have won.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<Award>,
    /// What was heard too late, tier by tier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
}

impl Member {
    /// Keeps an order as it stands, or forgets it where nothing of it counts; whether that changed anything.
    pub fn keep(&mut self, order: &OrderId, spent: Option<Spent>) -> bool {
        match (self.orders.binary_search_by(|known| known.order_id.cmp(order)), spent) {
            (Ok(place), Some(spent)) if self.orders[place] == spent => false,
            (Ok(place), Some(spent)) => {
                self.orders[place] = spent;
                true
            }
            (Ok(place), None) => {
                self.orders.remove(place);
                true
            }
            (Err(place), Some(spent)) => {
                self.orders.insert(place, spent);
                true
            }
            (Err(_), None) => false,
        }
    }
    /// Whether an order of an account counts here, by when it was placed.
    pub fn takes(&self, account: &CustomerId, placed_at: Instant) -> bool {
        self.since.iter().find(|(known, _)| known == account).is_none_or(|(_, from)| placed_at >= *from)
    }
    /// Notes what would have come out otherwise, had everything that is known now been known at the draw. What was decided
    /// by hand stays; what waited and differs no more is forgotten.
    pub fn hear_late(&mut self, now_reached: &[Reached], now: Instant) {
        let mut differs = differences(&self.reached, now_reached);
        differs.retain(|(tier, code, _)| *code == LateCode::LateQualified || self.award(*tier).is_some());
        let is_known =
            |late: &Late| differs.iter().any(|(tier, code, _)| late.tier == *tier && late.code == *code);
        self.late.retain(|late| late.decided.is_some() || is_known(late));
        for (tier, code, qualified_at) in differs {
            let same = |late: &&mut Late| late.tier == tier && late.code == code;
            match self.late.iter_mut().find(same) {
                Some(late) => late.qualified_at = qualified_at,
                None => self.late.push(Late { tier, code, qualified_at, heard_at: now, decided: None }),
            }
        }
    }
    /// Whether something was heard too late that waits for a decision.
    pub fn is_late(&self) -> bool {
        self.late.iter().any(|late| late.decided.is_none())
    }
    /// The award of a tier.
    pub fn award(&self, tier: u8) -> Option<&Award> {
        self.awards.iter().find(|award| award.tier == tier)
    }
    /// When a tier was reached, as it counts.
    pub fn reached(&self, tier: u8) -> Option<Instant> {
        self.reached.iter().find(|reached| reached.tier == tier).map(|reached| reached.qualified_at)
    }
}
