//! A store whose writes of pooled orders wait for a test.

use domain::Instant;
use port::{Changes, Handing, Keys, Reader, Rows, Store, StoreError, Timer, Transaction, Work, Writers};
use std::sync::{Arc, Condvar, Mutex};
use store_memory::MemoryStore;

/// How many more writes may pass, without end at first, and how many wait.
#[derive(Clone)]
pub struct Gate(Arc<(Mutex<(u64, u64)>, Condvar)>);

impl Gate {
    pub fn open() -> Self {
        Self(Arc::new((Mutex::new((u64::MAX, 0)), Condvar::new())))
    }
    /// So many may pass from now on.
    pub fn let_pass(&self, writes: u64) {
        self.0.0.lock().unwrap().0 = writes;
        self.0.1.notify_all();
    }
    /// Returns when one waits.
    pub fn wait_for_write(&self) {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |(_, waiting)| *waiting == 0).unwrap());
    }
    fn pass(&self) {
        let mut state = self.0.0.lock().unwrap();
        state.1 += 1;
        self.0.1.notify_all();
        let mut state = self.0.1.wait_while(state, |(left, _)| *left == 0).unwrap();
        state.0 -= 1;
        state.1 -= 1;
    }
}

pub struct Gated {
    pub store: MemoryStore,
    pub gate: Gate,
}

impl Store for Gated {
    fn writers(&self) -> Writers {
        self.store.writers()
    }
    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        let gate = &self.gate;
        self.store.transact(&mut |open| work(&mut Waiting { open, gate }))
    }
    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        self.store.due_timers(until, limit)
    }
    fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
        self.store.next_due()
    }
    fn reader(&self) -> Arc<dyn Reader> {
        self.store.reader()
    }
}

struct Waiting<'a> {
    open: &'a mut dyn Transaction,
    gate: &'a Gate,
}

impl Transaction for Waiting<'_> {
    fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        self.open.load(keys, rows)
    }
    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        if !changes.pool.orders.is_empty() {
            self.gate.pass();
        }
        self.open.write(changes)
    }
    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, StoreError> {
        self.open.hand_over(messages)
    }
}
