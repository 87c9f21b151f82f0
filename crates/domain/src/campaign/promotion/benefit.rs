//! A percentage off, exact to a hundredth of a percent.

use money::{Money, Rate, Rounding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// So many percent off. On the wire a number (`20`) or a text with up to two decimals (`"12.5"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PercentOff(u32);

impl PercentOff {
    /// From hundredths of a percent: 1 to 10,000; `None` outside.
    pub const fn from_basis_points(basis_points: u32) -> Option<Self> {
        if basis_points >= 1 && basis_points <= 10_000 { Some(Self(basis_points)) } else { None }
    }
    /// In hundredths of a percent.
    pub const fn basis_points(self) -> u32 {
        self.0
    }
    /// This part of an amount, rounded half up to the fen (A-G-4).
    pub fn of(self, amount: Money) -> Money {
        Rate::from_basis_points(self.0).times(amount, Rounding::HalfUp).unwrap_or(amount)
    }
    fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| (1..=5).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return None;
        }
        let hundredths: u32 = format!("{whole}{decimals:0<2}").parse().ok()?;
        Self::from_basis_points(hundredths)
    }
}

impl Serialize for PercentOff {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            return s.serialize_u32(self.0 / 100);
        }
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        s.serialize_str(text.trim_end_matches('0'))
    }
}

impl<'de> Deserialize<'de> for PercentOff {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Whole(u32),
            Text(String),
        }
        let wrong = || D::Error::custom("a percentage: a whole number 1 to 100, or a text such as \"12.5\"");
        match Wire::deserialize(d).map_err(|_| wrong())? {
            Wire::Whole(percent) => percent.checked_mul(100).and_then(Self::from_basis_points),
            Wire::Text(text) => Self::read(&text),
        }
        .ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_g_4_percentages_are_exact_and_round_half_up() {
        for (wire, points) in [("20", 2_000), ("\"12.5\"", 1_250), ("\"0.01\"", 1), ("100", 10_000)] {
            let percent: PercentOff = serde_json::from_str(wire).unwrap();
            assert_eq!(percent.basis_points(), points);
            assert_eq!(serde_json::to_string(&percent).unwrap(), wire);
        }
        for wrong in ["0", "101", "12.5", "\"\"", "\"1.234\"", "-1", "\"1e1\"", "null"] {
            assert!(serde_json::from_str::<PercentOff>(wrong).is_err(), "{wrong}");
        }
        let half = PercentOff::from_basis_points(5_000).unwrap();
        assert_eq!(half.of(Money::from_minor(3)), Money::from_minor(2));
    }
}
