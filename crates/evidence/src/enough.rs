//! Whether each group has customers enough of either outcome for the interval to be what it says.
//!
//! The interval rests on means of many customers being spread evenly around the truth. Where a group of ten customers has none
//! that pays, they are not: of runs in which both groups were alike the bare formula called a difference in up to 12 of
//! 100, with this rule in fewer than 5 (docs/holdout.md).

use crate::counts::Counts;

/// Customers of either outcome that each group would hold at the rate of both together, before a verdict is given.
pub const EITHER_WAY: u64 = 10;

/// Whether the smaller group would hold so many that reached what was wanted, and so many that did not, if both groups
/// had one rate.
pub fn is_enough(counts: &Counts) -> bool {
    let (treated, holdout) = (counts.treated, counts.holdout);
    let reached = u128::from(treated.reached()) + u128::from(holdout.reached());
    let customers = u128::from(treated.customers()) + u128::from(holdout.customers());
    let smaller = u128::from(treated.customers().min(holdout.customers()));
    let rarer = reached.min(customers.saturating_sub(reached));
    customers > 0 && smaller.saturating_mul(rarer) >= u128::from(EITHER_WAY) * customers
}
