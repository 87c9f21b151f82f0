//! The batches that one `run` or one `drain_once` has started.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::busy::{Busy, Slot};
use super::report::DrainReport;
use crate::queue::{Delivery, PendingMessage};

/// How many endpoints are in flight at once.
pub const MAX_ENDPOINTS: usize = 16;
/// How many channels are in flight at once.
pub const MAX_CHANNELS: usize = 16;
/// How many deliveries of one endpoint, or messages of one channel, one batch has.
pub const BATCH: usize = 32;

/// Batches under way; dropping it aborts them, and what they did not settle is due again.
pub(super) struct Flight {
    pub(super) batches: JoinSet<DrainReport>,
    pub(super) stop: watch::Receiver<bool>,
    seen: Seen,
}

/// Whether a row may be attempted again within one flight.
pub(super) enum Seen {
    /// Whatever is due, as in `run`.
    Forgotten,
    /// Each row once, as in `drain_once`.
    Kept(HashSet<RowId>),
}

/// What tells one row of the outbox from another.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum RowId {
    Delivery(i64),
    Message { shop_id: String, message_id: String },
}

/// A row of the outbox, as far as grouping it into batches goes.
pub(super) trait Row {
    fn row_id(&self) -> RowId;
    fn slot(&self) -> Slot;
}

impl Row for Delivery {
    fn row_id(&self) -> RowId {
        RowId::Delivery(self.delivery_id)
    }

    fn slot(&self) -> Slot {
        Slot::Endpoint(self.endpoint.url.clone())
    }
}

impl Row for PendingMessage {
    fn row_id(&self) -> RowId {
        RowId::Message { shop_id: self.message.shop_id.clone(), message_id: self.message.message_id.clone() }
    }

    fn slot(&self) -> Slot {
        Slot::Channel(self.message.channel.clone())
    }
}

impl Slot {
    /// How many slots of this sort may be occupied at once.
    fn limit(&self) -> usize {
        match self {
            Self::Endpoint(_) => MAX_ENDPOINTS,
            Self::Channel(_) => MAX_CHANNELS,
        }
    }
}

impl Flight {
    pub(super) fn new(stop: watch::Receiver<bool>, seen: Seen) -> Self {
        Self { batches: JoinSet::new(), stop, seen }
    }

    /// Start a batch of `due` rows for every slot that is free; whether any was started.
    pub(super) fn start<R, W>(&mut self, busy: &Arc<Busy>, due: Vec<R>, work: impl Fn(Vec<R>) -> W) -> bool
    where
        R: Row,
        W: Future<Output = DrainReport> + Send + 'static,
    {
        let mut has_started = false;
        for (slot, mut batch) in by_slot(due) {
            if let Seen::Kept(rows) = &self.seen {
                batch.retain(|row| !rows.contains(&row.row_id()));
            }
            batch.truncate(BATCH);
            if batch.is_empty() {
                continue;
            }
            let limit = slot.limit();
            if let Some(claim) = busy.claim(slot, limit) {
                if let Seen::Kept(rows) = &mut self.seen {
                    rows.extend(batch.iter().map(Row::row_id));
                }
                self.batches.spawn(claim.hold_while(work(batch)));
                has_started = true;
            }
        }
        has_started
    }
}

/// Rows of the same slot together, in the order in which they and the slots came.
fn by_slot<R: Row>(rows: Vec<R>) -> Vec<(Slot, Vec<R>)> {
    let mut groups: Vec<(Slot, Vec<R>)> = Vec::new();
    for row in rows {
        let slot = row.slot();
        match groups.iter_mut().find(|(other, _)| *other == slot) {
            Some((_, group)) => group.push(row),
            None => groups.push((slot, vec![row])),
        }
    }
    groups
}
