//! One run of a gift strategy: how far its ranking is decided, and what it waits for.

use super::{GiftStrategy, RankKey};
use crate::{Code, GiftStrategyId, Instant};
use serde::{Deserialize, Serialize};

const MICROS: i64 = 1_000_000;

/// The last second of which every order has been downloaded when the download has come `through` that
/// moment (A-S4-6). Platforms tell times to the second: a whole second is covered, a begun one is not.
pub fn covered_second(through: Instant) -> i64 {
    let second = through.micros().div_euclid(MICROS);
    if through.micros().rem_euclid(MICROS) == 0 { second } else { second - 1 }
}

/// Whether every order before a moment has been downloaded when the download has come `through` another: a day is whole
/// with its last second, 23:59:59 (A-G-3, A-S4-6).
pub fn is_covered_before(moment: Instant, through: Instant) -> bool {
    covered_second(through) >= (moment.micros() - 1).div_euclid(MICROS)
}

/// Why a run stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// `pool_incomplete`, or `group_undecided` when another strategy of its group goes first.
    pub code: Code,
    /// The download must come through this moment, or far enough to be sure of the first N.
    pub needs_through: Instant,
    /// Orders ranked for certain so far.
    pub certain: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The strategy.
    pub strategy_id: GiftStrategyId,
    /// Its number within the shop; candidates lie under it. Never used again.
    pub number: u64,
    /// The strategy's version by which orders enter.
    pub version: u32,
    /// The oldest version that orders of it may go by, where it has gone on to another (A-S4-22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<u32>,
    /// When its moment came: of activation (S4-R05), or of the first order of other timings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Instant>,
    /// Whether ranks may be given out before the download has come through: an operator said so.
    #[serde(default)]
    pub overridden: bool,
    /// Whether the first look was taken: the ranked period was covered, or the first N were certain.
    #[serde(default)]
    pub started: bool,
    /// Candidates up to here have been walked over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<RankKey>,
    /// Places counted up to there.
    #[serde(default)]
    pub walked: u64,
    /// Whether there is nothing left to walk: N places are counted, or all candidates were seen.
    #[serde(default)]
    pub finished: bool,
    /// The last place that was decided, by a walk or singly: up to it ranks are frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_to: Option<RankKey>,
    /// Candidates there are.
    #[serde(default)]
    pub candidates: u64,
    /// Gifts given and not taken back.
    #[serde(default)]
    pub given: u64,
    /// Why it stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// When it is to be walked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Instant>,
}

impl Run {
    /// A new run.
    pub fn new(strategy: GiftStrategyId, number: u64, version: u32) -> Self {
        Self {
            strategy_id: strategy,
            number,
            version,
            oldest: None,
            opened_at: None,
            overridden: false,
            started: false,
            cursor: None,
            walked: 0,
            finished: false,
            frozen_to: None,
            candidates: 0,
            given: 0,
            waits: None,
            wake_at: None,
        }
    }

    /// The oldest version that orders of it may go by.
    pub fn oldest_version(&self) -> u32 {
        self.oldest.unwrap_or(self.version)
    }

    /// Goes on to another version: who has entered keeps theirs, who enters later goes by it (A-S4-22).
    #[must_use]
    pub fn goes_on_by(self, version: u32) -> Self {
        let oldest = (self.candidates > 0).then(|| self.oldest_version());
        Self { version, oldest, ..self }
    }

    /// Whether the place lies in the frozen part: nothing new may enter there (A-S4-7), and what leaves
    /// keeps its slot (A-S4-8).
    pub fn is_frozen(&self, key: &RankKey) -> bool {
        self.frozen_to.as_ref().is_some_and(|frozen| key <= frozen)
    }

    /// Freezes up to a place.
    pub fn freeze(&mut self, key: &RankKey) {
        if !self.is_frozen(key) {
            self.frozen_to = Some(key.clone());
        }
    }

    /// Whether a walk has gone past the place.
    pub fn has_walked(&self, key: &RankKey) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| key <= cursor)
    }

    /// Whether the first N are all counted, and this place comes after them.
    pub fn is_beyond(&self, strategy: &GiftStrategy, key: &RankKey) -> bool {
        strategy.first_n.is_some_and(|n| self.walked >= n) && self.finished && !self.has_walked(key)
    }

    /// The last second whose ranks are certain; `None` when none is.
    pub fn certain_through(&self, watermark: Option<Instant>) -> Option<i64> {
        if self.overridden { Some(i64::MAX) } else { watermark.map(covered_second) }
    }

    /// Whether places up to that second are certain.
    pub fn is_certain(&self, key: &RankKey, watermark: Option<Instant>) -> bool {
        self.certain_through(watermark).is_some_and(|second| key.second <= second)
    }

    /// The end of the period that is ranked when the activation time comes (A-S4-6): what lies behind it
    /// is ranked as it happens.
    pub fn cut_off(strategy: &GiftStrategy, activation_at: Instant) -> Instant {
        strategy.activity.ends_at.min(activation_at)
    }

    /// Takes the first look, or says what is missing: the download must cover the ranked period, or the
    /// first N must be certain. `certain` counts the places in covered seconds.
    pub fn start(
        &mut self,
        strategy: &GiftStrategy,
        cut_off: Instant,
        watermark: Option<Instant>,
        certain: u64,
    ) {
        let enough = strategy.first_n.is_none_or(|n| certain >= n);
        let covered = self.overridden || watermark.is_some_and(|through| is_covered_before(cut_off, through));
        if enough || covered {
            (self.started, self.waits) = (true, None);
        } else {
            self.waits = Some(Waits { code: Code::PoolIncomplete, needs_through: cut_off, certain });
        }
    }
}
