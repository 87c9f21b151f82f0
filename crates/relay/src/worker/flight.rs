//! The batches that one `run` or one `drain_once` has started.

use std::collections::HashSet;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::busy::Claim;
use super::report::DrainReport;
use crate::queue::{Delivery, PendingMessage};

/// How many deliveries of one receiver one batch has.
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

/// A row of the outbox, as far as batches go.
pub(super) trait Row {
    fn row_id(&self) -> RowId;
}

impl Row for Delivery {
    fn row_id(&self) -> RowId {
        RowId::Delivery(self.delivery_id)
    }
}

impl Row for PendingMessage {
    fn row_id(&self) -> RowId {
        RowId::Message { shop_id: self.message.shop_id.clone(), message_id: self.message.message_id.clone() }
    }
}

impl Flight {
    pub(super) fn new(stop: watch::Receiver<bool>, seen: Seen) -> Self {
        Self { batches: JoinSet::new(), stop, seen }
    }

    /// Start a batch of at most `most` of `rows` where there is a slot for it; whether it was started. Rows that this
    /// flight has had are left out, and without any other nothing starts.
    pub(super) fn start<R, W>(
        &mut self,
        mut rows: Vec<R>,
        most: usize,
        claim: impl FnOnce() -> Option<Claim>,
        work: impl FnOnce(Vec<R>) -> W,
    ) -> bool
    where
        R: Row,
        W: Future<Output = DrainReport> + Send + 'static,
    {
        if let Seen::Kept(seen) = &self.seen {
            rows.retain(|row| !seen.contains(&row.row_id()));
        }
        rows.truncate(most);
        if rows.is_empty() {
            return false;
        }
        let Some(claim) = claim() else { return false };
        if let Seen::Kept(seen) = &mut self.seen {
            seen.extend(rows.iter().map(Row::row_id));
        }
        self.batches.spawn(claim.hold_while(work(rows)));
        true
    }
}
