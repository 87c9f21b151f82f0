//! How often each shop's rules have changed since the program started: tells readers that what they
//! have compiled is stale.

use domain::ShopId;
use rustc_hash::FxHashMap;
use std::sync::{PoisonError, RwLock};

/// A number a shop, raised after each commit that changed its settings or campaigns and before the
/// change is answered.
#[derive(Debug, Default)]
pub struct Generations(RwLock<FxHashMap<ShopId, u64>>);

impl Generations {
    /// The shop's number now.
    pub fn of(&self, shop: &ShopId) -> u64 {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(shop).copied().unwrap_or_default()
    }
    /// The shops' rules have changed.
    pub fn raise(&self, shops: &[ShopId]) {
        if shops.is_empty() {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for shop in shops {
            *known.entry(shop.clone()).or_default() += 1;
        }
    }
}
