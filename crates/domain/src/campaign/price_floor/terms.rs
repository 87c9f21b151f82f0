//! The lowest prices that the merchant allows, whatever runs.

use crate::campaign::{
    check,
    terms::{Frame, KindTerms},
};
use crate::{Code, Sku, Violation, limits};
use money::Money;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::OnceLock};

/// Terms of a price floor. While it runs no promotion, coupon or subsidy sells a unit for less; of
/// several floors the highest holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// At most 20,000, each SKU once.
    pub floors: Vec<Floor>,
    #[serde(skip)]
    index: Index,
}

/// Floors by their SKU, made when the first is looked up. It says no more than the list, so all are equal.
#[derive(Debug, Clone, Default)]
struct Index(OnceLock<HashMap<Sku, Money>>);

impl Index {
    fn of(&self, floors: &[Floor]) -> &HashMap<Sku, Money> {
        self.0.get_or_init(|| floors.iter().map(|floor| (floor.sku.clone(), floor.floor)).collect())
    }
}

impl PartialEq for Index {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Index {}

impl From<Vec<Floor>> for Terms {
    fn from(floors: Vec<Floor>) -> Self {
        Self { floors, index: Index::default() }
    }
}

/// A SKU's lowest price, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The SKU.
    pub sku: Sku,
    /// No unit is sold for less.
    pub floor: Money,
    /// What a unit usually costs; with it `validate` looks for carts that would reach the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Money>,
}

impl Terms {
    /// The SKU's floor; the list is indexed once.
    pub fn floor_of(&self, sku: &Sku) -> Option<Money> {
        self.index.of(&self.floors).get(sku).copied()
    }
    fn check_terms(&self, found: &mut Vec<Violation>) {
        if self.floors.is_empty() || self.floors.len() > limits::SCOPE_SKUS {
            let message = format!("1 to {}", limits::SCOPE_SKUS);
            found.push(Violation::with("terms.floors", Code::OutOfRange, message));
        }
        let mut seen = std::collections::HashSet::new();
        for (index, floor) in self.floors.iter().enumerate() {
            if !seen.insert(&floor.sku) {
                found.push(Violation::new(format!("terms.floors[{index}].sku"), Code::Duplicate));
            }
            check::amount(&format!("terms.floors[{index}].floor"), floor.floor, 0, found);
            if let Some(price) = floor.list_price {
                check::amount(&format!("terms.floors[{index}].list_price"), price, 0, found);
            }
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "price_floor";

    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        check::period(frame.period, found);
    }
}
