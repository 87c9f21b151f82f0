//! Loads what is no plain table, in the order of the keys.

use crate::tables::{OfShop, Tables};
use port::{Keys, Rows};

/// Answers every key.
pub fn load(tables: &Tables, keys: &Keys, rows: &mut Rows) {
    crate::pool::load(tables, &keys.pool, &mut rows.pool);
    let of = |shop| tables.shops.get(shop);
    for shop in &keys.shops {
        rows.shops.push((shop.clone(), of(shop).and_then(OfShop::row)));
    }
    for key in &keys.batches {
        let found = of(&key.0).and_then(|shop| shop.batches.get(&key.1).map(|record| shop.batch(record)));
        rows.batches.push((key.clone(), found));
    }
    for key in &keys.places {
        let found = of(&key.shop_id).map(|shop| crate::sprints::places(shop, key));
        rows.places.push((key.clone(), found.unwrap_or_default()));
    }
    for key in &keys.parked {
        let found = of(&key.0).map(|shop| shop.parked(&key.1).cloned().collect());
        rows.parked.push((key.clone(), found.unwrap_or_default()));
    }
}
