//! A sentence that may name amounts, which are told once the currency is known (A-G-12).
//!
//! Always holds: an amount becomes text with its currency and that currency's decimals, or as so many minor units where
//! nobody knows the currency. Neither amounts nor sentences have `Display`, so the compiler finds whoever would tell an
//! amount without.

use money::{Currency, Money};

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words, as they stand.
    Words(String),
    /// An amount, in minor units.
    Amount(Money),
}

/// Words and amounts, in their order.
///
/// ```
/// use domain::sentence;
/// use money::{Currency, Money};
///
/// let left = sentence![Money::from_minor(900), " is left to refund"];
/// let yen = Currency::find("JPY").unwrap();
/// assert_eq!(left.text(yen), "900 JPY is left to refund");
/// assert_eq!(left.text(Currency::CNY), "9.00 CNY is left to refund");
/// assert_eq!(left.in_minor_units(), "900 minor units is left to refund");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

/// A [`Sentence`] of words and amounts, one after the other.
#[macro_export]
macro_rules! sentence {
    ($($piece:expr),+ $(,)?) => {
        $crate::Sentence::of([$($crate::Piece::from($piece)),+])
    };
}

impl Sentence {
    /// One of these pieces.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self(pieces.into_iter().collect())
    }
    /// With another behind it.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
    /// The text for people, amounts in that currency.
    pub fn text(&self, currency: Currency) -> String {
        self.told(|amount| currency.text(amount))
    }
    /// The text where nobody knows the currency, or amounts are told already: those that are not are so many minor
    /// units, which is true in any.
    pub fn in_minor_units(&self) -> String {
        self.told(|amount| format!("{} minor units", amount.minor()))
    }
    /// The same with its amounts told in that currency, in words.
    #[must_use]
    pub fn told_in(&self, currency: Currency) -> Self {
        self.text(currency).into()
    }
    fn told(&self, tell: impl Fn(Money) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Amount(amount) => tell(*amount),
        });
        pieces.collect()
    }
}

impl From<Money> for Piece {
    fn from(amount: Money) -> Self {
        Self::Amount(amount)
    }
}
impl From<&str> for Piece {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}
impl From<String> for Piece {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}
impl From<&String> for Piece {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}
impl From<&str> for Sentence {
    fn from(words: &str) -> Self {
        sentence![words]
    }
}
impl From<String> for Sentence {
    fn from(words: String) -> Self {
        sentence![words]
    }
}

/// How a sentence stands in a document: its text.
pub(crate) mod document {
    use super::Sentence;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(sentence: &Sentence, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&sentence.in_minor_units())
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sentence, D::Error> {
        String::deserialize(deserializer).map(Sentence::from)
    }
}
