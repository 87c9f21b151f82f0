//! The worker: takes what is due, attempts it, and settles it afterwards.
//!
//! A receiver has one batch in flight, so its events stay roughly in order and a slow one holds one slot. There are 128
//! slots. A shop has four of them, or as many as the operator says, and receivers that have been failing have 32 of
//! them together. A batch begins no attempt after its 15th second, and none after a failure: the receiver then rests,
//! longer each time. Each channel of messages has one batch in flight as well, beside the receivers; one whose sender
//! takes nothing pauses (`pauses.rs`), and its messages wait.
//!
//! It never settles what it did not attempt (or find expired). If a settlement cannot be recorded
//! even after some tries, the attempt is forgotten and made again: at least once. Messages are marked in the queue before
//! they are sent: to a sender that does not drop repetitions they are sent at most once, and of one that does it is
//! remembered that it may have them (A-S2-18).

mod busy;
mod delivery_batch;
mod drain;
mod flight;
mod mail;
mod message_batch;
mod pauses;
mod report;
mod shared;
mod telemetry;

use std::sync::Arc;

use tokio::sync::{Mutex, Notify, watch};

use crate::clock::Clock;
use crate::message::Senders;
use crate::queue::{DeliveryQueue, PendingMessage, Pick};
use crate::webhook::WebhookClient;
use busy::Busy;
pub use busy::{MAX_CHANNELS, MAX_FAILING, MAX_RECEIVERS, SHOP_SLOTS};
pub use flight::BATCH;
use flight::{Flight, Seen};
use pauses::Pauses;
pub use report::DrainReport;
use shared::{POLL, Shared};

/// How many receivers are read at once, each with a batch.
pub const PICK: usize = 16;

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
        Self::with_shop_slots(queue, webhooks, senders, clock, SHOP_SLOTS)
    }

    /// The same with another number of receivers of one shop that are served at once.
    pub fn with_shop_slots(
        queue: Arc<dyn DeliveryQueue>,
        webhooks: WebhookClient,
        senders: Senders,
        clock: Clock,
        shop_slots: usize,
    ) -> Self {
        telemetry::describe();
        Self {
            shared: Arc::new(Shared {
                queue,
                webhooks,
                senders,
                clock,
                wake: Arc::new(Notify::new()),
                busy: Arc::new(Busy::new(shop_slots)),
                pauses: Pauses::default(),
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

    /// Start a batch for every idle receiver and channel that has something due and a slot.
    async fn fill(&self, flight: &mut Flight) -> Result<(), String> {
        let _turn = self.shared.picking.lock().await;
        // One must not wait for the other's error.
        let deliveries = self.fill_receivers(flight).await;
        let messages = self.fill_channels(flight).await;
        deliveries.and(messages)
    }

    async fn fill_receivers(&self, flight: &mut Flight) -> Result<(), String> {
        let shared = &self.shared;
        loop {
            let free = shared.busy.free();
            if free.receivers == 0 {
                return Ok(());
            }
            let pick = Pick {
                now_micros: (shared.clock)(),
                receivers: free.receivers.min(PICK),
                failing: free.failing,
                each: BATCH,
                of_shop: shared.busy.of_shop,
                busy: free.busy,
            };
            let due = shared.queue.due(&pick).await?;
            let is_full = due.len() >= pick.receivers;
            let mut has_started = false;
            for mut due in due {
                let deliveries = std::mem::take(&mut due.deliveries);
                let (stop, claim) = (flight.stop.clone(), || shared.busy.claim_receiver(&due));
                let work = |batch| delivery_batch::attempt(Arc::clone(shared), due.clone(), batch, stop);
                has_started |= flight.start(deliveries, BATCH, claim, work);
            }
            if !(is_full && has_started) {
                return Ok(());
            }
        }
    }

    async fn fill_channels(&self, flight: &mut Flight) -> Result<(), String> {
        let shared = &self.shared;
        let mut busy = shared.busy.channels();
        if busy.len() >= MAX_CHANNELS {
            return Ok(());
        }
        let now = (shared.clock)();
        busy.extend(shared.pauses.paused(now));
        let at_once =
            |channel: &str| shared.pauses.batch(channel, shared.senders.for_channel(channel).at_once());
        let room = |channel: &str| if busy.iter().any(|busy| busy == channel) { 0 } else { at_once(channel) };
        let due = shared.queue.due_messages(now, &room).await?;
        for (channel, batch) in by_channel(due) {
            let claim = || shared.busy.claim_channel(&channel);
            let work = |batch| message_batch::attempt(Arc::clone(shared), batch);
            flight.start(batch, at_once(&channel), claim, work);
        }
        Ok(())
    }
}

/// Messages of the same channel together, in the order in which they and the channels came.
fn by_channel(messages: Vec<PendingMessage>) -> Vec<(String, Vec<PendingMessage>)> {
    let mut groups: Vec<(String, Vec<PendingMessage>)> = Vec::new();
    for pending in messages {
        match groups.iter_mut().find(|(channel, _)| *channel == pending.message.channel) {
            Some((_, group)) => group.push(pending),
            None => groups.push((pending.message.channel.clone(), vec![pending])),
        }
    }
    groups
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
