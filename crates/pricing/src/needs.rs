//! What a rule needs beside an amount: pieces and different goods among the lines that it covers.

use crate::{cart::Cart, work::Work};
use domain::{Code, Sku};

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

    /// What these lines lack.
    pub(crate) fn lacking(self, cart: &Cart, work: &Work, lines: &[u32]) -> Self {
        if self.is_none() {
            return self;
        }
        let pieces = lines.iter().map(|line| work.lines[*line as usize].quantity).sum::<i64>();
        let goods = if self.goods > 1 { different(cart, work, lines) } else { i64::from(!lines.is_empty()) };
        Self { pieces: (self.pieces - pieces).max(0), goods: (self.goods - goods).max(0) }
    }

    /// Why a rule that lacks this is left.
    pub(crate) const fn code(self) -> Code {
        if self.pieces > 0 { Code::BelowQuantity } else { Code::BelowVariety }
    }
}

/// Rules know the names of their own goods alone, so these are told apart by the cart's.
fn different(cart: &Cart, work: &Work, lines: &[u32]) -> i64 {
    let sku = |line: &u32| &cart.lines[work.lines[*line as usize].place as usize].sku;
    let mut skus: Vec<&Sku> = lines.iter().map(sku).collect();
    skus.sort_unstable();
    skus.dedup();
    i64::try_from(skus.len()).unwrap_or(i64::MAX)
}
