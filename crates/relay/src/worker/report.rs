//! What a batch or a whole pass did.

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
        self.messages_failed += other.messages_failed;
        self.messages_expired += other.messages_expired;
        self.unsettled += other.unsettled;
    }
}
