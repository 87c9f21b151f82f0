//! A cart's line in numbers: names are those that the rules gave them.

use crate::stacking::LineClass;

/// Levels of categories that a line may name.
pub(crate) const CATEGORIES: usize = 3;

/// A line. Lines stand in the order of their ids, so that the order in which they came
/// changes nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Its place in the cart.
    pub place: u32,
    pub sku: u32,
    pub class: LineClass,
    /// Of the categories those that a rule knows come first.
    pub categories: [u32; CATEGORIES],
    /// How many a rule knows.
    pub known: u8,
    pub quantity: i64,
    /// Minor units.
    pub unit: i64,
    /// `unit` times `quantity`.
    pub list: i64,
    /// The lowest price allowed for the line.
    pub floor: i64,
    /// Of its base, what is not to be paid now because it has been paid: a balance's deposit.
    pub held: i64,
}

impl Line {
    /// The categories that a rule knows.
    pub(crate) fn categories(&self) -> &[u32] {
        &self.categories[..usize::from(self.known)]
    }
}
