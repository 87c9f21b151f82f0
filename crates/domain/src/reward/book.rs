//! What a campaign of rewards keeps: how many it gave, what was answered, and its draw.
//!
//! Always holds: what was given of a prize is at most its stock; the head stands for every play before it. The seed stands
//! here and in a store alone: no answer, log or export has it before the end. It is read and written with every play, so it
//! holds numbers alone; what was announced is in the [`Charter`](super::Charter).

use super::{
    secret::{find, hide},
    survey::Tallies,
};
use crate::Instant;
use draw::{Given, Hash, Seed, Standing};
use serde::{Deserialize, Serialize};

/// What a campaign of rewards keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// The secret of its draw.
    #[serde(serialize_with = "hide", deserialize_with = "find")]
    pub seed: Seed,
    /// Rewards that paid orders brought, whatever became of them.
    #[serde(default)]
    pub given: u64,
    /// Whether the campaign's figures tell where each of them stands: not of one that is older than these figures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
    /// Since when nothing new is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Instant>,
    /// When nothing new was given before, oldest first: the last [`RESTS`] times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests: Vec<Rest>,
    /// What was answered.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub tallies: Tallies,
    /// Its draw, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawing: Option<Drawing>,
}

/// Where a draw that was published stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Plays so far, what was given, and the chain's head.
    pub standing: Standing,
    /// How many of each prize their customers have seen: fewer than were given only from an urn, whose tickets are drawn
    /// before.
    #[serde(default)]
    pub shown: Given,
}

/// A round of the public beacon, verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Which.
    pub round: u64,
    /// What was signed, in hexadecimal digits.
    pub signature: String,
    /// SHA-256 of the signature.
    pub randomness: Hash,
}

/// A time in which a campaign rested, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Rest {
    pub from: Instant,
    pub until: Instant,
}

/// Rests that are remembered: payments are heard of late, but not that late.
const RESTS: usize = 100;

impl Book {
    /// Of a campaign that begins.
    pub fn new(seed: Seed) -> Self {
        Self {
            seed,
            given: 0,
            counted: true,
            paused_at: None,
            rests: Vec::new(),
            tallies: Tallies::default(),
            drawing: None,
        }
    }
    /// Whether nothing new was given for what was paid then.
    pub fn rested_at(&self, at: Instant) -> bool {
        let rests_since = self.paused_at.is_some_and(|since| at >= since);
        rests_since || self.rests.iter().any(|rest| rest.from <= at && at < rest.until)
    }
    /// When nothing new was given, oldest first, as far as is remembered; one that lasts has no end.
    pub fn rests(&self) -> impl Iterator<Item = (Instant, Option<Instant>)> {
        let over = self.rests.iter().map(|rest| (rest.from, Some(rest.until)));
        over.chain(self.paused_at.map(|since| (since, None)))
    }
    /// It rests from now on, or goes on. `false` where it did already.
    pub fn rest(&mut self, paused: bool, now: Instant) -> bool {
        match (paused, self.paused_at) {
            (true, None) => self.paused_at = Some(now),
            (false, Some(from)) => {
                self.paused_at = None;
                self.rests.push(Rest { from, until: now });
                if self.rests.len() > RESTS {
                    self.rests.remove(0);
                }
            }
            (true, Some(_)) | (false, None) => return false,
        }
        true
    }
}

fn is_empty(tallies: &Tallies) -> bool {
    *tallies == Tallies::default()
}
