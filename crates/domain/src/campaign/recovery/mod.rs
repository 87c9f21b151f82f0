//! Unpaid-order recovery: a coupon is shown on an order that stays unpaid, its buyer is reminded.
//!
//! `terms` is what the merchant fills in and `form` tells its fields, `cover` chooses the campaigns of a placed order, `claim`
//! spends the limits, `cashier` shows what the coupon does.

mod cashier;
mod claim;
mod cover;
mod form;
mod terms;

pub use cashier::{CashierMethod, cashier};
pub use claim::{ClaimFacts, claim};
pub use cover::{Covered, bucket, cover, show};
pub use terms::{FrequencyScope, Terms, check_period, warnings};

use crate::Instant;
pub use claim::claimable;

/// A recovery campaign that may act at a moment.
pub type Live<'a> = super::Live<'a, Terms>;

impl super::KindTerms for Terms {
    fn of(terms: &super::Terms) -> Option<&Self> {
        terms.recovery()
    }
}

/// Campaigns created from here on support Baitiao: 2022-06-09T00:00+08:00 (S0-R06, S0-R07, A-S0-3).
pub const BAITIAO_SINCE: Instant = Instant::from_micros(1_654_704_000_000_000);

/// Whether a campaign created then has Baitiao among its methods.
pub fn terms_allow_baitiao(created_at: Instant) -> bool {
    created_at >= BAITIAO_SINCE
}
