//! Between counts, shares and basis points: every rounding stands here.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a count above 2^53 loses what no share shows; basis points are bounded before they are whole"
)]

/// All of a whole, in basis points.
pub const WHOLE_BP: i32 = 10_000;

/// A count as a float.
pub const fn float(count: u64) -> f64 {
    count as f64
}

/// A share given in basis points.
pub fn share(bp: u32) -> f64 {
    f64::from(bp) / f64::from(WHOLE_BP)
}

/// The whole basis points at or below, between -100 and 100 points.
pub fn below(share: f64) -> i32 {
    bounded((share * f64::from(WHOLE_BP)).floor())
}

/// The whole basis points at or above, between -100 and 100 points.
pub fn above(share: f64) -> i32 {
    bounded((share * f64::from(WHOLE_BP)).ceil())
}

/// The nearest basis points, halves away from zero.
pub fn nearest(share: f64) -> i32 {
    bounded((share * f64::from(WHOLE_BP)).round())
}

fn bounded(bp: f64) -> i32 {
    bp.clamp(f64::from(-WHOLE_BP), f64::from(WHOLE_BP)) as i32
}
