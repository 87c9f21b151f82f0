//! What the files of an export leave uncertain, by file and shop (A-S4-25).

use super::bad::{BadCode, RowAt};
use domain::{
    Instant, OrderId, ShopId,
    pool::{Gap, GapOrder, Missing, Since},
};
use std::collections::BTreeMap;

/// What is not certain; without a shop it may be of any.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    by_file: BTreeMap<(usize, Option<ShopId>), Gap>,
}

impl Gaps {
    fn of(&mut self, at: RowAt, shop: Option<&ShopId>) -> &mut Gap {
        let gap = self.by_file.entry((at.file, shop.cloned()));
        gap.or_insert_with(|| Gap::new(String::new(), None))
    }

    /// A row that was left out, or that is in doubt.
    pub fn add_row(&mut self, at: RowAt, shop: Option<&ShopId>, code: BadCode, order: Option<&OrderId>) {
        self.of(at, shop).add_row(at.row, code.as_str(), order.cloned());
    }

    /// An order that is not certain.
    pub fn add_order(
        &mut self,
        at: RowAt,
        shop: Option<&ShopId>,
        order: &OrderId,
        since: Since,
        missing: Missing,
    ) {
        self.of(at, shop).add_order(order, since, missing);
    }

    /// The same with all that is known of when it counts.
    pub fn add(&mut self, at: RowAt, shop: Option<&ShopId>, order: &OrderId, known: GapOrder) {
        self.of(at, shop).add(order, known);
    }

    /// Something of which nobody knows the order.
    pub fn add_unnamed(&mut self, at: RowAt, shop: Option<&ShopId>, since: Since) {
        self.of(at, shop).add_unnamed(since);
    }

    /// The gaps with the names of their files, and when these were made.
    pub fn named(self, file: impl Fn(usize) -> (String, Option<Instant>)) -> Vec<(Option<ShopId>, Gap)> {
        let gaps = self.by_file.into_iter().map(|((index, shop), gap)| {
            let (source, as_of) = file(index);
            (shop, Gap { source, as_of, ..gap })
        });
        gaps.collect()
    }
}
