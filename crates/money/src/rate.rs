//! An exact rate, and the rounding that turns a rate of an amount into whole fen.
//!
//! What always holds (A-G-4): a rate is a non-negative fraction in lowest terms, so equal rates are equal values;
//! a product is exact in 128 bits and rounded once, at the end.
//!
//! What it never does: pick a rounding by itself, go negative, or pass through a float.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::Money;
use crate::amount::split_decimal;

const BASIS_POINTS: u64 = 10_000;

/// How a fraction of a fen becomes a whole fen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// Towards negative infinity: 2.5 is 2, -2.5 is -3.
    Floor,
    /// Towards positive infinity: 2.5 is 3, -2.5 is -2.
    Ceil,
    /// To the nearest, a half away from zero: 2.5 is 3, -2.5 is -3.
    HalfUp,
    /// To the nearest, a half to the even neighbour: 2.5 is 2, 3.5 is 4, -2.5 is -2.
    HalfEven,
}

impl Rounding {
    /// `num / den` in whole units. `den` must be in `1..=2^64`, so that twice a remainder fits.
    pub(crate) fn divide(self, num: i128, den: i128) -> i128 {
        debug_assert!(den > 0, "a denominator is positive");
        let (floor, rest) = (num.div_euclid(den), num.rem_euclid(den));
        let against_half = (2 * rest).cmp(&den);
        let goes_up = match self {
            Rounding::Floor => false,
            Rounding::Ceil => rest > 0,
            Rounding::HalfUp => against_half.is_gt() || (against_half.is_eq() && num > 0),
            Rounding::HalfEven => against_half.is_gt() || (against_half.is_eq() && floor % 2 != 0),
        };
        floor + i128::from(goes_up)
    }
}

/// An exact non-negative fraction, without a unit: paying 80 % of the price is 4/5. Rule A-G-4.
///
/// Rates compare by value: 8000 basis points equals 4/5.
///
/// ```
/// use money::{Money, Rate, Rounding};
///
/// let rate = Rate::from_basis_points(8_800);
/// assert_eq!(rate.times(Money::from_minor(99_99), Rounding::HalfUp), Some(Money::from_minor(87_99)));
/// assert!(rate < Rate::from_decimal("0.9")?);
/// # Ok::<(), money::ParseRateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    num: u64,
    den: u64,
}

impl Rate {
    /// 0/1: nothing of an amount.
    pub const ZERO: Rate = Rate { num: 0, den: 1 };
    /// 1/1: the whole amount.
    pub const ONE: Rate = Rate { num: 1, den: 1 };

    /// The fraction `num / den`, or `None` when `den` is zero.
    ///
    /// ```
    /// use money::Rate;
    ///
    /// assert_eq!(Rate::try_new(2, 6), Rate::try_new(1, 3));
    /// assert_eq!(Rate::try_new(1, 0), None);
    /// ```
    pub const fn try_new(num: u64, den: u64) -> Option<Rate> {
        if den == 0 { None } else { Some(Rate::reduced(num, den)) }
    }

    /// `basis_points / 10000`: 10000 is the whole, 250 is 2.5 %.
    pub const fn from_basis_points(basis_points: u32) -> Rate {
        // `u64::from` is not const; widening loses nothing.
        Rate::reduced(basis_points as u64, BASIS_POINTS)
    }

    /// Reads decimal text exactly: `3` is 3/1, `2.5` is 5/2, `0.88` is 22/25. The same as `text.parse()`.
    ///
    /// Refuses a sign, spaces, exponents, and what does not fit: see [`ParseRateError`].
    pub fn from_decimal(text: &str) -> Result<Rate, ParseRateError> {
        if text.is_empty() {
            return Err(ParseRateError::Empty);
        }
        let (whole, decimals) = split_decimal(text).ok_or(ParseRateError::NotANumber)?;
        // Zeros at the end say nothing about the value, so they do not count against the range.
        let decimals = decimals.trim_end_matches('0');
        let places = u32::try_from(decimals.len()).map_err(|_| ParseRateError::OutOfRange)?;
        let den = 10_u64.checked_pow(places).ok_or(ParseRateError::OutOfRange)?;
        let num = format!("{whole}{decimals}").parse().map_err(|_| ParseRateError::OutOfRange)?;
        Ok(Rate::reduced(num, den))
    }

    /// The number above the line, in lowest terms.
    pub const fn num(self) -> u64 {
        self.num
    }

    /// The number below the line, in lowest terms; never zero.
    pub const fn den(self) -> u64 {
        self.den
    }

