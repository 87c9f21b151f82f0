//! When the buyer of a presale order hears of the balance (S1-R21 to S1-R24, A-S1-13 to A-S1-17).

use crate::{
    Instant,
    message::{Channel, Kind},
    shop::Shop,
    time::Window,
};

/// A reminder and its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Due {
    pub kind: Kind,
    pub due_at: Instant,
}

/// Hours before the balance's end at which the second SMS goes (S1-R22).
pub const CLOSING_HOURS: i64 = 5;
/// Hours before the balance's end at which the push goes (S1-R24).
pub const PUSH_HOURS: i64 = 4;
/// Presale SMS that a customer gets on a civil day, over all shops (S1-R23, A-S1-16).
pub const SMS_A_DAY: u32 = 3;

/// The reminders of a balance, earliest first: an SMS at its start, one 5 hours before its end, a push
/// 4 hours before its end. In a short window the second SMS is left out and the push goes at the start
/// (A-S1-14).
pub fn schedule(window: Window) -> Vec<Due> {
    let Window { starts_at, ends_at } = window;
    let closing = ends_at.plus_hours(-CLOSING_HOURS);
    let push = ends_at.plus_hours(-PUSH_HOURS).max(starts_at);
    let mut found = vec![Due { kind: Kind::BalanceOpening, due_at: starts_at }];
    if closing > starts_at {
        found.push(Due { kind: Kind::BalanceClosing, due_at: closing });
    }
    found.push(Due { kind: Kind::BalanceReminder, due_at: push });
    found
}

/// How a reminder travels.
pub const fn channel(kind: Kind) -> Channel {
    kind.usual_channel()
}

/// A reminder that is due in quiet hours waits for their end, where the campaign keeps them (A-S1-17:
/// deferred). `None` when the balance ends before that.
pub fn out_of_quiet_hours(shop: &Shop, due_at: Instant, ends_at: Instant) -> Option<Instant> {
    match shop.quiet_hours.around(&shop.time_zone, due_at) {
        None => Some(due_at),
        Some((_, end)) => (end < ends_at).then_some(end),
    }
}
