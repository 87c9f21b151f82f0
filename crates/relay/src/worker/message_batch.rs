//! One batch: several messages of one channel, handed to its sender, then settled together.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::pauses::Silence;
use super::report::DrainReport;
use super::shared::{Shared, settle};
use super::telemetry;
use crate::backoff::next_attempt;
use crate::clock::after;
use crate::message::{Class, MessageSender, OutgoingMessage, SendOutcome};
use crate::queue::{MessageKey, MessageOutcome, MessageSettlement, PendingMessage, Repeats};

/// How long a sender may take for a batch; of what it has not answered by then nobody knows.
const BATCH_LIMIT: Duration = Duration::from_mins(1);

/// Send `batch`, all of one channel, and settle it. What is past its time is not sent, nor what another sender may have.
pub(super) async fn attempt(shared: Arc<Shared>, batch: Vec<PendingMessage>) -> DrainReport {
    let Some(channel) = batch.first().map(|pending| pending.message.channel.clone()) else {
        return DrainReport::default();
    };
    let sender = shared.senders.for_channel(&channel);
    let repeats = if sender.deduplicates() { Repeats::Dropped } else { Repeats::Sent };
    let began_at = (shared.clock)();
    let may_be_sent = |pending: &PendingMessage| {
        began_at < pending.message.deliver_until.micros
            && (!pending.is_unknown || repeats == Repeats::Dropped)
    };
    let (live, over): (Vec<_>, Vec<_>) = batch.into_iter().partition(may_be_sent);
    let live = if live.is_empty() { live } else { handed(&shared, &channel, live, repeats).await };
    let messages: Vec<OutgoingMessage> = live.iter().map(|pending| pending.message.clone()).collect();
    let outcomes = send(&**sender, &messages).await;
    let now = (shared.clock)();
    let silence = if repeats == Repeats::Dropped { Silence::IsFree } else { Silence::Costs };
    let pause = shared.pauses.note(&channel, &outcomes, silence, now);

    let mut report = DrainReport::default();
    let mut settlements = Vec::with_capacity(over.len() + live.len());
    let mut end = |message: &OutgoingMessage, outcome: MessageOutcome| {
        report.count(&outcome);
        telemetry::count_message(&message.channel, &outcome);
        settlements.push(MessageSettlement { key: MessageKey::of(message), outcome });
    };
    for pending in &over {
        let is_expired = began_at >= pending.message.deliver_until.micros;
        let outcome = match (pending.is_unknown, is_expired) {
            (true, true) => MessageOutcome::Unknown { code: "expired".to_owned() },
            (true, false) => MessageOutcome::Unknown { code: "another_sender".to_owned() },
            (false, _) => MessageOutcome::Expired { was_tried: pending.attempt > 0 },
        };
        end(&pending.message, outcome);
    }
    for (pending, outcome) in live.iter().zip(outcomes) {
        let when = When { now_micros: now, pause, repeats };
        end(&pending.message, judge(pending, outcome, &when));
    }
    warn(&settlements);
    report.unsettled = settle(settlements, |rows| shared.queue.settle_messages(rows)).await;
    report
}

/// Those that may be sent now: they are marked.
async fn handed(
    shared: &Shared,
    channel: &str,
    live: Vec<PendingMessage>,
    repeats: Repeats,
) -> Vec<PendingMessage> {
    match shared.queue.hand_over(&live, repeats).await {
        Ok(keys) => {
            let keys: HashSet<MessageKey> = keys.into_iter().collect();
            live.into_iter().filter(|pending| keys.contains(&MessageKey::of(&pending.message))).collect()
        }
        Err(error) => {
            tracing::warn!(%error, channel, "messages could not be marked; none of them is sent");
            // They are due again at once: not in a circle without an end.
            shared.pauses.hold(channel, (shared.clock)());
            Vec::new()
        }
    }
}

