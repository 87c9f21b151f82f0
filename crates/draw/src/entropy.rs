//! What goes into a draw and neither side chooses: the payment channel's transaction id, and perhaps a public beacon's
//! randomness (A-S2-16).

use crate::{
    hash::Hash,
    text::{self, NotALine},
};
use std::fmt;

/// The entropy of a chance, as one line of text.
///
/// ```
/// use draw::Entropy;
///
/// let paid = Entropy::of_transaction("4200001156202108116220267523")?;
/// assert_eq!(paid.as_str(), "4200001156202108116220267523");
/// assert_eq!(Entropy::absent().as_str(), "");
/// assert!(Entropy::of_transaction("two\nlines").is_err());
/// # Ok::<(), draw::NotALine>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entropy(String);

impl Entropy {
    /// Of a payment whose transaction id is not known, where the campaign says `entropy: optional`: the empty text.
    pub const fn absent() -> Self {
        Self(String::new())
    }
    /// The payment channel's transaction id.
    pub fn of_transaction(id: &str) -> Result<Self, NotALine> {
        text::line(id).map(|id| Self(id.to_owned()))
    }
    /// With the randomness of the beacon's round behind it: a blank, then lower-case hexadecimal digits.
    #[must_use]
    pub fn with_beacon(&self, randomness: &Hash) -> Self {
        Self(format!("{} {randomness}", self.0))
    }
    /// The text that goes into the draw and into the chain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
