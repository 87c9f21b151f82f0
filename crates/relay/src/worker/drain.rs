//! One pass over everything that is due, for tests and for the sandbox's clock.

use std::collections::HashSet;

use tokio::sync::watch;

use super::Worker;
use super::flight::{Flight, Seen};

/// What a pass did, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Deliveries an endpoint took.
    pub delivered: u64,
    /// Deliveries to be tried again.
    pub retried: u64,
    /// Deliveries that became dead letters.
    pub dead: u64,
    /// Messages a sender took.
    pub messages_sent: u64,
    /// Messages to be tried again.
    pub messages_retried: u64,
    /// Messages that cannot be sent.
    pub messages_failed: u64,
    /// Messages whose time had passed.
    pub messages_expired: u64,
    /// Rows of the above whose settlement could not be recorded: they will be attempted again.
    pub unsettled: u64,
}

impl DrainReport {
    fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.retried += other.retried;
        self.dead += other.dead;
        self.messages_sent += other.messages_sent;
        self.messages_retried += other.messages_retried;
        self.messages_failed += other.messages_failed;
        self.messages_expired += other.messages_expired;
        self.unsettled += other.unsettled;
    }
}

impl Worker {
    /// Attempt everything that is due, each row once, and return when it is settled.
    ///
    /// Beside a [`Worker::run`] of the same worker (or a clone of it) it shares the slots, and
    /// also waits for what the other has in flight. An error is the queue's; what was in flight
    /// then is dropped and due again.
    pub async fn drain_once(&self) -> Result<DrainReport, String> {
        let (_keep_going, stop) = watch::channel(false);
        let mut flight = Flight::new(stop, Seen::Kept(HashSet::new()));
        let mut total = DrainReport::default();
        loop {
            // Registered before looking, so that a slot freed in between is not missed.
            let released = self.shared.busy.released.notified();
            tokio::pin!(released);
            released.as_mut().enable();
            self.fill(&mut flight).await?;
            match flight.batches.join_next().await {
                Some(Ok(batch)) => total.add(batch),
                Some(Err(error)) => return Err(error.to_string()),
                None if self.shared.busy.is_empty() => return Ok(total),
                None => released.await,
            }
        }
    }
}
