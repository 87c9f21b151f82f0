//! What is in store of a gift.

use serde::{Deserialize, Serialize};

/// Units of one gift SKU. What was given is kept of every SKU, so that counting can begin at any time; a SKU
/// that no operator put a quantity to never runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stock {
    /// What the operator put in, in all.
    pub quantity: u64,
    /// What has been added to orders and not come back (A-S4-15).
    pub given: u64,
}

impl Stock {
    /// The quantity of a SKU that is not counted.
    pub const UNCOUNTED: u64 = i64::MAX.unsigned_abs();

    /// Whether an operator put a quantity to it.
    pub const fn is_counted(self) -> bool {
        self.quantity != Self::UNCOUNTED
    }
    /// What can still be given.
    pub const fn left(self) -> u64 {
        self.quantity.saturating_sub(self.given)
    }
}
