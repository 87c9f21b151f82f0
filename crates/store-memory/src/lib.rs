//! The store in memory: the engine's port over ordered maps, for tests, simulation and replay.
//!
//! Always holds: a transaction that fails, or panics, leaves nothing, because every write notes how
//! it is taken back; readers see only what is committed; every list has the order of its keys, the
//! same as in `store-sqlite`. It never touches a disk.

mod delivery;
mod load;
mod nouns;
mod open;
mod orders;
mod page;
mod pool;
mod queues;
mod read;
mod sprints;
mod tables;
mod undo;
mod write;

use domain::Instant;
use open::Open;
use port::{
    Changes, Handing, Keys, Nouns, Reader, Rows, Store, StoreError, Timer, Transaction, Work, Writers,
};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tables::Tables;
use undo::Undo;

/// A store that lives as long as its last handle.
///
/// ```
/// use port::Store;
///
/// let mut store = store_memory::MemoryStore::new();
/// store.transact(&mut |_| Ok(())).unwrap();
/// assert_eq!(store.next_due().unwrap(), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Arc<RwLock<Tables>>,
    plays: Place,
}

/// Where a store says that it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// In this process, as it truly is.
    #[default]
    Here,
    /// On another machine.
    Elsewhere,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
    /// An empty store that plays one on another machine, for tests of what must hold there: its reads are waited
    /// for, and its clones are other writers.
    pub fn elsewhere() -> Self {
        Self { plays: Place::Elsewhere, ..Self::default() }
    }

    // A transaction that panics takes its writes back while it unwinds, so a poisoned lock guards
    // whole tables.
    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn lock(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn writers(&self) -> Writers {
        match self.plays {
            Place::Here => Writers::Sole,
            Place::Elsewhere => Writers::Several,
        }
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        let mut tables = self.lock();
        let mut open = Open { tables: &mut tables, undo: Undo::default(), failed: None };
        work(&mut open)?;
        if let Some(error) = open.failed.take() {
            return Err(error);
        }
        open.undo.keep();
        Ok(())
    }

    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        let tables = self.read();
        let due = tables.timers.iter().take_while(|timer| timer.due_at <= until);
        Ok(due.take(limit).cloned().collect())
    }

    fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
        Ok(self.read().timers.first().map(|timer| timer.due_at))
    }

    fn reader(&self) -> Arc<dyn Reader> {
        Arc::new(self.clone())
    }
}

impl Transaction for Open<'_> {
    fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        load::load(self.tables, keys, rows);
        self.load_tables(keys, rows)
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let written = write::write(self, changes);
        if let Err(error) = &written {
            self.failed = Some(error.clone());
        }
        written
    }

    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, StoreError> {
        Ok(write::hand_over(self, messages))
    }
}
