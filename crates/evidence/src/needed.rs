//! How many customers are still needed until the interval is as narrow as it is to be.
//!
//! The rates stay as they are seen, with 1/2 (the worst) for a group without customers; further ones fall into the groups by
//! the planned share. With every further one the interval is narrower, so the first that is enough is found by halving.

use crate::{
    counts::{Counts, Plan},
    interval::{Spread, width},
    points::{above, float, share},
};

/// No interval that is aimed at needs more: with a comparison group of 0.01 % and a hundredth of a point it is 10^15.
const MOST: u64 = 1 << 52;

/// Customers that are still to come; 0 where the interval is narrow enough.
pub fn orders_needed(counts: &Counts, plan: &Plan) -> u64 {
    let is_enough = |more: u64| half_width_bp(counts, plan, more) <= i64::from(plan.target_bp());
    let mut enough = 1;
    while enough < MOST && !is_enough(enough) {
        enough *= 2;
    }
    let mut least = 0;
    while least < enough {
        let middle = least + (enough - least) / 2;
        if is_enough(middle) {
            enough = middle;
        } else {
            least = middle + 1;
        }
    }
    least
}

/// The half width after so many more customers, in basis points, rounded up.
fn half_width_bp(counts: &Counts, plan: &Plan, more: u64) -> i64 {
    let (more, held) = (float(more), share(plan.holdout_bp()));
    let (treated, holdout) = (Spread::of(counts.treated), Spread::of(counts.holdout));
    let treated = Spread { customers: treated.customers + more * (1.0 - held), ..treated };
    let holdout = Spread { customers: holdout.customers + more * held, ..holdout };
    i64::from(above(width(treated, holdout, plan.planned_orders())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Group;

    /// A-S2-21: found by halving, and the same by looking at one after the other.
    #[test]
    fn a_s2_21_orders_needed_is_the_first_that_is_enough() {
        for (treated, holdout) in
            [((0, 0), (0, 0)), ((80, 20), (20, 4)), ((80, 0), (20, 0)), ((900, 400), (100, 90))]
        {
            let counts = Counts {
                treated: Group::new(treated.0, treated.1),
                holdout: Group::new(holdout.0, holdout.1),
            };
            for (held, target) in [(2_000, 1_000), (500, 2_500), (9_000, 3_000)] {
                let plan = Plan::new(held, 5_000, target);
                let is_enough = |more: &u64| half_width_bp(&counts, &plan, *more) <= i64::from(target);
                let first = (0..100_000).find(is_enough);
                assert_eq!(
                    Some(orders_needed(&counts, &plan)),
                    first,
                    "{treated:?} {holdout:?} {held} {target}"
                );
            }
        }
    }
}
