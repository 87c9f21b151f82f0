//! The worker's counters. Their labels are outcomes and channels, never a shop, a URL or an id.

use crate::queue::{DeliveryOutcome, MessageOutcome};

const DELIVERIES: &str = "promenade_webhook_deliveries_total";
const MESSAGES: &str = "promenade_messages_total";

/// Tell the recorder, if there is one, what the counters count.
pub(super) fn describe() {
    metrics::describe_counter!(
        DELIVERIES,
        "Attempts to deliver a webhook, by outcome (delivered, retry, dead)"
    );
    metrics::describe_counter!(
        MESSAGES,
        "Attempts to send a message, by channel and outcome (sent, retry, failed, expired)"
    );
}

/// Count one attempt at a delivery.
pub(super) fn count_delivery(outcome: DeliveryOutcome) {
    let outcome = match outcome {
        DeliveryOutcome::Delivered => "delivered",
        DeliveryOutcome::RetryAt(_) => "retry",
        DeliveryOutcome::Dead => "dead",
    };
    metrics::counter!(DELIVERIES, "outcome" => outcome).increment(1);
}

/// Count one attempt at a message.
pub(super) fn count_message(channel: &str, outcome: MessageOutcome) {
    let outcome = match outcome {
        MessageOutcome::Sent => "sent",
        MessageOutcome::RetryAt(_) => "retry",
        MessageOutcome::Failed => "failed",
        MessageOutcome::Expired => "expired",
    };
    metrics::counter!(MESSAGES, "channel" => channel.to_owned(), "outcome" => outcome).increment(1);
}
