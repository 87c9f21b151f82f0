//! What the lines of an order bear of its discount rows, where the platform has closed some of them.
//!
//! What always holds: a line bears its part of a discount whether it is closed or not, so that what comes off the lines
//! that stay is what they had been given (A-G-5); the part of a closed line goes with it, as its money does (A-G-16).

use crate::read::discounted;
use domain::pool::PoolLine;
use money::Money;

/// What comes off an order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Off {
    /// Off all lines.
    pub all: Money,
    /// What the platform has closed alone: off the closed lines, as far as they reach. It was of them, or of nothing.
    pub closed: Money,
}

/// Takes the discounts off; none where they are more than the lines.
pub(super) fn take_off(open: &mut [PoolLine], closed: &mut [PoolLine], off: Off) -> Option<()> {
    let of_closed = Money::try_sum(closed.iter().map(|line| line.amount))?;
    take(closed.iter_mut().collect(), off.closed.min(of_closed))?;
    take(open.iter_mut().chain(closed).collect(), off.all)
}

fn take(lines: Vec<&mut PoolLine>, off: Money) -> Option<()> {
    if off.is_zero() {
        return Some(());
    }
    let amounts: Vec<Money> = lines.iter().map(|line| line.amount).collect();
    for (line, left) in lines.into_iter().zip(discounted(&amounts, off)?) {
        line.amount = left;
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn lines(amounts: &[i64]) -> Vec<PoolLine> {
        let line = |&minor: &i64| PoolLine {
            sku: "tea".parse().unwrap(),
            quantity: 1,
            amount: Money::from_minor(minor),
        };
        amounts.iter().map(line).collect()
    }

    /// A-G-5, A-G-16: a closed line takes its part of a discount along; a closed discount is of closed lines alone.
    #[test]
    fn a_g_16_a_closed_line_takes_its_part_of_a_discount_along() {
        for (open, closed, all, of_closed, left) in [
            (&[100][..], &[300][..], 40, 0, Some(&[90][..])),
            (&[100, 200], &[], 30, 0, Some(&[90, 180])),
            (&[100], &[], 0, 40, Some(&[100])),
            (&[100], &[300], 0, 40, Some(&[100])),
            // What was free already bears nothing.
            (&[100], &[300], 40, 300, Some(&[60])),
            (&[100], &[300], 40, 900, Some(&[60])),
            (&[], &[100, 300], 40, 0, Some(&[])),
            (&[100], &[300], 400, 0, Some(&[0])),
            (&[100], &[300], 401, 0, None),
        ] {
            let (mut open, mut closed) = (lines(open), lines(closed));
            let off = Off { all: Money::from_minor(all), closed: Money::from_minor(of_closed) };
            let taken = take_off(&mut open, &mut closed, off);
            let found: Vec<i64> = open.iter().map(|line| line.amount.minor()).collect();
            assert_eq!(taken.map(|()| &found[..]), left, "{off:?}");
        }
    }
}
