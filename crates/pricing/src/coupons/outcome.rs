//! What the coupon layer answers.

use domain::Code;

/// What the coupon layer answers; the slots stand as they are after the coupons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The coupons taken, in the order in which they took effect.
    pub taken: Vec<Taken>,
    /// The others, in the order of the list.
    pub left: Vec<Left>,
    /// Coupons that a little more would make usable; the nearest first.
    pub nearby: Vec<Nearby>,
    /// What the choice of [`Coupons::Best`](crate::cart::Coupons::Best) is worth as a proof.
    pub bound: Option<Bound>,
}

/// A coupon that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its place in the list that came.
    pub index: usize,
    /// What it takes off in all, freight included.
    pub amount: i64,
    /// The amount that its threshold was compared with.
    pub base: i64,
    /// What it takes off each line, by the line's index; only lines that get something.
    pub shares: Vec<(u32, i64)>,
    /// What it takes off the freight.
    pub freight: i64,
}

/// A coupon that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its place in the list that came.
    pub index: usize,
    /// Why.
    pub code: Code,
    /// The amount that its threshold was compared with; zero when it did not come to that.
    pub base: i64,
    /// How much is missing to the threshold.
    pub shortfall: Option<i64>,
}

/// A coupon that a little more would make usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearby {
    /// Its place in the list that came.
    pub index: usize,
    /// How much is missing to its threshold.
    pub shortfall: i64,
    /// What would be saved with it, less what the coupons save that it would displace.
    pub saving: i64,
}

/// Why the choice is the best, in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// What is to be paid for lines and freight with the coupons chosen, without deposits paid before.
    pub payable: i64,
    /// No admissible combination pays less than this. Equal to `payable` when `proven`.
    pub at_least: i64,
    /// Whether the search has shown that nothing costs less. Ties are settled too, unless it also used up
    /// its budget of 100,000 decisions.
    pub proven: bool,
    /// Decisions that the search looked at.
    pub nodes: u64,
}
