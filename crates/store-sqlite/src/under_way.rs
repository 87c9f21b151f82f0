//! The transaction under way: its connection, and what it remembers of the rows that it found. Dropped before it is
//! committed, by an error or a panic, it is rolled back.

use crate::cache::ShopCache;
use crate::error::Doing;
use crate::json::Json;
use crate::rest::Use;
use crate::{meta, pool};
use domain::{OrderId, ShopId};
use port::StoreError;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

/// Where the orders that were looked for lie.
pub type OrderPlaces = FxHashMap<(ShopId, OrderId), OrderPlace>;

/// Where an order lies, and what of its row has an index that costs every write that names it.
#[derive(Debug, Clone, Copy)]
pub struct OrderPlace {
    /// Its row id.
    pub id: i64,
    /// Of how many payments something has to go back, as it is stored; `None` where that was not looked at.
    pub to_return: Option<i64>,
}

/// The open transaction of the one writer.
pub struct Open<'s> {
    pub db: &'s Connection,
    pub shops: &'s mut ShopCache,
    pub json: &'s mut Json,
    pub orders: OrderPlaces,
    pub pooled: pool::Places,
    /// A write that broke off; it may not be committed, whatever the work answers.
    pub failed: Option<StoreError>,
    pub rows: usize,
    /// Rows that the connection had changed before.
    changes: u64,
    committed: bool,
}

impl<'s> Open<'s> {
    /// A transaction that has been begun.
    pub fn new(db: &'s Connection, shops: &'s mut ShopCache, json: &'s mut Json) -> Self {
        Self {
            db,
            shops,
            json,
            orders: OrderPlaces::default(),
            pooled: pool::Places::default(),
            failed: None,
            rows: 0,
            changes: db.total_changes(),
            committed: false,
        }
    }

    /// Commits what was written, if everything went well, and counts the commit; about how many rows that were.
    pub fn commit(mut self, worked: Result<(), StoreError>, using: &mut Use) -> Result<usize, StoreError> {
        worked?;
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let is_changed = self.db.total_changes() != self.changes;
        if is_changed {
            meta::count(self.db, using.next())?;
        }
        let mut commit = self.db.prepare_cached("COMMIT").doing("committing")?;
        commit.execute([]).doing("committing")?;
        self.committed = true;
        if is_changed {
            using.committed();
        }
        Ok(self.rows)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        self.shops.clear();
        // On some errors, a full disk for one, SQLite has rolled back by itself.
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}
