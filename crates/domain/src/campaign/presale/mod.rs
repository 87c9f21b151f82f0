//! Presale: a deposit now, the balance later, in a flow of its own or merged with ordinary goods.
//!
//! `terms` is what the merchant fills in and `form` tells its fields, `price` what a line costs in each stage, `remind` when its
//! buyer hears of the balance. The order's side is [`crate::order::Presale`].

mod form;
mod multiplier;
pub mod price;
pub mod ranks;
pub mod remind;
mod terms;

pub use multiplier::Multiplier;
pub use price::LinePrice;
pub use ranks::Ranks;
pub use terms::{Gain, GainKind, Gift, Item, PresaleType, Terms, Window, warnings};

/// A presale campaign as it is in force at a moment.
pub type Live<'a> = super::Live<'a, Terms>;

impl super::KindTerms for Terms {
    fn of(terms: &super::Terms) -> Option<&Self> {
        terms.presale()
    }
}
