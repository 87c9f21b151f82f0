//! Loads rows by their keys, in the order of the keys.

use crate::tables::Tables;
use port::{Keys, Rows};

/// Answers every key.
pub fn load(tables: &Tables, keys: &Keys, rows: &mut Rows) {
    crate::pool::load(tables, &keys.pool, &mut rows.pool);
    let of = |shop| tables.shops.get(shop);
    for shop in &keys.shops {
        rows.shops.push((shop.clone(), of(shop).and_then(super::tables::OfShop::row)));
    }
    for key in &keys.orders {
        let found = of(&key.0).and_then(|shop| shop.orders.get(&key.1));
        rows.orders.push((key.clone(), found.map(super::tables::StoredOrder::row)));
    }
    for key in &keys.coupons {
        rows.coupons.push((key.clone(), of(&key.0).and_then(|shop| shop.coupons.get(&key.1)).cloned()));
    }
    for key in &keys.standings {
        rows.standings.push((key.clone(), of(&key.0).and_then(|shop| shop.standings.get(&key.1)).cloned()));
    }
    for key in &keys.inbox {
        let (shop, source, event) = key;
        let found = of(shop).and_then(|shop| shop.inbox.get(&(source.clone(), event.clone())));
        rows.inbox.push((key.clone(), found.cloned()));
    }
    for key in &keys.parked {
        let found = of(&key.0).map(|shop| shop.parked(&key.1).cloned().collect());
        rows.parked.push((key.clone(), found.unwrap_or_default()));
    }
    for key in &keys.requests {
        rows.requests.push((key.clone(), of(&key.0).and_then(|shop| shop.requests.get(&key.1)).cloned()));
    }
    for key in &keys.batches {
        let found = of(&key.0).and_then(|shop| shop.batches.get(&key.1).map(|record| shop.batch(record)));
        rows.batches.push((key.clone(), found));
    }
    for key in &keys.batch_claims {
        let (shop, customer, batch) = key;
        let found = of(shop).and_then(|shop| shop.batch_claims.get(&(customer.clone(), batch.clone())));
        rows.batch_claims.push((key.clone(), found.copied()));
    }
    for key in &keys.codes {
        rows.codes.push((key.clone(), of(&key.0).and_then(|shop| shop.codes.get(&key.1)).cloned()));
    }
    for key in &keys.messages {
        rows.messages.push((key.clone(), of(&key.0).and_then(|shop| shop.messages.get(&key.1)).cloned()));
    }
}
