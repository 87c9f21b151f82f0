//! Whether the groups are divided as they were to be.
//!
//! The customers fall into the groups by a digest of their names, so the comparison group holds its share but for
//! chance. Where it does not, customers of one group were lost or counted twice, and no figure of the comparison can be
//! trusted. The measure is chi-square of one degree of freedom, (n0 - h t)^2 / (t h (1 - h)). It is looked at as often as
//! the figures are, so its limit is no fixed quantile either, but the same sequence as that of the interval, at a
//! stricter error: an alarm sends people looking for a fault.

use crate::{
    counts::{Counts, Plan},
    enough::EITHER_WAY,
    interval::reach,
    points::{float, share},
};

/// The chance that groups which are divided as planned are ever called otherwise.
pub const SPLIT_ALPHA: f64 = 0.001;

/// Whether the share of the comparison group may be the planned one. Not asked before the smaller group was to have ten
/// customers.
pub fn is_as_planned(counts: &Counts, plan: &Plan) -> bool {
    let (holdout, planned) = (float(counts.holdout.customers()), share(plan.holdout_bp()));
    let customers = float(counts.treated.customers()) + holdout;
    if customers * planned.min(1.0 - planned) < float(EITHER_WAY) {
        return true;
    }
    let sigma = (planned * (1.0 - planned)).sqrt();
    (holdout / customers - planned).abs() <= sigma * reach(customers, plan.planned_orders(), SPLIT_ALPHA)
}
