//! Room to work in, kept between quotes.

use super::{Runs, Taken};
use crate::slots::{self, Slot};

/// Room of the layer of unit promotions.
#[derive(Debug, Default)]
pub(crate) struct UnitRoom {
    /// Units that served in none yet, at what they cost when the layer began.
    pub runs: Runs,
    /// Units at what they cost now, for a promotion that stacks.
    pub fresh: Runs,
    /// By line: the parts of a group that its units would do for.
    pub sets: Vec<u8>,
    /// Lines in scope.
    pub lines: Vec<u32>,
    pub bought: Vec<Taken>,
    pub given: Vec<Taken>,
    /// By line: what the units with the benefit cost, how many they are, what comes off.
    pub cuts: Vec<Cut>,
    pub groups: Vec<bool>,
    pub parts: Vec<i64>,
    pub slots: Vec<Slot>,
    pub split: slots::Scratch,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cut {
    pub line: u32,
    pub units: i64,
    pub base: i64,
    pub off: i64,
}
