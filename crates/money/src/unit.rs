//! Splitting what was paid for a line over its units, for a refund of part of the quantity.
//!
//! What always holds (A-G-6): the refunds of a line sum exactly to what was paid once all units are back, however
//! the units were grouped, because each span is the difference of two cumulative amounts.
//!
//! What it never does: remember which units are refunded. The caller passes the count refunded before and after.

use crate::{Money, Rounding};

/// What units number `from + 1` to `to` (counted from 1) of a line bear of what was `paid` for all its
/// `quantity` units, in fen. Rule A-G-6.
///
/// It is `round_half_up(paid * to / quantity) - round_half_up(paid * from / quantity)`: with 1 unit refunded
/// before and 2 more now, `from` is 1 and `to` is 3. An empty span (`from == to`) bears zero.
///
/// `None` when the span is not of this line: `quantity` is zero, `from > to`, `to > quantity`, or `paid` is
/// negative.
///
/// ```
/// use money::{Money, unit_span};
///
/// let paid = Money::from_minor(10_00);
/// assert_eq!(unit_span(paid, 3, 0, 1), Some(Money::from_minor(3_33)));
/// assert_eq!(unit_span(paid, 3, 1, 3), Some(Money::from_minor(6_67)));
/// assert_eq!(unit_span(paid, 3, 3, 4), None);
/// ```
pub fn unit_span(paid: Money, quantity: u64, from: u64, to: u64) -> Option<Money> {
    if quantity == 0 || from > to || to > quantity || paid.is_negative() {
        return None;
    }
    // At most (2^63 - 1) * (2^64 - 1), which is under 2^127.
    let cumulative = |units: u64| {
        Rounding::HalfUp.divide(i128::from(paid.minor()) * i128::from(units), i128::from(quantity))
    };
    i64::try_from(cumulative(to) - cumulative(from)).ok().map(Money::from_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A-G-6: each unit in turn.
    #[test]
    fn a_g_6_units_in_turn() {
        for (paid, quantity, expected) in [
            (10_00, 3, &[3_33, 3_34, 3_33][..]),
            (1, 2, &[1, 0]),
            (2, 3, &[1, 0, 1]),
            (0, 2, &[0, 0]),
            (26_66, 1, &[26_66]),
            (5, 4, &[1, 2, 1, 1]),
        ] {
            let found: Vec<Option<Money>> = (0..quantity)
                .map(|before| unit_span(Money::from_minor(paid), quantity, before, before + 1))
                .collect();
            let expected: Vec<Option<Money>> =
                expected.iter().map(|&minor| Some(Money::from_minor(minor))).collect();
            assert_eq!(found, expected, "{paid} over {quantity}");
        }
    }

    /// A-G-6: what is not a span of the line has no amount.
    #[test]
    fn a_g_6_not_a_span() {
        for (paid, quantity, from, to) in [(100, 0, 0, 0), (100, 3, 2, 1), (100, 3, 0, 4), (-1, 3, 0, 1)] {
            assert_eq!(unit_span(Money::from_minor(paid), quantity, from, to), None);
        }
        assert_eq!(unit_span(Money::from_minor(100), 3, 2, 2), Some(Money::ZERO));
    }

    /// A-G-6: the extremes of 64 bits.
    #[test]
    fn a_g_6_extremes() {
        let most = Money::from_minor(i64::MAX);
        assert_eq!(unit_span(most, u64::MAX, 0, u64::MAX), Some(most));
        assert_eq!(unit_span(most, u64::MAX, 0, 1), Some(Money::ZERO));
        assert_eq!(unit_span(Money::from_minor(i64::MIN), u64::MAX, 0, 1), None);
    }
}
