//! Goods that terms name beside their scope.

use crate::line::Line;
use rustc_hash::FxHashSet;

/// Goods by the numbers of their SKUs and categories.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    pub skus: FxHashSet<u32>,
    pub categories: FxHashSet<u32>,
}

impl Named {
    pub(crate) fn name(&self, line: &Line) -> bool {
        self.skus.contains(&line.sku)
            || line.categories().iter().any(|category| self.categories.contains(category))
    }
}
