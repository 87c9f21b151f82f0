//! Which receivers and channels have a batch in flight, and how many there may be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::queue::{Due, Receiver};

/// How many receivers are served at once.
pub const MAX_RECEIVERS: usize = 128;
/// Of these at most so many that have been failing: most of them hold their slot for as long as an attempt may last.
pub const MAX_FAILING: usize = 32;
/// How many channels are in flight at once.
pub const MAX_CHANNELS: usize = 16;
/// How many receivers of one shop are served at once, where nobody says otherwise.
pub const SHOP_SLOTS: usize = 4;

/// What one batch occupies.
#[derive(Debug, Clone)]
enum Slot {
    Receiver(Receiver),
    Channel(String),
}

#[derive(Debug, Default)]
struct Occupied {
    /// With their failures when the batch began.
    receivers: BTreeMap<Receiver, u32>,
    channels: BTreeSet<String>,
}

impl Occupied {
    fn failing(&self) -> usize {
        self.receivers.values().filter(|failures| **failures > 0).count()
    }
}

/// The occupied slots.
#[derive(Debug)]
pub(super) struct Busy {
    slots: Mutex<Occupied>,
    /// Receivers of one shop at most.
    pub(super) of_shop: usize,
    /// Notified each time a slot becomes free.
    pub(super) released: Notify,
}

/// The slots that are free.
#[derive(Debug)]
pub(super) struct Free {
    pub(super) receivers: usize,
    pub(super) failing: usize,
    pub(super) busy: Vec<Receiver>,
}

impl Busy {
    pub(super) fn new(of_shop: usize) -> Self {
        Self { slots: Mutex::default(), of_shop, released: Notify::new() }
    }

    pub(super) fn free(&self) -> Free {
        let slots = self.slots();
        Free {
            receivers: MAX_RECEIVERS.saturating_sub(slots.receivers.len()),
            failing: MAX_FAILING.saturating_sub(slots.failing()),
            busy: slots.receivers.keys().cloned().collect(),
        }
    }

    /// The names of the channels in flight.
    pub(super) fn channels(&self) -> Vec<String> {
        self.slots().channels.iter().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        let slots = self.slots();
        slots.receivers.is_empty() && slots.channels.is_empty()
    }

    /// Occupy a receiver's slot, unless it is occupied or there is no room for it.
    pub(super) fn claim_receiver(self: &Arc<Self>, due: &Due) -> Option<Claim> {
        let mut slots = self.slots();
        let receiver = &due.receiver;
        let of_shop = slots.receivers.keys().filter(|other| other.shop_id == receiver.shop_id).count();
        let is_full = slots.receivers.len() >= MAX_RECEIVERS
            || of_shop >= self.of_shop
            || (due.failures > 0 && slots.failing() >= MAX_FAILING);
        if is_full || slots.receivers.contains_key(receiver) {
            return None;
        }
        slots.receivers.insert(receiver.clone(), due.failures);
        Some(Claim { busy: Arc::clone(self), slot: Slot::Receiver(receiver.clone()) })
    }

    /// Occupy a channel, unless it is occupied or all slots are.
    pub(super) fn claim_channel(self: &Arc<Self>, channel: &str) -> Option<Claim> {
        let mut slots = self.slots();
        let has_room = slots.channels.len() < MAX_CHANNELS;
        let claimed = has_room && slots.channels.insert(channel.to_owned());
        claimed.then(|| Claim { busy: Arc::clone(self), slot: Slot::Channel(channel.to_owned()) })
    }

    fn slots(&self) -> MutexGuard<'_, Occupied> {
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
        let mut slots = self.busy.slots();
        match &self.slot {
            Slot::Receiver(receiver) => drop(slots.receivers.remove(receiver)),
            Slot::Channel(channel) => drop(slots.channels.remove(channel)),
        }
        drop(slots);
        self.busy.released.notify_waiters();
    }
}
