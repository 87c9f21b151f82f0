//! The comparison group: who is in it, and what an order remembers of it (A-S2-21).
//!
//! Always holds: a customer's group in a campaign is the same for ever; both groups are counted at the same point, whatever
//! is shown then; a customer is counted once a campaign, by the first order that comes to that point, because orders of one
//! customer tell the same again. Kinds of campaigns decide when that point is. What a customer counts is read off their
//! orders as they stand, which are kept with the customer: where the first turns out not to count, the next does.

use crate::{CampaignId, CustomerId, Instant, OrderId};
use serde::{Deserialize, Serialize};

/// The two groups of a campaign's customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The campaign does with them what it does.
    Treated,
    /// It does nothing with them, to measure what it brings.
    Holdout,
}

/// The customer's place among 10,000, the same for ever.
pub fn bucket(campaign: &CampaignId, customer: &CustomerId) -> u32 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(campaign.as_str().as_bytes()).update(&[0]).update(customer.as_str().as_bytes());
    let bytes = hasher.finalize();
    let first = u64::from_le_bytes(bytes.as_bytes()[..8].try_into().unwrap_or_default());
    u32::try_from(first % 10_000).unwrap_or_default()
}

impl Group {
    /// The customer's group where that share of customers is compared with.
    pub fn of(campaign: &CampaignId, customer: &CustomerId, percent: u8) -> Self {
        let is_held = percent > 0 && bucket(campaign, customer) < u32::from(percent) * 100;
        if is_held { Self::Holdout } else { Self::Treated }
    }
}

/// What an order remembers of coming to the point at which the groups of a campaign part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The group.
    pub group: Group,
    /// When the groups parted: what the order had come to by then was not the campaign's doing.
    pub at: Instant,
    /// It is kept with its customer. One of before that was done counts by itself, and no other of its customer's does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

/// The same kept with the customer: how the order stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// When the groups parted.
    pub at: Instant,
    /// The order.
    pub order_id: OrderId,
    /// The customer's group.
    pub group: Group,
    /// When the order's own time is over; `None` where it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// What it came to.
    pub came: Came,
}

/// What an order came to, seen from where the groups parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It had ended before: it is in neither group.
    Before,
    /// It is unpaid, or was cancelled so.
    Unpaid,
    /// It is paid.
    Paid,
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// From when on an order counts whose time runs from one moment to another: not before that time is over, so that an
/// order which is still open is not taken for one that was left, nor a quick payment for one more. Brought up to the
/// full hour, or of more than two days to the full day (UTC), so that many orders have one moment.
pub fn counts_from(begins: Instant, ends: Instant) -> Instant {
    let step = if ends.since(begins) > 2 * DAY { DAY } else { HOUR };
    let (whole, rest) = (ends.micros().div_euclid(step), ends.micros().rem_euclid(step));
    Instant::from_micros((whole + i64::from(rest > 0)).saturating_mul(step))
}
