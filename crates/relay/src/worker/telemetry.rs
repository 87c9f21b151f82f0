//! The worker's counters. Their labels are outcomes and channels, never a shop, a URL or an id.

use crate::message::Class;
use crate::queue::{DeliveryOutcome, MessageOutcome};

const DELIVERIES: &str = "promenade_webhook_deliveries_total";
const MESSAGES: &str = "promenade_messages_total";
const PAUSED: &str = "promenade_messages_paused";

/// Tell the recorder, if there is one, what the counters count.
pub(super) fn describe() {
    metrics::describe_counter!(
        DELIVERIES,
        "Attempts to deliver a webhook, by outcome (delivered, retry, dead)"
    );
    metrics::describe_counter!(
        MESSAGES,
        "Attempts to send a message, by channel and outcome (sent, retry, failed, expired, unknown)"
    );
    metrics::describe_gauge!(
        PAUSED,
        "Whether a channel pauses, by channel and reason (account_cap, money, access): 1 while its messages wait"
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
pub(super) fn count_message(channel: &str, outcome: &MessageOutcome) {
    let outcome = match outcome {
        MessageOutcome::Accepted { .. } => "sent",
        MessageOutcome::RetryAt { .. } => "retry",
        MessageOutcome::Refused { .. } => "failed",
        MessageOutcome::Expired { .. } => "expired",
        MessageOutcome::Unknown { .. } => "unknown",
    };
    metrics::counter!(MESSAGES, "channel" => channel.to_owned(), "outcome" => outcome).increment(1);
}

/// Show that a channel pauses.
pub(super) fn paused(channel: &str, class: Class) {
    metrics::gauge!(PAUSED, "channel" => channel.to_owned(), "class" => class.as_str()).set(1.0);
}

/// Show that it pauses no more, or for another reason.
pub(super) fn resumed(channel: &str, class: Class) {
    metrics::gauge!(PAUSED, "channel" => channel.to_owned(), "class" => class.as_str()).set(0.0);
}
