//! The prize table of a draw and what a number drawn on it gives (A-S2-15).
//!
//! Always holds: a prize is given at most as often as its stock, and at most as often as is released by then. What is
//! given depends on the number, on what was given before and on the moment, and on nothing else.

use crate::{prize::Prize, walk::walk, word::Words};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, num::NonZeroU64};

/// What the odds of a campaign sum to.
pub const ODDS_TOTAL: u64 = 1_000_000;

/// Prizes in the notice's order, and how one of them is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// How it is drawn.
    pub mode: Mode,
    /// What can be drawn.
    pub prizes: Vec<Prize>,
}

/// How a prize is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each play by the same odds; a prize that is gone falls to another that was named before.
    Odds,
    /// From tickets that are exactly the stock, each drawn once.
    Urn,
}

/// How many of each prize were given; an urn's tickets count when they are drawn, and stay drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Given(BTreeMap<String, u64>);

impl Given {
    /// How many of this one.
    pub fn of(&self, prize_id: &str) -> u64 {
        self.0.get(prize_id).copied().unwrap_or_default()
    }
    /// One more of it.
    pub fn add(&mut self, prize_id: &str) {
        match self.0.get_mut(prize_id) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(prize_id.to_owned(), 1)),
        }
    }
    /// How many in all.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl FromIterator<(String, u64)> for Given {
    fn from_iter<I: IntoIterator<Item = (String, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().collect())
    }
}

/// What a number gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Award<'t> {
    /// The prize on which the number fell.
    pub drawn: &'t Prize,
    /// The prize that is given: the same, or the first of its fallbacks that is there.
    pub prize: &'t Prize,
}

impl Table {
    /// The prize of that id.
    pub fn find(&self, prize_id: &str) -> Option<&Prize> {
        self.prizes.iter().find(|prize| prize.prize_id == prize_id)
    }

    /// The tickets of an urn before the first is drawn.
    pub fn tickets(&self) -> u64 {
        self.prizes.iter().filter_map(|prize| prize.stock).fold(0, u64::saturating_add)
    }

    /// What a number is drawn under: the sum of the odds, or the tickets left. `None` when nothing can be drawn.
    pub fn total(&self, given: &Given) -> Option<NonZeroU64> {
        let total = self.parts(given).fold(0_u64, u64::saturating_add);
        NonZeroU64::new(total)
    }

    /// What the number gives, at that moment; `None` when it lies beyond the total.
    pub fn award(&self, r: u64, given: &Given, at_ms: i64) -> Option<Award<'_>> {
        let drawn = &self.prizes[walk(r, self.parts(given))?];
        let prize = match self.mode {
            Mode::Urn => drawn,
            Mode::Odds => self.falls(drawn).find(|prize| is_there(prize, given, at_ms))?,
        };
        Some(Award { drawn, prize })
    }

    /// Draws for a chance: the number and what it gives. `None` when an urn is empty.
    pub fn draw(&self, words: &mut Words, given: &Given, at_ms: i64) -> Option<(u64, Award<'_>)> {
        let r = words.pick(self.total(given)?);
        self.award(r, given, at_ms).map(|award| (r, award))
    }

    /// A prize, what is given once it is gone, and so on. It ends, even where a table leads round in a circle.
    pub fn falls<'t>(&'t self, prize: &'t Prize) -> impl Iterator<Item = &'t Prize> {
        let next = |prize: &&'t Prize| self.find(prize.fallback.as_deref()?);
        std::iter::successors(Some(prize), next).take(self.prizes.len())
    }

    /// The parts that a number walks.
    fn parts(&self, given: &Given) -> impl Iterator<Item = u64> {
        let part = |prize: &Prize| match self.mode {
            Mode::Odds => prize.odds.map_or(0, u64::from),
            Mode::Urn => prize.stock.unwrap_or_default().saturating_sub(given.of(&prize.prize_id)),
        };
        self.prizes.iter().map(part)
    }
}

fn is_there(prize: &Prize, given: &Given, at_ms: i64) -> bool {
    prize.available(at_ms).is_none_or(|available| given.of(&prize.prize_id) < available)
}
