//! Splitting one amount over lines: an order discount over the lines it touches.
//!
//! What always holds (A-G-5): shares plus `lost` equal the total, no share passes its cap, a line without weight
//! gets nothing, and the same input gives the same output.
//!
//! What it never does: recompute a split that is stored. After a refund the remaining lines keep their share
//! (A-G-7); the caller keeps the shares of order time.

use std::cmp::Reverse;
use std::fmt;

use crate::Money;

/// A split of a total over lines: `shares[i]` belongs to line `i`, `lost` found no place under the caps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Apportionment {
    /// One share a line, in the order of the weights; none is negative.
    pub shares: Vec<Money>,
    /// What could not be placed: zero unless the caps of the weighted lines sum to less than the total.
    pub lost: Money,
}

/// Why an amount cannot be split: the caller passed something that is not a discount over lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApportionError {
    /// There are not as many caps as weights.
    LengthMismatch {
        /// How many weights there are.
        weights: usize,
        /// How many caps there are.
        caps: usize,
    },
    /// The total is below zero.
    NegativeTotal,
    /// The weight of this line is below zero.
    NegativeWeight {
        /// The index of the first such line.
        line: usize,
    },
    /// The cap of this line is below zero.
    NegativeCap {
        /// The index of the first such line.
        line: usize,
    },
}

impl fmt::Display for ApportionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApportionError::LengthMismatch { weights, caps } => {
                write!(f, "{weights} weights but {caps} caps")
            }
            ApportionError::NegativeTotal => f.write_str("the total to split is negative"),
            ApportionError::NegativeWeight { line } => {
                write!(f, "the weight of line {line} is negative")
            }
            ApportionError::NegativeCap { line } => write!(f, "the cap of line {line} is negative"),
        }
    }
}

impl std::error::Error for ApportionError {}

/// Splits `total` over lines in proportion to `weights` (eligible amounts), under `caps` (payable amounts), all
/// in fen. Rule A-G-5.
///
/// One pass: every open line (weight and room under its cap) is offered the floor of its exact proportion; the
/// left-over fen go one each to the largest remainders, ties to the lowest index. So without a binding cap no
/// share is a whole fen away from its exact proportion. What a cap turns away is split again over the lines still
/// open, until all is placed or no line is open; the rest is `lost`. A zero total gives zero shares; when every
/// weight is zero, or there is no line, the whole total is lost.
///
/// Refuses with [`ApportionError`] a negative total, weight or cap, and lists of different length.
///
/// ```
/// use money::{Money, apportion};
///
/// let lines = [20_00, 30_00].map(Money::from_minor);
/// let caps = [1_00, 30_00].map(Money::from_minor);
/// let split = apportion(Money::from_minor(5_00), &lines, &caps)?;
/// assert_eq!(split.shares, [1_00, 4_00].map(Money::from_minor));
/// assert_eq!(split.lost, Money::ZERO);
/// # Ok::<(), money::ApportionError>(())
/// ```
pub fn apportion(total: Money, weights: &[Money], caps: &[Money]) -> Result<Apportionment, ApportionError> {
    check(total, weights, caps)?;
    let mut shares = vec![Money::ZERO; weights.len()];
    let mut left = total;
    // Terminates: a pass that leaves something has filled a line to its cap, and a full line is never open again.
    while left.is_positive() {
        let is_open = |line: &usize| weights[*line].is_positive() && shares[*line] < caps[*line];
        let open: Vec<usize> = (0..weights.len()).filter(is_open).collect();
        if open.is_empty() {
            break;
        }
        for (line, offer) in offers(left, weights, &open) {
            let granted = offer.min(caps[line] - shares[line]);
            shares[line] += granted;
            left -= granted;
        }
    }
    Ok(Apportionment { shares, lost: left })
}

fn check(total: Money, weights: &[Money], caps: &[Money]) -> Result<(), ApportionError> {
    if weights.len() != caps.len() {
        return Err(ApportionError::LengthMismatch { weights: weights.len(), caps: caps.len() });
    }
    if total.is_negative() {
        return Err(ApportionError::NegativeTotal);
    }
    if let Some(line) = weights.iter().position(|weight| weight.is_negative()) {
        return Err(ApportionError::NegativeWeight { line });
    }
    if let Some(line) = caps.iter().position(|cap| cap.is_negative()) {
        return Err(ApportionError::NegativeCap { line });
    }
    Ok(())
}

