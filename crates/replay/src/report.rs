//! The report: what the campaign would have done over the export.
//!
//! What always holds: its bytes follow from the input, the mapping and the program. It names no
//! folder, no machine and no moment of today, and does not depend on the order of the outcomes.
//!
//! What it never does: choose. The run decides what became of each order; here it is counted.

mod count;
mod summary;
mod write;

pub(crate) use summary::FIRST_ROWS;
pub use write::{WriteError, write};

use crate::{mapping::Settings, read::Inputs};
use serde::Serialize;
use std::collections::BTreeMap;

/// Categories with a row of their own; the others share one.
pub const CATEGORIES: usize = 20;
/// The claim rates of the estimate, in percent.
pub const WHAT_IF_RATES: [u8; 4] = [10, 30, 50, 100];

/// What became of one order, in the export and in the replay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderOutcome {
    /// The category it counts for; empty for none.
    pub category: String,
    /// The hour of the shop's day in which it was placed, 0 to 23.
    pub placed_hour: u8,
    /// It was neither paid nor cancelled when the coupon was due.
    pub unpaid_at_trigger: bool,
    /// A coupon was shown.
    pub shown: bool,
    /// Why none was shown: every reason once.
    pub withheld: Vec<String>,
    /// A push went out.
    pub pushed: bool,
    /// Why none went out.
    pub suppressed: Option<String>,
    /// What became of its coupon; none when none was claimed.
    pub coupon: Option<CouponEnd>,
    /// What the coupon took off, in minor units.
    pub saved_minor: i64,
    /// What came in for the order in the replay, in minor units.
    pub paid_minor: i64,
    /// Minutes from placing to payment in the export; none when it knows no payment.
    pub minutes_to_payment: Option<i64>,
    /// Minutes from placing to payment in the replay.
    pub replayed_minutes_to_payment: Option<i64>,
}

/// What became of a claimed coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CouponEnd {
    /// It can still be used.
    Open,
    /// It was used.
    Used,
    /// Its time ran out.
    Expired,
    /// It was made void.
    Void,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The form of this document.
    pub version: u32,
    /// What was read.
    pub inputs: Inputs,
    /// The shop, the campaign and the claims, as stated.
    pub settings: Settings,
    /// Everything together.
    pub totals: Totals,
    /// By the hour in which orders were placed: 24 rows.
    pub by_hour: Vec<Slice>,
    /// The categories with the most orders, largest first.
    pub by_category: Vec<CategorySlice>,
    /// All other categories together; none when there are no others.
    pub other_categories: Option<CategorySlice>,
    /// Events of the export that the engine refused, by code.
    pub rejected_events: BTreeMap<String, u64>,
    /// This run beside other claim rates, which are estimates. Empty when nothing was claimed.
    pub what_if: Vec<WhatIf>,
}

/// All orders together; amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Orders replayed.
    pub orders: u64,
    /// Neither paid nor cancelled when the coupon was due.
    pub unpaid_at_trigger: u64,
    /// Of those, paid later in the export.
    pub paid_late: u64,
    /// Of those, never paid in the export.
    pub never_paid: u64,
    /// Orders on which a coupon was shown.
    pub shown: u64,
    /// Orders with a reason why none was shown.
    pub withheld_orders: u64,
    /// The reasons; an order may have several.
    pub withheld: BTreeMap<String, u64>,
    /// Pushes that went out.
    pub pushed: u64,
    /// Why pushes did not go out.
    pub suppressed: BTreeMap<String, u64>,
    /// Coupons claimed.
    pub claimed: u64,
    /// Claimed coupons that were used.
    pub used: u64,
    /// That ran out.
    pub expired: u64,
    /// That were made void.
    pub void: u64,
    /// That can still be used.
    pub open: u64,
    /// What the used coupons took off.
    pub cost_minor: i64,
    /// Orders paid with a coupon that the export shows paid too: brought forward, not won.
    pub brought_forward: u64,
    /// What came in for them.
    pub brought_forward_minor: i64,
    /// Orders paid with a coupon that the export shows unpaid: won, if people claim as stated.
    pub recovered: u64,
    /// What came in for them.
    pub recovered_minor: i64,
    /// Minutes to payment of all paid orders of the export.
    pub minutes_to_payment: Quartiles,
    /// The same for those that were unpaid when the coupon was due.
    pub late_minutes_to_payment: Quartiles,
    /// The same orders in the replay.
    pub late_minutes_to_payment_replayed: Quartiles,
}

/// Quartiles by nearest rank, in whole minutes; zeros for no orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Quartiles {
    /// How many orders.
    pub orders: u64,
    /// A quarter paid within this many minutes.
    pub lower: i64,
    /// Half did.
    pub median: i64,
    /// Three quarters did.
    pub upper: i64,
}

/// A part of the orders; the cost in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs, reason = "the fields of `Totals`")]
pub struct Slice {
    pub placed: u64,
    pub unpaid_at_trigger: u64,
    pub shown: u64,
    pub pushed: u64,
    pub claimed: u64,
    pub cost_minor: i64,
}

/// The orders of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategorySlice {
    /// The category's name; empty for orders without one, and for the others together.
    pub category: String,
    /// How many categories these are.
    pub categories: u64,
    /// Their figures.
    #[serde(flatten)]
    pub slice: Slice,
}

/// What a claim rate comes to: this run's own figures at its own rate, by proportion at the others.
/// Halves are rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields of `Totals`")]
pub struct WhatIf {
    pub rate_percent: u8,
    /// Whether this was replayed; the others are estimates.
    pub replayed: bool,
    pub claimed: u64,
    pub used: u64,
    pub cost_minor: i64,
}
