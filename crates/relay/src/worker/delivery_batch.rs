//! One batch: several events to one endpoint, one after the other, then settled together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::report::DrainReport;
use super::shared::{Shared, after, settle};
use super::telemetry;
use crate::backoff::next_attempt;
use crate::queue::{Delivery, DeliveryOutcome, Settlement};
use crate::webhook::DeliveryResult;

/// Attempt `batch` and settle it. What is not begun in time, or before `stop`, is left as it was.
pub(super) async fn attempt(
    shared: Arc<Shared>,
    batch: Vec<Delivery>,
    stop: watch::Receiver<bool>,
) -> DrainReport {
    let began = Instant::now();
    let mut report = DrainReport::default();
    let mut settlements = Vec::with_capacity(batch.len());
    for delivery in &batch {
        if *stop.borrow() || began.elapsed() >= shared.webhooks.limit() {
            break;
        }
        let settlement = attempt_one(&shared, delivery).await;
        match settlement.outcome {
            DeliveryOutcome::Delivered => report.delivered += 1,
            DeliveryOutcome::RetryAt(_) => report.retried += 1,
            DeliveryOutcome::Dead => report.dead += 1,
        }
        telemetry::count_delivery(settlement.outcome);
        settlements.push(settlement);
    }
    report.unsettled = settle(settlements, |rows| shared.queue.settle(rows)).await;
    report
}

async fn attempt_one(shared: &Shared, delivery: &Delivery) -> Settlement {
    let timestamp_seconds = (shared.clock)().div_euclid(1_000_000);
    let (id, body) = (&delivery.event_id, &delivery.body);
    let result = shared.webhooks.deliver(&delivery.endpoint, id, timestamp_seconds, body).await;
    let (outcome, reason) = match result {
        DeliveryResult::Delivered { .. } => (DeliveryOutcome::Delivered, None),
        DeliveryResult::Dead { reason } => (DeliveryOutcome::Dead, Some(reason)),
        DeliveryResult::Retry { reason, retry_after } => {
            let outcome = next_attempt(delivery.attempt, id).map_or(
                DeliveryOutcome::Dead,
                // An endpoint may ask for more time than the schedule gives, not for less.
                |wait| {
                    let wait = wait.max(retry_after.unwrap_or(Duration::ZERO));
                    DeliveryOutcome::RetryAt(after((shared.clock)(), wait))
                },
            );
            (outcome, Some(reason))
        }
    };
    tracing::debug!(
        delivery_id = delivery.delivery_id,
        shop_id = delivery.shop_id,
        event_type = delivery.event_type,
        ?outcome,
        "webhook attempted"
    );
    Settlement { delivery_id: delivery.delivery_id, outcome, reason }
}
