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
use std::sync::mpsc::{self, Sender};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Orders whose documents are worth a thread: to start one costs as much as a few dozen of them.
const MANY: usize = 1_024;
/// Orders whose documents are handed over at once.
const PIECE: usize = 512;

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
        let (send, made) = mpsc::channel();
        let orders = &changes.orders;
        let aside = beside(scope, orders, send);
        candidates::write(db, &changes.candidates)?;
        ranks::write(db, json, &changes.candidates)?;
        buyers::write(db, json, &changes.buyers)?;
        for some in orders.chunks(PIECE) {
            // Without the thread nobody sends.
            let documents = made.recv().unwrap_or_else(|_| Documents::of(some))?;
            orders::write(db, places, some, &documents)?;
        }
        aside.map_or(Ok(()), |aside| aside.join().map_err(|panic| resume_unwind(panic)))
    })
}

/// Writes documents on a thread of its own, piece by piece, while others are put into tables; none for a few, or where
/// the machine has no thread to give.
fn beside<'s>(
    scope: &'s Scope<'s, '_>,
    orders: &'s [Change<Box<PoolOrder>>],
    to: Sender<Result<Documents, StoreError>>,
) -> Option<ScopedJoinHandle<'s, ()>> {
    if orders.len() < MANY {
        return None;
    }
    let write = move || {
        for some in orders.chunks(PIECE) {
            if to.send(Documents::of(some)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("documents".into()).spawn_scoped(scope, write).ok()
}
