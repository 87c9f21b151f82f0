//! Presale: a deposit now, the balance later, in a flow of its own or merged with ordinary goods.
//!
//! `terms` is what the merchant fills in, `price` what a line costs in each stage, `remind` when its
//! buyer hears of the balance. The order's side is [`crate::order::Presale`].

pub mod price;
pub mod ranks;
pub mod remind;
mod terms;

pub use price::LinePrice;
pub use ranks::Ranks;
pub use terms::{Gain, GainKind, Gift, Item, Multiplier, PresaleType, Terms, Window, warnings};

use super::{Campaign, Version};
use crate::Instant;

/// A presale campaign as it is in force at a moment, read out of its envelope (A-G-10).
#[derive(Clone, Copy)]
pub struct Live<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The version in question.
    pub version: &'a Version,
    /// Its number.
    pub number: u32,
    /// Its terms.
    pub terms: &'a Terms,
}

impl<'a> Live<'a> {
    /// The version of a published presale campaign that was in force at a moment.
    pub fn at(campaign: &'a Campaign, at: Instant) -> Option<Self> {
        Self::of_version(campaign, campaign.version_at(at)).filter(|_| campaign.published_at.is_some())
    }
    /// A certain version, as an order remembers it.
    pub fn of_version(campaign: &'a Campaign, number: u32) -> Option<Self> {
        let version = campaign.version(number)?;
        Some(Self { campaign, version, number, terms: version.terms.presale()? })
    }
}
