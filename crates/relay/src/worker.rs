//! The worker: takes what is due, attempts it, and settles it afterwards.
//!
//! An endpoint has one batch in flight, so its events stay roughly in order and a slow one holds
//! one slot; at most 16 endpoints are in flight at once, and a batch begins no attempt after its
//! 15th second. Each channel of messages has one batch in flight as well, beside the endpoints.
//!
//! It never settles what it did not attempt (or find expired). If a settlement cannot be recorded
//! even after some tries, the attempt is forgotten and made again: at least once.

mod busy;
mod delivery_batch;
mod drain;
mod flight;
mod message_batch;
mod report;
mod shared;
mod telemetry;

use std::sync::Arc;

use tokio::sync::{Mutex, Notify, watch};

use crate::message::Senders;
use crate::queue::DeliveryQueue;
use crate::webhook::WebhookClient;
use busy::Busy;
pub use flight::{BATCH, MAX_CHANNELS, MAX_ENDPOINTS};
use flight::{Flight, Seen};
pub use report::DrainReport;
pub use shared::Clock;
use shared::{POLL, Shared};

/// How many deliveries or messages are read at once.
pub const PAGE: usize = 256;

/// Empties the outbox. Cloning it is cheap, and the clones share their slots.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

impl Worker {
    /// A worker on `queue`. It does nothing before [`Worker::run`] or [`Worker::drain_once`].
    pub fn new(
        queue: Arc<dyn DeliveryQueue>,
        webhooks: WebhookClient,
        senders: Senders,
        clock: Clock,
    ) -> Self {
        telemetry::describe();
        Self {
            shared: Arc::new(Shared {
                queue,
                webhooks,
                senders,
                clock,
                wake: Arc::new(Notify::new()),
                busy: Arc::new(Busy::default()),
                picking: Mutex::new(()),
            }),
        }
    }

    /// Notify this after a commit, and the worker looks at once instead of within a second.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.wake)
    }

    /// Work until `shutdown` turns true (or its sender is dropped), then finish the attempts that
    /// are under way, which takes at most about 30 seconds.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut flight = Flight::new(shutdown.clone(), Seen::Forgotten);
        loop {
            if let Err(error) = self.fill(&mut flight).await {
                tracing::warn!(%error, "the outbox could not be read");
            }
            tokio::select! {
                biased;
                () = stopped(&mut shutdown) => break,
                Some(ended) = flight.batches.join_next() => report(ended).await,
                () = self.shared.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while let Some(ended) = flight.batches.join_next().await {
            report(ended).await;
        }
    }

    /// Start a batch for every idle endpoint and channel that has something due.
    async fn fill(&self, flight: &mut Flight) -> Result<(), String> {
        let _turn = self.shared.picking.lock().await;
        // One must not wait for the other's error.
        let deliveries = self.fill_endpoints(flight).await;
        let messages = self.fill_channels(flight).await;
        deliveries.and(messages)
    }

    async fn fill_endpoints(&self, flight: &mut Flight) -> Result<(), String> {
        let shared = &self.shared;
        loop {
            let busy = shared.busy.endpoints();
            if busy.len() >= MAX_ENDPOINTS {
                return Ok(());
            }
            let due = shared.queue.due((shared.clock)(), PAGE, &busy).await?;
            let is_full = due.len() >= PAGE;
            let stop = flight.stop.clone();
            let has_started = flight.start(&shared.busy, due, |batch| {
                delivery_batch::attempt(Arc::clone(shared), batch, stop.clone())
            });
            if !(is_full && has_started) {
                return Ok(());
            }
        }
    }

    async fn fill_channels(&self, flight: &mut Flight) -> Result<(), String> {
        let shared = &self.shared;
        loop {
            let busy = shared.busy.channels();
            if busy.len() >= MAX_CHANNELS {
                return Ok(());
            }
            let now = (shared.clock)();
            let due = shared.queue.due_messages(now, PAGE, &busy).await?;
            let is_full = due.len() >= PAGE;
            let has_started =
                flight.start(&shared.busy, due, |batch| message_batch::attempt(Arc::clone(shared), batch));
            if !(is_full && has_started) {
                return Ok(());
            }
        }
    }
}

async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and nobody could stop us later.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

/// A batch that broke off is due at once: the pause keeps a fault from becoming a busy loop.
async fn report(ended: Result<DrainReport, tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a batch of the relay broke off; it will be attempted again");
        tokio::time::sleep(POLL).await;
    }
}