/// One pass without caps: `amount` over the `open` lines by largest remainder. The offers sum to `amount`.
fn offers(amount: Money, weights: &[Money], open: &[usize]) -> Vec<(usize, Money)> {
    let whole: i128 = open.iter().map(|&line| i128::from(weights[line].minor())).sum();
    let mut left_over = amount;
    let mut floors: Vec<(Reverse<i128>, usize, Money)> = Vec::with_capacity(open.len());
    for &line in open {
        // Under 2^126: both factors are non-negative 64-bit amounts.
        let product = i128::from(amount.minor()) * i128::from(weights[line].minor());
        let floor = i64::try_from(product / whole).expect("a share is at most the amount");
        left_over -= Money::from_minor(floor);
        floors.push((Reverse(product % whole), line, Money::from_minor(floor)));
    }
    floors.sort_unstable();
    let one = Money::from_minor(1);
    let mut offered = Vec::with_capacity(open.len());
    // The remainders sum to `left_over * whole` and each is under `whole`: there are fewer left-over fen than
    // lines with a remainder.
    for (_, line, floor) in floors {
        let extra = one.min(left_over);
        left_over -= extra;
        offered.push((line, floor + extra));
    }
    assert!(left_over.is_zero(), "fewer fen are left over than lines are open");
    offered
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fen(minor: &[i64]) -> Vec<Money> {
        minor.iter().copied().map(Money::from_minor).collect()
    }

    #[track_caller]
    fn check_split(total: i64, weights: &[i64], caps: &[i64], shares: &[i64], lost: i64) {
        let split = apportion(Money::from_minor(total), &fen(weights), &fen(caps)).unwrap();
        assert_eq!(split, Apportionment { shares: fen(shares), lost: Money::from_minor(lost) });
    }

    /// T31 (A-G-5): three lines of 30.00 with a coupon of 10.00 are paid 26.66, 26.67, 26.67.
    #[test]
    fn a_g_5_t31_equal_lines() {
        let lines = fen(&[30_00, 30_00, 30_00]);
        let split = apportion(Money::from_minor(10_00), &lines, &lines).unwrap();
        assert_eq!(split.shares, fen(&[3_34, 3_33, 3_33]));
        let paid: Vec<Money> = lines.iter().zip(&split.shares).map(|(line, share)| *line - *share).collect();
        assert_eq!(paid, fen(&[26_66, 26_67, 26_67]));
        assert_eq!(paid.iter().sum::<Money>(), Money::from_minor(80_00));
    }

    /// T31 (A-G-5): 19.99, 29.99 and 49.99 with a coupon of 5.00.
    #[test]
    fn a_g_5_t31_unequal_lines() {
        let lines = [19_99, 29_99, 49_99];
        check_split(5_00, &lines, &lines, &[1_00, 1_50, 2_50], 0);
    }

    /// A-G-5: one case a line.
    #[test]
    fn a_g_5_cases() {
        let free = [i64::MAX; 4];
        // Nothing to split, nobody to take it, nobody with a weight.
        check_split(0, &[1, 2], &free[..2], &[0, 0], 0);
        check_split(0, &[], &[], &[], 0);
        check_split(7, &[], &[], &[], 7);
        check_split(7, &[0, 0], &free[..2], &[0, 0], 7);
        // A line without weight gets nothing, even when something is lost.
        check_split(10, &[0, 5], &[100, 4], &[0, 4], 6);
        // Left-over fen: the documented [0.01, 0.01, 0.02], and ties to the lowest index.
        check_split(4, &[1, 1, 2], &free[..3], &[1, 1, 2], 0);
        check_split(1, &[5, 5, 5], &free[..3], &[1, 0, 0], 0);
        check_split(2, &[5, 5, 5], &free[..3], &[1, 1, 0], 0);
        // The largest remainder, not the first or the largest line: 1.2, 0.8 and 3.0.
        check_split(5, &[6, 4, 15], &free[..3], &[1, 1, 3], 0);
        // A cap turns 4 away, split 2 and 2 over the others.
        check_split(12, &[10, 10, 10], &[0, 100, 100], &[0, 6, 6], 0);
        check_split(12, &[10, 10, 10], &[100, 2, 100], &[5, 2, 5], 0);
        // The overflow fills a second line, whose overflow goes on to the last.
        check_split(30, &[10, 10, 10], &[2, 13, 100], &[2, 13, 15], 0);
        // Every line full: the rest is lost.
        check_split(30, &[10, 10, 10], &[2, 3, 4], &[2, 3, 4], 21);
        // A left-over fen that the cap of the first line turns away goes to the next.
        check_split(10, &[1, 1, 1], &[3, 9, 9], &[3, 4, 3], 0);
        // The extremes of 64 bits.
        check_split(i64::MAX, &[i64::MAX, i64::MAX], &free[..2], &[i64::MAX / 2 + 1, i64::MAX / 2], 0);
    }

    /// A-G-5: what is not a discount over lines is refused.
    #[test]
    fn a_g_5_refusals() {
        for (total, weights, caps, error) in [
            (1, &[1, 2][..], &[1][..], ApportionError::LengthMismatch { weights: 2, caps: 1 }),
            (-1, &[1], &[1], ApportionError::NegativeTotal),
            (1, &[1, -2], &[1, 1], ApportionError::NegativeWeight { line: 1 }),
            (1, &[1, 2], &[-1, 1], ApportionError::NegativeCap { line: 0 }),
            (0, &[i64::MIN], &[1], ApportionError::NegativeWeight { line: 0 }),
        ] {
            assert_eq!(apportion(Money::from_minor(total), &fen(weights), &fen(caps)), Err(error));
        }
    }
}