/// Says that a sender fails: once for what it may still take, and for each message that it never took.
fn warn(settlements: &[MessageSettlement]) {
    let waiting = settlements.iter().filter_map(|one| match &one.outcome {
        MessageOutcome::RetryAt { code, .. } => Some(code),
        _ => None,
    });
    if let Some(reason) = waiting.clone().next() {
        let messages = waiting.count();
        tracing::warn!(messages, reason, "the sender took no message; they are tried again");
    }
    for MessageSettlement { key, outcome } in settlements {
        let (shop_id, message_id) = (&key.shop_id, &key.message_id);
        match outcome {
            MessageOutcome::Refused { class, code, .. } => {
                let class = class.as_str();
                tracing::warn!(shop_id, message_id, class, reason = code, "a message was not sent");
            }
            MessageOutcome::Expired { was_tried: true } => {
                let reason = "its time passed before the sender took it";
                tracing::warn!(shop_id, message_id, reason, "a message was not sent");
            }
            MessageOutcome::Unknown { code } => {
                tracing::warn!(shop_id, message_id, reason = code, "nobody knows whether a message was sent");
            }
            MessageOutcome::Accepted { .. }
            | MessageOutcome::RetryAt { .. }
            | MessageOutcome::Expired { was_tried: false } => {}
        }
    }
}

/// One outcome for each message, whatever the sender does.
async fn send(sender: &dyn MessageSender, messages: &[OutgoingMessage]) -> Vec<SendOutcome> {
    if messages.is_empty() {
        return Vec::new();
    }
    let mut outcomes =
        tokio::time::timeout(BATCH_LIMIT, sender.send_batch(messages)).await.unwrap_or_default();
    outcomes.resize_with(messages.len(), || SendOutcome::unknown("timeout"));
    outcomes
}

/// What else an outcome is judged by.
struct When {
    now_micros: i64,
    /// The end of the channel's pause.
    pause: Option<i64>,
    repeats: Repeats,
}

fn judge(pending: &PendingMessage, outcome: SendOutcome, when: &When) -> MessageOutcome {
    let (message, now) = (&pending.message, when.now_micros);
    // Not later than its end, so that it is known to have expired when it has. What may have been taken before may have
    // been taken, whatever the sender says of this attempt, but that it took it or never will.
    let retry_at = |at: i64, class: Option<Class>, code| MessageOutcome::RetryAt {
        at_micros: at.min(message.deliver_until.micros),
        class: class.filter(|_| !pending.is_unknown),
        code,
    };
    let scheduled = next_attempt(pending.attempt, &message.message_id).map(|wait| after(now, wait));
    match outcome {
        SendOutcome::Accepted { provider_id, segments } => MessageOutcome::Accepted { provider_id, segments },
        SendOutcome::Refused { class, code, detail } => MessageOutcome::Refused { class, code, detail },
        SendOutcome::Unknown { code } if when.repeats == Repeats::Dropped => match scheduled {
            Some(at) => retry_at(at, None, code),
            None => MessageOutcome::Unknown { code },
        },
        SendOutcome::Unknown { code } => MessageOutcome::Unknown { code },
        // It waits as long as the channel does, however often that is tried.
        SendOutcome::Later { class, code, .. } if class.pauses() => {
            retry_at(when.pause.unwrap_or(now).max(now), Some(class), code)
        }
        SendOutcome::Later { class, code, not_before } => {
            let named = not_before.length().map(|wait| after(now, wait));
            let is_too_late = named.is_some_and(|at| at >= message.deliver_until.micros);
            match scheduled.filter(|_| !is_too_late) {
                // Who asks for less than the schedule does not use up its attempts: they last for hours.
                Some(at) => retry_at(named.unwrap_or(at).max(at), Some(class), code),
                None if pending.is_unknown => MessageOutcome::Unknown { code },
                None => MessageOutcome::Refused { class, code, detail: String::new() },
            }
        }
    }
}
