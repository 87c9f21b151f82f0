//! An amount of money, counted in minor units (fen).
//!
//! What always holds (A-G-4): the value is an exact `i64`; text goes in and comes out without a float.
//!
//! What it never does: wrap, round, or know a currency; so it has no `Display`, and whoever tells it to people must have
//! a [`crate::Currency`] to do it (A-G-12). Rounding lives in [`crate::Rate`].

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in minor units (fen), on the wire a JSON integer. Rule A-G-4.
///
/// The operators `+`, `-` and `sum()` panic when the result does not fit in an `i64`: amounts are bounded where
/// they enter, so an overflow is our mistake. Use the `checked_` functions on amounts not yet bounded.
///
/// ```
/// use money::{Currency, Money};
///
/// let price = Money::from_minor(12_34);
/// assert_eq!(Currency::CNY.digits(price), "12.34");
/// assert_eq!(Currency::CNY.digits(price - Money::from_minor(12_39)), "-0.05");
/// ```
///
/// A text without a currency does not compile (A-G-12):
///
/// ```compile_fail,E0277
/// let price = money::Money::from_minor(12_34);
/// assert_eq!(format!("{price}"), "12.34");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing at all: 0 fen.
    pub const ZERO: Money = Money(0);

    /// The amount of `minor` fen: `from_minor(550)` is 5.50 yuan.
    pub const fn from_minor(minor: i64) -> Money {
        Money(minor)
    }

    /// The amount in fen: 5.50 yuan is `550`.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// The difference, which may be negative, or `None` when it does not fit.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }

    /// The amount taken `times` times (a unit price by a quantity), or `None` when it does not fit.
    pub fn checked_mul(self, times: i64) -> Option<Money> {
        self.0.checked_mul(times).map(Money)
    }

    /// The amount with the other sign, or `None` for the one amount that has no opposite (`i64::MIN` fen).
    pub fn checked_neg(self) -> Option<Money> {
        self.0.checked_neg().map(Money)
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether the amount is exactly zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the amount is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum of all amounts, zero for none, or `None` as soon as a running sum does not fit.
    ///
    /// ```
    /// use money::Money;
    ///
    /// assert_eq!(Money::try_sum([Money::from_minor(1), Money::from_minor(2)]), Some(Money::from_minor(3)));
    /// assert_eq!(Money::try_sum([Money::from_minor(i64::MAX), Money::from_minor(1)]), None);
    /// ```
    pub fn try_sum(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
        amounts.into_iter().try_fold(Money::ZERO, Money::checked_add)
    }
}

/// Why a text is not an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseMoneyError {
    /// The text is empty.
    Empty,
    /// The text is not plain decimal: digits, at most one point with digits on both sides, at most a leading `-`.
    NotANumber,
    /// More than two digits follow the point, even if they are zeros: the writer meant another unit.
    TooManyDecimals,
    /// The amount does not fit in 64 bits of fen.
    OutOfRange,
}

impl fmt::Display for ParseMoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseMoneyError::Empty => "the amount is empty",
            ParseMoneyError::NotANumber => "the amount is not a decimal number such as 12.34",
            ParseMoneyError::TooManyDecimals => "the amount has more than two decimals",
            ParseMoneyError::OutOfRange => "the amount is too large",
        })
    }
}

impl std::error::Error for ParseMoneyError {}

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads decimal yuan exactly: `12`, `12.3`, `12.34`, `-0.05`. Refuses spaces, `+`, grouping and exponents.
    fn from_str(text: &str) -> Result<Money, ParseMoneyError> {
        if text.is_empty() {
            return Err(ParseMoneyError::Empty);
        }
        let (sign, size) = text.strip_prefix('-').map_or((1, text), |size| (-1, size));
        let (whole, decimals) = split_decimal(size).ok_or(ParseMoneyError::NotANumber)?;
        if decimals.len() > 2 {
            return Err(ParseMoneyError::TooManyDecimals);
        }
        // Padding the decimals to two digits turns yuan into fen without arithmetic.
        let minor: i128 =
            format!("{whole}{decimals:0<2}").parse().map_err(|_| ParseMoneyError::OutOfRange)?;
        i64::try_from(sign * minor).map(Money).map_err(|_| ParseMoneyError::OutOfRange)
    }
}

/// Cuts plain unsigned decimal text into the digits before and after the point (none when there is no point).
///
/// `None` when a side has no digit or holds anything but ASCII digits.
pub(crate) fn split_decimal(text: &str) -> Option<(&str, &str)> {
    let is_digits = |side: &str| !side.is_empty() && side.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, decimals)) => (is_digits(whole) && is_digits(decimals)).then_some((whole, decimals)),
        None => is_digits(text).then_some((text, "")),
    }
}

