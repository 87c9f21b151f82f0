//! One batch: several events to one receiver, one after the other, then settled together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::mail;
use super::report::DrainReport;
use super::shared::{Shared, settle};
use super::telemetry;
use crate::backoff::{next_attempt, rest};
use crate::clock::after;
use crate::queue::{Delivery, DeliveryOutcome, Due, Settlement, Turn};
use crate::webhook::DeliveryResult;

/// Attempt `batch`, which is due at a receiver, and settle it. What is not begun in time, or before `stop`, or before
/// the receiver failed, is left as it was.
pub(super) async fn attempt(
    shared: Arc<Shared>,
    due: Due,
    batch: Vec<Delivery>,
    stop: watch::Receiver<bool>,
) -> DrainReport {
    let began = Instant::now();
    let mut report = DrainReport::default();
    let mut settlements = Vec::with_capacity(batch.len());
    let (mut failures, mut asked_for) = (due.failures, None);
    for delivery in &batch {
        if *stop.borrow() || began.elapsed() >= shared.webhooks.limit() {
            break;
        }
        let (settlement, answer) = attempt_one(&shared, &due, delivery).await;
        match settlement.outcome {
            DeliveryOutcome::Delivered => report.delivered += 1,
            DeliveryOutcome::RetryAt(_) => report.retried += 1,
            DeliveryOutcome::Dead => report.dead += 1,
        }
        telemetry::count_delivery(settlement.outcome);
        settlements.push(settlement);
        match answer {
            Answer::Decided => failures = 0,
            Answer::Failed { retry_after } => {
                failures = failures.saturating_add(1);
                asked_for = retry_after;
                break;
            }
        }
    }
    let free_at_micros = after((shared.clock)(), rest(failures, asked_for));
    let turn = Turn { receiver: due.receiver, free_at_micros, failures };
    report.unsettled = settle(settlements, |rows| shared.queue.settle(rows, turn.clone())).await;
    report
}

/// What an attempt says about the receiver.
enum Answer {
    /// It took the event, or said that it wants none.
    Decided,
    /// It failed, or was silent.
    Failed {
        /// How long it asked to be left alone.
        retry_after: Option<Duration>,
    },
}

async fn attempt_one(shared: &Shared, due: &Due, delivery: &Delivery) -> (Settlement, Answer) {
    let timestamp_seconds = (shared.clock)().div_euclid(1_000_000);
    let (id, body) = (&delivery.event_id, &delivery.body);
    let result = match due.endpoint.mailbox() {
        Some(address) => mail::deliver(&shared.senders, &due.receiver, address, delivery).await,
        None => shared.webhooks.deliver(&due.endpoint, id, timestamp_seconds, body).await,
    };
    let (outcome, reason, answer) = match result {
        DeliveryResult::Delivered { .. } => (DeliveryOutcome::Delivered, None, Answer::Decided),
        DeliveryResult::Dead { reason } => (DeliveryOutcome::Dead, Some(reason), Answer::Decided),
        DeliveryResult::Retry { reason, retry_after } => {
            let outcome = next_attempt(delivery.attempt, id).map_or(
                DeliveryOutcome::Dead,
                // An endpoint may ask for more time than the schedule gives, not for less.
                |wait| {
                    let wait = wait.max(retry_after.unwrap_or(Duration::ZERO));
                    DeliveryOutcome::RetryAt(after((shared.clock)(), wait))
                },
            );
            (outcome, Some(reason), Answer::Failed { retry_after })
        }
    };
    tracing::debug!(
        delivery_id = delivery.delivery_id,
        shop_id = due.receiver.shop_id,
        event_type = delivery.event_type,
        ?outcome,
        "webhook attempted"
    );
    let attempts = delivery.attempt.saturating_add(1);
    (Settlement { delivery_id: delivery.delivery_id, attempts, outcome, reason }, answer)
}
