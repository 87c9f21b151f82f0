//! One batch: several messages of one channel, handed to its sender, then settled together.

use std::sync::Arc;
use std::time::Duration;

use super::report::DrainReport;
use super::shared::{Shared, after, settle};
use super::telemetry;
use crate::backoff::next_attempt;
use crate::message::{OutgoingMessage, SendFailure};
use crate::queue::{MessageOutcome, MessageSettlement, PendingMessage};

/// How long a sender may take for a batch; what it has not answered by then is tried again.
const BATCH_LIMIT: Duration = Duration::from_mins(1);

/// Send `batch`, all of one channel, and settle it. What is past its time is not sent.
pub(super) async fn attempt(shared: Arc<Shared>, batch: Vec<PendingMessage>) -> DrainReport {
    let now = (shared.clock)();
    let (expired, live): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|pending| now >= pending.message.deliver_until_micros);
    let (attempts, messages): (Vec<u32>, Vec<OutgoingMessage>) =
        live.into_iter().map(|pending| (pending.attempt, pending.message)).unzip();
    let results = send(&shared, &messages).await;
    let now = (shared.clock)();

    let mut report = DrainReport::default();
    let mut settlements = Vec::new();
    let mut end = |message: &OutgoingMessage, outcome, reason| {
        match outcome {
            MessageOutcome::Sent => report.messages_sent += 1,
            MessageOutcome::RetryAt(_) => report.messages_retried += 1,
            MessageOutcome::Failed => report.messages_failed += 1,
            MessageOutcome::Expired => report.messages_expired += 1,
        }
        telemetry::count_message(&message.channel, outcome);
        settlements.push(MessageSettlement {
            shop_id: message.shop_id.clone(),
            message_id: message.message_id.clone(),
            outcome,
            reason,
        });
    };
    for pending in &expired {
        let tried = (pending.attempt > 0).then(|| "its time passed before the sender took it".to_owned());
        end(&pending.message, MessageOutcome::Expired, tried);
    }
    for ((message, attempt), result) in messages.iter().zip(attempts).zip(results) {
        let (outcome, reason) = judge(message, attempt, result, now);
        end(message, outcome, reason);
    }
    warn(&settlements);
    report.unsettled = settle(settlements, |rows| shared.queue.settle_messages(rows)).await;
    report
}

/// Says that a sender fails: once for what it may still take, and for each message that it never took.
fn warn(settlements: &[MessageSettlement]) {
    let waiting = settlements.iter().filter(|one| matches!(one.outcome, MessageOutcome::RetryAt(_)));
    let reason = waiting.clone().find_map(|one| one.reason.as_deref());
    if let Some(reason) = reason {
        tracing::warn!(
            messages = waiting.count(),
            reason,
            "the sender took no message; they are tried again"
        );
    }
    for one in settlements {
        let (MessageOutcome::Failed | MessageOutcome::Expired, Some(reason)) = (one.outcome, &one.reason)
        else {
            continue;
        };
        tracing::warn!(shop_id = one.shop_id, message_id = one.message_id, reason, "a message was not sent");
    }
}

/// One result for each message, whatever the sender does.
async fn send(shared: &Shared, messages: &[OutgoingMessage]) -> Vec<Result<(), SendFailure>> {
    let Some(first) = messages.first() else {
        return Vec::new();
    };
    let sender = shared.senders.for_channel(&first.channel);
    let mut results =
        tokio::time::timeout(BATCH_LIMIT, sender.send_batch(messages)).await.unwrap_or_default();
    let unanswered = || Err(SendFailure::Temporary("timeout".to_owned()));
    results.resize_with(messages.len(), unanswered);
    results
}

fn judge(
    message: &OutgoingMessage,
    attempt: u32,
    result: Result<(), SendFailure>,
    now_micros: i64,
) -> (MessageOutcome, Option<String>) {
    match result {
        Ok(()) => (MessageOutcome::Sent, None),
        Err(SendFailure::Permanent(reason)) => (MessageOutcome::Failed, Some(reason)),
        Err(SendFailure::Temporary(reason)) => {
            let outcome = next_attempt(attempt, &message.message_id).map_or(MessageOutcome::Failed, |wait| {
                // Not later than its end, so that it is known to have expired when it has.
                let at = after(now_micros, wait);
                MessageOutcome::RetryAt(at.min(message.deliver_until_micros))
            });
            (outcome, Some(reason))
        }
    }
}
