//! The presale pool: settings beside the shop, the orders that settle, and each run's ranking.

mod buyers;
mod candidates;
mod orders;
mod ranks;
mod settings;

pub use candidates::{candidate, walk};
pub use orders::{Places, exceptions, order, orders};
pub use ranks::rank;
pub use settings::{settings, sized};

use crate::json::Json;
use port::{PoolChanges, PoolKeys, PoolRows, StoreError};
use rusqlite::Connection;

/// Answers every key, table by table.
pub fn load(
    db: &Connection,
    places: &mut Places,
    keys: &PoolKeys,
    rows: &mut PoolRows,
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    answer(&mut rows.orders, &keys.orders, orders::load(db, &keys.orders, places)?);
    answer(&mut rows.candidates, &keys.candidates, candidates::load(db, &keys.candidates)?);
    answer(&mut rows.ranks, &keys.ranks, ranks::load(db, &keys.ranks)?);
    answer(&mut rows.buyers, &keys.buyers, buyers::load(db, &keys.buyers)?);
    for key in &keys.walks {
        rows.walks.push((key.clone(), candidates::walk(db, key)?));
    }
    for key in &keys.families {
        rows.families.push((key.clone(), orders::family(db, key, places)?));
    }
    for key in &keys.pages {
        rows.pages.push((key.clone(), orders::page(db, key, places)?));
    }
    Ok(())
}

fn answer<K: Clone, T>(rows: &mut Vec<(K, T)>, keys: &[K], found: Vec<T>) {
    rows.extend(keys.iter().cloned().zip(found));
}

/// Writes what a batch changed.
pub fn write(
    db: &Connection,
    json: &mut Json,
    places: &mut Places,
    changes: &PoolChanges,
) -> Result<(), StoreError> {
    settings::write(db, json, changes)?;
    orders::write(db, json, places, &changes.orders)?;
    candidates::write(db, &changes.candidates)?;
    ranks::write(db, &changes.candidates)?;
    buyers::write(db, json, &changes.buyers)
}
