//! Goods that come along (赠品促销): with main items, or out of a pool.

use crate::campaign::{
    check,
    terms::{Frame, KindTerms},
};
use crate::{Code, Sku, Violation, limits};
use serde::{Deserialize, Serialize};

/// Terms of a gift promotion. The campaign's scope is not used: `main_skus` is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Buying one of these earns the gifts.
    pub main_skus: Vec<Sku>,
    /// What is given: all of it with main items (主赠), one of it from a pool (赠品池).
    pub gifts: Vec<Gift>,
    /// A pool, out of which the customer takes one gift an order.
    #[serde(default)]
    pub pool: bool,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
}

/// So many of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Gift {
    pub sku: Sku,
    pub quantity: u64,
}

impl Terms {
    /// Appends everything that breaks a rule in the terms themselves.
    pub fn check_terms(&self, found: &mut Vec<Violation>) {
        let mut count = |field: &str, n: usize, most: usize| {
            if n == 0 || n > most {
                found.push(Violation::with(field, Code::OutOfRange, format!("1 to {most}")));
            }
        };
        count("terms.main_skus", self.main_skus.len(), limits::SCOPE_SKUS);
        count("terms.gifts", self.gifts.len(), limits::GIFTS);
        for (index, gift) in self.gifts.iter().enumerate() {
            check::units(&format!("terms.gifts[{index}].quantity"), gift.quantity, found);
        }
        check::segments(&self.segments, found);
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "gift_promotion";

    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        check::period(frame.period, found);
    }
}
