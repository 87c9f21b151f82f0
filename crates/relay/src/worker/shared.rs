//! What the worker and its batches share: the outbox, the ways out, and how an attempt is settled.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};

use super::busy::Busy;
use super::pauses::Pauses;
use crate::clock::Clock;
use crate::message::Senders;
use crate::queue::DeliveryQueue;
use crate::webhook::WebhookClient;

/// How long the worker sleeps when nobody wakes it.
pub(super) const POLL: Duration = Duration::from_secs(1);
/// How often a settlement is tried, with a [`POLL`] between.
const SETTLE_TRIES: u32 = 5;

/// What the worker and its batches share.
pub(super) struct Shared {
    pub(super) queue: Arc<dyn DeliveryQueue>,
    pub(super) webhooks: WebhookClient,
    pub(super) senders: Senders,
    pub(super) clock: Clock,
    pub(super) wake: Arc<Notify>,
    pub(super) busy: Arc<Busy>,
    pub(super) pauses: Pauses,
    /// Held from reading what is due to claiming its slot: a row read before its batch was settled
    /// and claimed after would be sent twice.
    pub(super) picking: Mutex<()>,
}

/// Record `rows`, with some tries; how many rows could not be recorded.
pub(super) async fn settle<T, F>(rows: Vec<T>, record: impl Fn(Vec<T>) -> F) -> u64
where
    T: Clone,
    F: Future<Output = Result<(), String>>,
{
    if rows.is_empty() {
        return 0;
    }
    for left in (0..SETTLE_TRIES).rev() {
        match record(rows.clone()).await {
            Ok(()) => return 0,
            Err(error) => {
                tracing::warn!(%error, left, "attempts could not be settled");
                if left > 0 {
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }
    rows.len() as u64
}
