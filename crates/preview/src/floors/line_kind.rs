//! What is tried of a floor's goods: a kind of line, and the amounts that carts with it come to.

use domain::{Sku, catalog::Category};

/// Categories that a line may be in, and amounts to reach with it, those that matter most first.
pub struct LineKind {
    pub categories: Vec<Category>,
    pub tries: Vec<Try>,
}

/// An amount to reach; 0 is a single unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Try {
    /// In minor units.
    pub spend: i64,
    /// With as many units as cost a multiple of it: an `every` tier takes off most there.
    pub whole: bool,
    /// With so many units at least.
    pub quantity: u64,
    /// With so many different goods, itself included; the others cost next to nothing.
    pub goods: usize,
    /// Other goods that count toward it.
    pub others: Vec<Sku>,
    /// Goods that must be bought beside it; they cost as much a unit.
    pub beside: Vec<Beside>,
}

/// Goods that must be bought beside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Beside {
    pub sku: Sku,
    pub category: Option<Category>,
    pub quantity: u64,
}

impl Try {
    /// Whether it is a single unit.
    pub const fn is_one(&self) -> bool {
        self.spend == 0 && self.quantity <= 1 && self.goods <= 1 && self.beside.is_empty()
    }
}
