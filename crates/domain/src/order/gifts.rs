//! Where the gifts of a presale's deposit period stand (S1-R11, A-S1-12).
//!
//! Always holds: a gift is judged by the version of the campaign that the order was placed under (A-G-10).

use super::{Order, PresaleStage};
use crate::{
    Instant,
    campaign::{
        Campaign,
        presale::{Gift, Live, Ranks, ranks},
    },
};
use serde::{Deserialize, Serialize};

/// What becomes of a gift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftStatus {
    /// The deposit is to come.
    Open,
    /// The deposit came; the gift is the order's if the balance comes too.
    Promised,
    /// To be sent.
    Due,
    /// Others' deposits came earlier.
    Missed,
    /// Gone with the order.
    Cancelled,
}

/// A gift of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftStanding {
    /// The order's rank among the deposits, where that decides.
    pub rank: Option<u32>,
    /// Whether earlier deposits may still be heard of: the rank is final a day after the deposit window.
    pub provisional: bool,
    /// What becomes of it.
    pub status: GiftStatus,
}

impl Order {
    /// Where a gift of the order's presale stands; `None` for orders without one. Of gifts by rank the
    /// campaign and its ranks decide; without them such a gift is missed.
    pub fn gift_standing(
        &self,
        gift: &Gift,
        ranked_in: Option<(&Campaign, &Ranks)>,
        now: Instant,
    ) -> Option<GiftStanding> {
        let (presale, stage) = (self.presale.as_ref()?, self.presale_stage()?);
        let ranked = ranked_in.filter(|_| gift.first_n.is_some() && self.deposit_paid_at.is_some());
        let rank = ranked.and_then(|(_, ranks)| ranks.rank(&self.order_id));
        let live = ranked.and_then(|(campaign, _)| Live::of_version(campaign, presale.version));
        let final_from = live.map(|live| live.terms.deposit_window.ends_at.plus_hours(ranks::GRACE_HOURS));
        let missed = gift.first_n.is_some_and(|first_n| rank.is_none_or(|rank| rank > first_n));
        Some(GiftStanding {
            rank,
            provisional: final_from.is_some_and(|from| now < from),
            status: match stage {
                PresaleStage::AwaitingDeposit => GiftStatus::Open,
                PresaleStage::Forfeited | PresaleStage::Closed => GiftStatus::Cancelled,
                // Everything was given back.
                PresaleStage::Paid if self.is_refunded() => GiftStatus::Cancelled,
                PresaleStage::AwaitingBalance | PresaleStage::Paid if missed => GiftStatus::Missed,
                PresaleStage::AwaitingBalance => GiftStatus::Promised,
                PresaleStage::Paid => GiftStatus::Due,
            },
        })
    }
}
