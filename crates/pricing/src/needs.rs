//! What a rule needs beside an amount: pieces and different goods among the lines that it covers.

use domain::Code;

/// What is needed; 0 where nothing is. Of what a cart lacks, how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    pub pieces: i64,
    pub goods: i64,
}

impl Needs {
    pub(crate) fn of(min_quantity: Option<u64>, min_goods: Option<u64>) -> Self {
        let count = |least: Option<u64>| i64::try_from(least.unwrap_or(0)).unwrap_or(i64::MAX);
        Self { pieces: count(min_quantity), goods: count(min_goods) }
    }

    /// Whether nothing is needed, or nothing is lacking.
    pub(crate) const fn is_none(self) -> bool {
        self.pieces == 0 && self.goods == 0
    }

    /// Why a rule that lacks this is left.
    pub(crate) const fn code(self) -> Code {
        if self.pieces > 0 { Code::BelowQuantity } else { Code::BelowVariety }
    }
}
