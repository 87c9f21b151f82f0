//! A transaction under way. Dropped before it is committed, by an error or a panic, it is rolled back.

use crate::cache::ShopCache;
use crate::error::Doing;
use crate::json::Json;
use crate::{arrivals, batches, ledger, messages, meta, orders, outbox, pool, shops};
use port::{Changes, Keys, Nouns, Rows, StoreError, Transaction, answered};
use rusqlite::Connection;

/// The open transaction of the one writer.
pub struct Open<'s> {
    pub db: &'s Connection,
    shops: &'s mut ShopCache,
    pub json: &'s mut Json,
    pub orders: orders::Places,
    pooled: pool::Places,
    /// A write that broke off; it may not be committed, whatever the work answers.
    failed: Option<StoreError>,
    rows: usize,
    committed: bool,
}

impl<'s> Open<'s> {
    /// A transaction that has been begun.
    pub fn new(db: &'s Connection, shops: &'s mut ShopCache, json: &'s mut Json) -> Self {
        Self {
            db,
            shops,
            json,
            orders: orders::Places::default(),
            pooled: pool::Places::default(),
            failed: None,
            rows: 0,
            committed: false,
        }
    }

    /// Commits what was written, if everything went well; about how many rows that were.
    pub fn commit(mut self, worked: Result<(), StoreError>) -> Result<usize, StoreError> {
        worked?;
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut commit = self.db.prepare_cached("COMMIT").doing("committing")?;
        commit.execute([]).doing("committing")?;
        self.committed = true;
        Ok(self.rows)
    }

    fn put(&mut self, changes: &Changes) -> Result<(), StoreError> {
        shops::write(self.db, self.json, changes)?;
        batches::write(self.db, self.json, changes)?;
        self.write_tables(changes)?;
        arrivals::write_parked(self.db, self.json, changes)?;
        ledger::write(self.db, &changes.entries)?;
        messages::queue(self.db, changes)?;
        outbox::write(self.db, changes)?;
        pool::write(self.db, self.json, &mut self.pooled, &changes.pool)?;
        shops::remove_webhooks(self.db, changes)?;
        if let Some(moment) = changes.sandbox_clock {
            meta::set_sandbox_clock(self.db, moment)?;
        }
        self.shops.follow(changes);
        self.rows += changes.orders.len()
            + changes.coupons.len()
            + changes.inbox.len()
            + changes.requests.len()
            + changes.codes.len()
            + changes.pool.orders.len()
            + changes.pool.candidates.len();
        Ok(())
    }
}

impl Transaction for Open<'_> {
    fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        let db = self.db;
        for shop in &keys.shops {
            rows.shops.push((shop.clone(), self.shops.load(db, shop)?));
        }
        rows.batches.extend(answered(&keys.batches, batches::load(db, &keys.batches)?));
        rows.parked.extend(answered(&keys.parked, arrivals::load_parked(db, &keys.parked)?));
        self.load_tables(keys, rows)?;
        pool::load(db, &mut self.pooled, &keys.pool, &mut rows.pool)
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let written = self.put(changes);
        if let Err(error) = &written {
            self.failed = Some(error.clone());
        }
        written
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
