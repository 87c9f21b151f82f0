//! Which endpoints and channels have a batch in flight.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What one batch occupies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// The endpoint with this URL.
    Endpoint(String),
    /// The channel of this name.
    Channel(String),
}

/// The occupied slots.
#[derive(Debug, Default)]
pub(super) struct Busy {
    slots: Mutex<BTreeSet<Slot>>,
    /// Notified each time a slot becomes free.
    pub(super) released: Notify,
}

impl Busy {
    /// The URLs of the endpoints in flight.
    pub(super) fn endpoints(&self) -> Vec<String> {
        self.slots()
            .iter()
            .filter_map(|slot| match slot {
                Slot::Endpoint(url) => Some(url.clone()),
                Slot::Channel(_) => None,
            })
            .collect()
    }

    /// The names of the channels in flight.
    pub(super) fn channels(&self) -> Vec<String> {
        self.slots()
            .iter()
            .filter_map(|slot| match slot {
                Slot::Channel(name) => Some(name.clone()),
                Slot::Endpoint(_) => None,
            })
            .collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots().is_empty()
    }

    /// Occupy `slot`, unless it is occupied or `limit` slots of its sort are.
    pub(super) fn claim(self: &Arc<Self>, slot: Slot, limit: usize) -> Option<Claim> {
        let mut slots = self.slots();
        let same_sort = slots
            .iter()
            .filter(|other| std::mem::discriminant(*other) == std::mem::discriminant(&slot))
            .count();
        (same_sort < limit && slots.insert(slot.clone())).then(|| Claim { busy: Arc::clone(self), slot })
    }

    fn slots(&self) -> MutexGuard<'_, BTreeSet<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An occupied slot; dropping it frees the slot, also when its batch panics or is aborted.
#[derive(Debug)]
pub(super) struct Claim {
    busy: Arc<Busy>,
    slot: Slot,
}

impl Claim {
    /// Do `work`, then free the slot.
    pub(super) async fn hold_while<T>(self, work: impl Future<Output = T>) -> T {
        let result = work.await;
        drop(self);
        result
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.busy.slots().remove(&self.slot);
        self.busy.released.notify_waiters();
    }
}
