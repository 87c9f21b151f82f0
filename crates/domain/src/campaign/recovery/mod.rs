//! Unpaid-order recovery: a coupon is shown on an order that stays unpaid, its buyer is reminded.
//!
//! `terms` is what the merchant fills in and `form` tells its fields, `cover` chooses the campaigns of a placed
//! order, `claim` spends the limits, `cashier` shows what the coupon does.

mod cashier;
mod claim;
mod compare;
mod cover;
mod elsewhere;
mod end;
mod figures;
mod form;
mod offer_claim;
mod push;
mod push_plan;
mod push_send;
mod react;
mod terms;
mod trigger;
mod wide;

pub use cashier::{CashierMethod, cashier};
pub use claim::{ClaimFacts, claim};
pub use cover::{Covered, cover, show};
pub use elsewhere::remembers;
pub use offer_claim::{Claim, claim_offer};
pub use push_plan::{plan_push, replan_push};
pub use push_send::{SendFacts, may_send};
pub use react::Kind;
pub use terms::{FrequencyScope, Terms};
pub use trigger::due_at as next_trigger;
pub use wide::counts_platform_wide;

use crate::Instant;
pub use claim::claimable;

/// A recovery campaign that may act at a moment.
pub type Live<'a> = super::Live<'a, Terms>;

/// Campaigns created from here on support Baitiao: 2022-06-09T00:00+08:00 (S0-R06, S0-R07, A-S0-3).
pub const BAITIAO_SINCE: Instant = Instant::from_micros(1_654_704_000_000_000);

/// Whether a campaign created then has Baitiao among its methods.
pub fn terms_allow_baitiao(created_at: Instant) -> bool {
    created_at >= BAITIAO_SINCE
}
