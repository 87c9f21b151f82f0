//! Figures as data: what a kind says of its campaigns, each with its name, unit and words.

use super::{Campaign, Counters};
use crate::{Instant, time::Zone};
use serde_json::{Value, json};

/// One figure of a campaign, as `/stats` shows it.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Its stable name.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Its words.
    pub en: &'static str,
    /// Its words in Chinese.
    pub zh: &'static str,
    of: Of,
}

/// What figures are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number, never below zero.
    Count,
    /// Minor units of the shop's currency.
    Money,
    /// Hundredths of a percent; null where there is nothing to take a share of.
    BasisPoints,
    /// Counts by their reason, or by their payment method.
    ByWord,
}

#[derive(Debug, Clone, Copy)]
enum Of {
    Brought,
    Kept,
    Shown(fn(&Counters) -> Value),
    Timed(fn(&Campaign, &Counters, (&Zone, Instant)) -> Value),
}

impl Figure {
    /// A count, or an amount, that the campaign's orders bring: see [`super::CampaignKind::brings`].
    pub const fn brought(name: &'static str, unit: Unit, en: &'static str, zh: &'static str) -> Self {
        Self { name, unit, en, zh, of: Of::Brought }
    }
    /// A count, or an amount, that the kind counts with what it keeps beside orders, such as members.
    pub const fn kept(name: &'static str, unit: Unit, en: &'static str, zh: &'static str) -> Self {
        Self { name, unit, en, zh, of: Of::Kept }
    }
    /// One that is read off the campaign's counters.
    pub const fn shown(
        name: &'static str,
        unit: Unit,
        en: &'static str,
        zh: &'static str,
        of: fn(&Counters) -> Value,
    ) -> Self {
        Self { name, unit, en, zh, of: Of::Shown(of) }
    }
    /// One that is read off the campaign and its counters at a moment, by the shop's days.
    pub const fn timed(
        name: &'static str,
        unit: Unit,
        en: &'static str,
        zh: &'static str,
        of: fn(&Campaign, &Counters, (&Zone, Instant)) -> Value,
    ) -> Self {
        Self { name, unit, en, zh, of: Of::Timed(of) }
    }
    /// Whether the campaign's orders bring it.
    pub const fn is_brought(&self) -> bool {
        matches!(self.of, Of::Brought)
    }
    /// Whether the kind counts it with what it keeps beside orders.
    pub const fn is_kept(&self) -> bool {
        matches!(self.of, Of::Kept)
    }
    /// Its value now.
    pub fn value(&self, campaign: &Campaign, counters: &Counters, at: (&Zone, Instant)) -> Value {
        match self.of {
            Of::Brought | Of::Kept => json!(counters.brought(self.name)),
            Of::Shown(of) => of(counters),
            Of::Timed(of) => of(campaign, counters, at),
        }
    }
}

/// So many of a whole, in basis points; null of a whole of nothing.
pub fn share(part: i64, whole: i64) -> Value {
    json!(part.saturating_mul(10_000).checked_div(whole))
}
