//! What came of a campaign.

use super::presale::Ranks;
use crate::{Code, order::Method};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Figures of a campaign. `issued` is the limit that claims spend; it is checked and written in the
/// transaction of the claim (A-S0-20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Orders that the campaign covered when they were placed.
    pub covered: u64,
    /// Offers shown.
    pub displayed: u64,
    /// Coupons issued; never given back.
    pub issued: u64,
    /// Coupons by state now.
    pub available: u64,
    /// Held by a payment.
    pub locked: u64,
    /// Used.
    pub used: u64,
    /// Ran out.
    pub expired: u64,
    /// Void.
    pub void: u64,
    /// What used coupons saved customers, in minor units.
    pub saved: i64,
    /// Money paid on orders that used a coupon, in minor units.
    pub recovered: i64,
    /// Orders paid with a coupon, by method (S0-R06 reports the share of Baitiao).
    pub by_method: BTreeMap<Method, u64>,
    /// Orders on which nothing was shown, by reason.
    pub withheld: BTreeMap<Code, u64>,
    /// Pushes sent.
    pub pushed: u64,
    /// Pushes not sent, by reason.
    pub suppressed: BTreeMap<Code, u64>,
    /// Of a presale with gifts by rank: the earliest deposits (A-S1-12).
    #[serde(skip_serializing_if = "Ranks::is_empty")]
    pub ranks: Ranks,
}
