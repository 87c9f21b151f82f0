//! What a batch or a whole pass did.

use crate::queue::MessageOutcome;

/// What a pass did, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Deliveries an endpoint took.
    pub delivered: u64,
    /// Deliveries to be tried again.
    pub retried: u64,
    /// Deliveries that became dead letters.
    pub dead: u64,
    /// Messages a sender took.
    pub messages_sent: u64,
    /// Messages to be tried again.
    pub messages_retried: u64,
    /// Messages of which nobody knows whether they were sent.
    pub messages_unknown: u64,
    /// Messages that cannot be sent.
    pub messages_failed: u64,
    /// Messages whose time had passed.
    pub messages_expired: u64,
    /// Rows of the above whose settlement could not be recorded: they will be attempted again.
    pub unsettled: u64,
}

impl DrainReport {
    pub(super) fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.retried += other.retried;
        self.dead += other.dead;
        self.messages_sent += other.messages_sent;
        self.messages_retried += other.messages_retried;
        self.messages_unknown += other.messages_unknown;
        self.messages_failed += other.messages_failed;
        self.messages_expired += other.messages_expired;
        self.unsettled += other.unsettled;
    }

    pub(super) fn count(&mut self, outcome: &MessageOutcome) {
        match outcome {
            MessageOutcome::Accepted { .. } => self.messages_sent += 1,
            MessageOutcome::RetryAt { .. } => self.messages_retried += 1,
            MessageOutcome::Unknown { .. } => self.messages_unknown += 1,
            MessageOutcome::Refused { .. } => self.messages_failed += 1,
            MessageOutcome::Expired { .. } => self.messages_expired += 1,
        }
    }
}
