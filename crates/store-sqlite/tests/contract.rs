//! The `SQLite` store keeps the contract of all stores, and answers like the memory store.

#![allow(clippy::unwrap_used, reason = "tests")]

use port::{Reader, Store, StoreError, Timer, Work, Writers};
use proptest::prelude::*;
use std::sync::Arc;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use tempfile::TempDir;

/// A store with the folder that goes with it.
struct InFolder(SqliteStore, #[expect(dead_code, reason = "removed when this is dropped")] TempDir);

impl Store for InFolder {
    fn writers(&self) -> Writers {
        self.0.writers()
    }
    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        self.0.transact(work)
    }
    fn due_timers(&mut self, until: domain::Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        self.0.due_timers(until, limit)
    }
    fn next_due(&mut self) -> Result<Option<domain::Instant>, StoreError> {
        self.0.next_due()
    }
    fn reader(&self) -> Arc<dyn Reader> {
        self.0.reader()
    }
}

fn sqlite() -> Box<dyn Store> {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("test.db")).unwrap();
    Box::new(InFolder(store, folder))
}

testkit::store_contract!(sqlite);

proptest! {
    #![proptest_config(ProptestConfig { cases: testkit::seeds(48), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(batches in testkit::contract::random::batches()) {
        testkit::contract::random::same(&|| Box::new(MemoryStore::new()), &sqlite, &batches);
    }
}
