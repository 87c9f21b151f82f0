//! What every kind of campaign has.

use super::kinds::Terms;

/// Terms of a kind of campaign.
pub trait KindTerms: Sized {
    /// These of all terms; `None` where they are another kind's.
    fn of(terms: &Terms) -> Option<&Self>;
}
