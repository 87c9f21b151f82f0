//! What a transaction loads and writes: every table, in the order of their locking.

use crate::under_way::Open;
use crate::{arrivals, batches, centre, dispatches, ledger, meta, outbox, pool, shops, sprints, wallets};
use port::{Changes, Handing, Keys, Nouns, Rows, StoreError, Transaction, answered};

impl Open<'_> {
    fn put(&mut self, changes: &Changes) -> Result<(), StoreError> {
        shops::write(self.db, self.json, changes)?;
        wallets::write(self.db, self.json, changes)?;
        batches::write(self.db, self.json, changes)?;
        self.write_tables(changes)?;
        arrivals::write_parked(self.db, self.json, changes)?;
        ledger::write(self.db, &changes.entries)?;
        dispatches::queue(self.db, self.json, changes)?;
        if let Some(before) = changes.forget_early {
            centre::forget_early(self.db, before)?;
        }
        outbox::write(self.db, changes)?;
        sprints::add_happened(self.db, &changes.happened)?;
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
        if !keys.batches.is_empty() {
            rows.batches.extend(answered(&keys.batches, batches::load(db, &keys.batches)?));
        }
        if !keys.parked.is_empty() {
            rows.parked.extend(answered(&keys.parked, arrivals::load_parked(db, &keys.parked)?));
        }
        for key in &keys.places {
            rows.places.push((key.clone(), sprints::places(db, key)?));
        }
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

    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, StoreError> {
        dispatches::hand_over(self.db, messages).inspect_err(|error| self.failed = Some(error.clone()))
    }
}
