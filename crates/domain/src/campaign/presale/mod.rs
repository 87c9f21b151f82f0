//! Presale: a deposit now, the balance later, in a flow of its own or merged with ordinary goods.
//!
//! `terms` is what the merchant fills in and `form` tells its fields, `price` what a line costs in each stage,
//! `remind` when its buyer hears of the balance. The order's side is [`crate::order::Presale`].

mod figures;
mod form;
pub mod price;
pub mod ranks;
mod react;
pub mod remind;
mod reminders;
mod terms;

pub use crate::{campaign::field::Multiplier, time::Window};
pub use price::LinePrice;
pub use ranks::Ranks;
pub use react::Kind;
pub use terms::{Gain, GainKind, Gift, Item, PresaleType, Terms};

/// A presale campaign as it is in force at a moment.
pub type Live<'a> = super::Live<'a, Terms>;
