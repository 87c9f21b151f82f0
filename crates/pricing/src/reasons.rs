//! Who listens while a cart is priced: nobody, or the explanation. One evaluation serves both; where
//! nobody listens the compiler drops the talk.

use crate::{needs::Needs, quote::AdjustmentKind, work::Source};
use domain::Code;

/// Hears why things were left and what would have been near.
pub(crate) trait Watch {
    /// Whether anybody listens. Work that only serves the explanation asks this first.
    const ON: bool;
    /// Something was left.
    fn left(&mut self, left: Left);
    /// A little more would unlock a saving.
    fn near(&mut self, near: Near);
}

/// Nobody listens.
pub(crate) struct Silence;

impl Watch for Silence {
    const ON: bool = false;
    fn left(&mut self, _: Left) {}
    fn near(&mut self, _: Near) {}
}

/// Why something was left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub source: Source,
    pub kind: AdjustmentKind,
    pub code: Code,
    /// The line, where it is about one.
    pub line: Option<u32>,
    /// What its threshold was compared with.
    pub base: Option<i64>,
    pub shortfall: Option<i64>,
    /// Pieces and different goods that are missing.
    pub lacks: Needs,
}

impl Left {
    pub(crate) const fn new(source: Source, kind: AdjustmentKind, code: Code) -> Self {
        Self {
            source,
            kind,
            code,
            line: None,
            base: None,
            shortfall: None,
            lacks: Needs { pieces: 0, goods: 0 },
        }
    }
}

/// What a little more would unlock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Near {
    pub source: Source,
    pub kind: AdjustmentKind,
    /// What the threshold was compared with.
    pub base: i64,
    pub shortfall: i64,
    /// Pieces and different goods that are missing.
    pub lacks: Needs,
    pub saving: i64,
}

/// The explanation.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    pub left: Vec<Left>,
    pub near: Vec<Near>,
}

/// What is near at any base: 100 yuan.
const NEAR: i64 = 10_000;
/// Pieces that are near anyhow.
const PIECES: i64 = 5;
/// At most so many hints.
const HINTS: usize = 5;

impl Reasons {
    pub(crate) fn clear(&mut self) {
        self.left.clear();
        self.near.clear();
    }
}

impl Watch for &mut Reasons {
    const ON: bool = true;
    fn left(&mut self, left: Left) {
        self.left.push(left);
    }
    /// Keeps the nearest five, the smallest shortfall first, then the fewest pieces, then the larger saving, then the
    /// earlier candidate; nothing that would take more than the base again or, if that is more, 100 yuan; nor more than
    /// five pieces.
    fn near(&mut self, near: Near) {
        let is_far =
            near.shortfall > near.base.max(NEAR) || near.lacks.pieces > PIECES || near.lacks.goods > PIECES;
        if is_far || near.saving <= 0 {
            return;
        }
        let key = |of: &Near| (of.shortfall, of.lacks.pieces.max(of.lacks.goods), -of.saving);
        let farther = |known: &Near| key(known) > key(&near);
        let place = self.near.iter().position(farther).unwrap_or(self.near.len());
        if place < HINTS {
            self.near.truncate(HINTS - 1);
            self.near.insert(place, near);
        }
    }
}
