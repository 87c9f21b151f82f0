//! Rows that are missing of an order, and what they still say of its goods.

use super::bad::{BadCode, RowAt};
use money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A row that is missing of an order, or may be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lost {
    /// Where it is told: the row itself, or the row of a joined table that it leads to.
    pub at: RowAt,
    pub code: BadCode,
    /// Its file of lines, and its place among the rows there.
    pub file: usize,
    pub ordinal: u64,
    pub says: Says,
}

/// What can be read of the goods of a row that cannot be read as a whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Says {
    Nothing,
    Goods(Goods),
    /// Cells that may stand in other columns.
    Loose(BTreeSet<String>),
}

/// The goods of a line, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Goods {
    pub sku: String,
    pub units: Option<u64>,
    /// Of the line, or of one of its units.
    pub amount: Option<Money>,
}

impl Says {
    /// Whether the row may have said these goods, all of which is known.
    pub fn may_be(&self, goods: &Goods) -> bool {
        match self {
            Self::Nothing => false,
            Self::Goods(known) => {
                known.sku == goods.sku
                    && known.units.is_none_or(|units| goods.units == Some(units))
                    && known.amount.is_none_or(|amount| goods.amount == Some(amount))
            }
            Self::Loose(cells) => {
                let units = goods.units.map(|units| units.to_string());
                cells.contains(&goods.sku) && units.is_none_or(|units| cells.contains(&units))
            }
        }
    }
}
