//! The presale pool: settings beside the shop, the orders that settle, and each run's ranking.

mod buyers;
mod candidates;
mod orders;
mod rankings;
mod ranks;
mod settings;

pub use candidates::{candidate, walk};
pub use orders::{Places, columns, exceptions, order, orders};
pub use ranks::rank;
pub use settings::{settings, sized};

use crate::json::{Documents, Json};
use domain::pool::PoolOrder;
use port::{Change, PoolChanges, PoolKeys, PoolRows, StoreError};
use rusqlite::Connection;
use std::panic::resume_unwind;
use std::thread::{self, Scope, ScopedJoinHandle};

/// Orders whose documents are worth a thread: to start one costs as much as a few dozen of them.
const MANY: usize = 1_024;

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
    thread::scope(|scope| {
        let orders = &changes.orders;
        // Meanwhile the other tables are written.
        let aside = if orders.len() < MANY { None } else { beside(scope, orders) };
        candidates::write(db, &changes.candidates)?;
        ranks::write(db, json, &changes.candidates)?;
        buyers::write(db, json, &changes.buyers)?;
        let documents = match aside {
            Some(aside) => aside.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => Documents::of(orders),
        };
        orders::write(db, places, orders, &documents?)
    })
}

/// Writes documents on a thread of its own; none where the machine has none to give.
fn beside<'s>(
    scope: &'s Scope<'s, '_>,
    orders: &'s [Change<PoolOrder>],
) -> Option<ScopedJoinHandle<'s, Result<Documents, StoreError>>> {
    thread::Builder::new().name("documents".into()).spawn_scoped(scope, || Documents::of(orders)).ok()
}