impl Add for Money {
    type Output = Money;
    /// Panics when the sum does not fit.
    fn add(self, other: Money) -> Money {
        self.checked_add(other).expect("amounts are bounded at the edge: a sum fits")
    }
}

impl Sub for Money {
    type Output = Money;
    /// Panics when the difference does not fit.
    fn sub(self, other: Money) -> Money {
        self.checked_sub(other).expect("amounts are bounded at the edge: a difference fits")
    }
}

impl Neg for Money {
    type Output = Money;
    /// Panics for `i64::MIN` fen.
    fn neg(self) -> Money {
        self.checked_neg().expect("amounts are bounded at the edge: an opposite fits")
    }
}

impl AddAssign for Money {
    /// Panics when the sum does not fit.
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    /// Panics when the difference does not fit.
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    /// Panics when a running sum does not fit; see [`Money::try_sum`].
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    /// Panics when a running sum does not fit; see [`Money::try_sum`].
    fn sum<I: Iterator<Item = &'a Money>>(amounts: I) -> Money {
        amounts.copied().sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Currency;

    /// A-G-4: the text forms of an amount.
    #[test]
    fn a_g_4_text_forms() {
        for (minor, full, label) in [
            (0, "0.00", "0"),
            (5, "0.05", "0.05"),
            (-5, "-0.05", "-0.05"),
            (500, "5.00", "5"),
            (550, "5.50", "5.5"),
            (555, "5.55", "5.55"),
            (-550, "-5.50", "-5.5"),
            (100_000, "1000.00", "1000"),
            (i64::MAX, "92233720368547758.07", "92233720368547758.07"),
            (i64::MIN, "-92233720368547758.08", "-92233720368547758.08"),
        ] {
            let amount = Money::from_minor(minor);
            assert_eq!(Currency::CNY.digits(amount), full);
            assert_eq!(full.parse(), Ok(amount));
            assert_eq!(label.parse(), Ok(amount));
        }
    }

    /// A-G-4: what is not an amount is refused by its case.
    #[test]
    fn a_g_4_parse_refusals() {
        use ParseMoneyError::{Empty, NotANumber, OutOfRange, TooManyDecimals};
        let huge = "9".repeat(60);
        for (text, case) in [
            ("", Empty),
            ("-", NotANumber),
            (".", NotANumber),
            ("12.", NotANumber),
            (".5", NotANumber),
            ("+1", NotANumber),
            ("--1", NotANumber),
            (" 1", NotANumber),
            ("1 ", NotANumber),
            ("1,000", NotANumber),
            ("1e2", NotANumber),
            ("1.2.3", NotANumber),
            ("1.-2", NotANumber),
            ("1.23x", NotANumber),
            ("١٢", NotANumber),
            ("NaN", NotANumber),
            ("1.234", TooManyDecimals),
            ("1.230", TooManyDecimals),
            ("92233720368547758.08", OutOfRange),
            ("-92233720368547758.09", OutOfRange),
            (huge.as_str(), OutOfRange),
        ] {
            assert_eq!(text.parse::<Money>(), Err(case), "{text:?}");
        }
        assert_eq!("-0".parse(), Ok(Money::ZERO));
        assert_eq!("007.1".parse(), Ok(Money(710)));
    }

    /// A-G-4: checked arithmetic answers `None` at the extremes of 64 bits.
    #[test]
    fn a_g_4_extremes_are_none() {
        let (low, high, one) = (Money(i64::MIN), Money(i64::MAX), Money(1));
        assert_eq!(high.checked_add(one), None);
        assert_eq!(low.checked_sub(one), None);
        assert_eq!(low.checked_mul(-1), None);
        assert_eq!(low.checked_neg(), None);
        assert_eq!(high.checked_neg(), Some(Money(-i64::MAX)));
        assert_eq!(Money::try_sum([high, one, low]), None);
        assert_eq!(Money::try_sum([]), Some(Money::ZERO));
    }

    /// A-G-4: an operator stops rather than wraps.
    #[test]
    #[should_panic(expected = "a sum fits")]
    fn a_g_4_operator_stops_on_overflow() {
        let _ = Money(i64::MAX) + Money(1);
    }

    /// A-G-4: on the wire an amount is an integer, and a fraction is refused.
    #[test]
    fn a_g_4_wire_is_an_integer() {
        assert_eq!(serde_json::to_string(&Money(-1234)).unwrap(), "-1234");
        assert_eq!(serde_json::from_str::<Money>("1234").unwrap(), Money(1234));
        assert!(serde_json::from_str::<Money>("12.34").is_err());
        assert!(serde_json::from_str::<Money>("\"12\"").is_err());
    }
}
