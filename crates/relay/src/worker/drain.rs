//! One pass over everything that is due, for tests and for the sandbox's clock.

use std::collections::HashSet;

use tokio::sync::watch;

use super::flight::{Flight, Seen};
use super::{DrainReport, Worker};

impl Worker {
    /// Attempt everything that is due, each row once, and return when it is settled. What waits at a receiver that
    /// failed is not due before its rest is over.
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
