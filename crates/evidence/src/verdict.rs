//! What can be said, and what cannot yet.

use crate::{
    counts::{Counts, Group, Plan},
    enough::is_enough,
    interval::half_width,
    needed::orders_needed,
    points::{WHOLE_BP, above, below, float, nearest},
    split,
};

/// What the comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet; [`Evidence::reason`] says why.
    NoneYet,
    /// The whole interval lies above zero: with the campaign more customers reach what is wanted.
    Better,
    /// The whole interval lies below zero.
    Worse,
    /// Zero lies in the interval, and it is as narrow as it was to be: if there is a difference it is a small one.
    NoDifferenceSeen,
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The groups are not divided as they were to be, or do not add up: nothing of it can be trusted.
    SplitOff,
    /// A group has too few customers of one outcome.
    TooFew,
    /// Zero lies in the interval, and it is still wide.
    TooWide,
}

/// All that is said of a comparison. Shares and differences are basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Of the treated, how many reached it; `None` without customers.
    pub treated_bp: Option<i32>,
    /// The same of the comparison group.
    pub holdout_bp: Option<i32>,
    /// The comparison group's share of the customers; `None` without customers.
    pub holdout_share_bp: Option<i32>,
    /// Treated less holdout; `None` while a group has no customers.
    pub difference_bp: Option<i32>,
    /// Between these the difference lies, rounded outwards, within -10,000 and 10,000.
    pub interval_bp: [i32; 2],
    /// Half of its width before it is cut off at these ends, rounded up; 10,000 where it is more.
    pub half_width_bp: i32,
    /// Customers still needed until the half width is the one aimed at; 0 where it is.
    pub orders_needed: u64,
    /// Whether the groups may be divided as they were to be, and add up.
    pub split_ok: bool,
    /// Whether no group has more customers that reached it than it has.
    pub adds_up: bool,
    /// What can be said.
    pub verdict: Verdict,
    /// Why nothing can be said; `None` with a verdict.
    pub reason: Option<Reason>,
}

/// Weighs what was counted by what was planned (A-S2-21).
///
/// A verdict follows from the figures that are shown: `better` where the rounded interval begins above 0, `worse` where it
/// ends below, `no_difference_seen` where the rounded half width is within the target. None is given where the split is
/// off, or a group has too few customers of either outcome.
pub fn weigh(counts: &Counts, plan: &Plan) -> Evidence {
    let (treated, holdout) = (rate(counts.treated), rate(counts.holdout));
    let difference = treated.zip(holdout).map(|(treated, holdout)| treated - holdout);
    let half = half_width(counts, plan.planned_orders());
    let interval_bp =
        difference.map_or([-WHOLE_BP, WHOLE_BP], |seen| [below(seen - half), above(seen + half)]);
    let half_width_bp = above(half);
    let adds_up = counts.treated.adds_up() && counts.holdout.adds_up();
    let split_ok = adds_up && split::is_as_planned(counts, plan);
    let said = if !split_ok {
        Err(Reason::SplitOff)
    } else if !is_enough(counts) {
        Err(Reason::TooFew)
    } else if interval_bp[0] > 0 {
        Ok(Verdict::Better)
    } else if interval_bp[1] < 0 {
        Ok(Verdict::Worse)
    } else if half_width_bp.unsigned_abs() <= plan.target_bp() {
        Ok(Verdict::NoDifferenceSeen)
    } else {
        Err(Reason::TooWide)
    };
    Evidence {
        treated_bp: treated.map(nearest),
        holdout_bp: holdout.map(nearest),
        holdout_share_bp: held_share(counts).map(nearest),
        difference_bp: difference.map(nearest),
        interval_bp,
        half_width_bp,
        orders_needed: orders_needed(counts, plan),
        split_ok,
        adds_up,
        verdict: said.unwrap_or(Verdict::NoneYet),
        reason: said.err(),
    }
}

fn held_share(counts: &Counts) -> Option<f64> {
    let held = float(counts.holdout.customers());
    let customers = float(counts.treated.customers()) + held;
    (customers > 0.0).then(|| held / customers)
}

fn rate(group: Group) -> Option<f64> {
    (group.customers() > 0).then(|| float(group.reached()) / float(group.customers()))
}