    /// This rate of `amount`, rounded once to whole fen, or `None` when the result does not fit.
    ///
    /// ```
    /// use money::{Money, Rate, Rounding};
    ///
    /// let third = Rate::try_new(1, 3).ok_or("zero denominator")?;
    /// assert_eq!(third.times(Money::from_minor(10_00), Rounding::Floor), Some(Money::from_minor(3_33)));
    /// assert_eq!(third.times(Money::from_minor(10_00), Rounding::Ceil), Some(Money::from_minor(3_34)));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn times(self, amount: Money, rounding: Rounding) -> Option<Money> {
        // At most 2^63 * (2^64 - 1) in size, which is under 2^127.
        let product = i128::from(amount.minor()) * i128::from(self.num);
        let minor = rounding.divide(product, i128::from(self.den));
        i64::try_from(minor).ok().map(Money::from_minor)
    }

    const fn reduced(num: u64, den: u64) -> Rate {
        let (mut common, mut rest) = (den, num);
        while rest != 0 {
            (common, rest) = (rest, common % rest);
        }
        Rate { num: num / common, den: den / common }
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Rate) -> Ordering {
        let left = u128::from(self.num) * u128::from(other.den);
        let right = u128::from(other.num) * u128::from(self.den);
        left.cmp(&right)
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Rate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Rate {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Rate, ParseRateError> {
        Rate::from_decimal(text)
    }
}

/// Why a text is not a rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseRateError {
    /// The text is empty.
    Empty,
    /// The text is not plain unsigned decimal: digits, at most one point with digits on both sides.
    NotANumber,
    /// The digits do not fit in 64 bits, or there are more than 19 decimals.
    OutOfRange,
}

impl fmt::Display for ParseRateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseRateError::Empty => "the rate is empty",
            ParseRateError::NotANumber => "the rate is not a decimal number such as 2.5",
            ParseRateError::OutOfRange => "the rate has too many digits",
        })
    }
}

impl std::error::Error for ParseRateError {}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A-G-4: the four roundings around a half, on both sides of zero. Columns: floor, ceil, half up, half even.
    #[test]
    fn a_g_4_roundings() {
        use Rounding::{Ceil, Floor, HalfEven, HalfUp};
        let tenth = Rate::try_new(1, 10).unwrap();
        for (minor, expected) in [
            (0, [0, 0, 0, 0]),
            (20, [2, 2, 2, 2]),
            (24, [2, 3, 2, 2]),
            (25, [2, 3, 3, 2]),
            (26, [2, 3, 3, 3]),
            (35, [3, 4, 4, 4]),
            (-20, [-2, -2, -2, -2]),
            (-24, [-3, -2, -2, -2]),
            (-25, [-3, -2, -3, -2]),
            (-26, [-3, -2, -3, -3]),
            (-35, [-4, -3, -4, -4]),
        ] {
            let found = [Floor, Ceil, HalfUp, HalfEven]
                .map(|rounding| tenth.times(Money::from_minor(minor), rounding).unwrap().minor());
            assert_eq!(found, expected, "{minor} / 10");
        }
    }

    /// A-G-4: decimal text is read exactly and refused by its case.
    #[test]
    fn a_g_4_decimal_text() {
        use ParseRateError::{Empty, NotANumber, OutOfRange};
        for (text, expected) in [
            ("3", Ok((3, 1))),
            ("2.5", Ok((5, 2))),
            ("0.88", Ok((22, 25))),
            ("0.00", Ok((0, 1))),
            ("1.00000000000000000000000", Ok((1, 1))),
            ("0.0000000000000000001", Ok((1, 10_000_000_000_000_000_000))),
            ("0.00000000000000000001", Err(OutOfRange)),
            ("18446744073709551615", Ok((u64::MAX, 1))),
            ("18446744073709551616", Err(OutOfRange)),
            ("", Err(Empty)),
            ("-1", Err(NotANumber)),
            ("+1", Err(NotANumber)),
            ("1.", Err(NotANumber)),
            ("80%", Err(NotANumber)),
        ] {
            assert_eq!(text.parse::<Rate>().map(|rate| (rate.num(), rate.den())), expected, "{text:?}");
        }
    }

    /// A-G-4: rates are values in lowest terms and compare without loss.
    #[test]
    fn a_g_4_rates_compare_by_value() {
        assert_eq!(Rate::from_basis_points(10_000), Rate::ONE);
        assert_eq!(Rate::from_basis_points(0), Rate::ZERO);
        assert_eq!(Rate::from_basis_points(8_000), Rate::try_new(4, 5).unwrap());
        let just_under = Rate::try_new(u64::MAX - 2, u64::MAX - 1).unwrap();
        let nearer_one = Rate::try_new(u64::MAX - 1, u64::MAX).unwrap();
        assert!(just_under < nearer_one && nearer_one < Rate::ONE);
    }

    /// A-G-4: the extremes of 64 bits give an answer or `None`, never a panic.
    #[test]
    fn a_g_4_extremes_do_not_panic() {
        let (low, high) = (Money::from_minor(i64::MIN), Money::from_minor(i64::MAX));
        let (most, least) = (Rate::try_new(u64::MAX, 1).unwrap(), Rate::try_new(1, u64::MAX).unwrap());
        for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::HalfUp, Rounding::HalfEven] {
            assert_eq!(most.times(low, rounding), None);
            assert_eq!(most.times(high, rounding), None);
            assert_eq!(Rate::ONE.times(low, rounding), Some(low));
            assert!(least.times(low, rounding).is_some());
        }
    }
}
