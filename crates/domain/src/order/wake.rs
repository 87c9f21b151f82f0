//! When an order must be looked at next.

use super::{Order, State};
use crate::Instant;

/// An order without a deadline, its deposit paid for one, keeps its coupons; it is looked at again so
/// often, in hours.
const LOOK_AGAIN_HOURS: i64 = 24;

/// When an order must be looked at next: its trigger, its push, its reminder or its deadline.
pub fn order_wake(order: &Order) -> Option<Instant> {
    if !matches!(order.state, State::Open) {
        return None;
    }
    let trigger = order.recovery.candidates.first().map(|candidate| candidate.trigger_at);
    let push = order.recovery.push.planned.as_ref().map(|(_, due_at)| *due_at);
    let reminder = order.presale.as_ref().and_then(|presale| presale.next_reminder());
    let reminder = reminder.map(|reminder| reminder.due_at);
    [trigger, push, reminder, order.cancel_at].into_iter().flatten().min()
}

/// Until when an open order holds its coupons, unless something happens to it before.
pub fn held_until(order: &Order, now: Instant) -> Instant {
    order.cancel_at.unwrap_or(now.plus_hours(LOOK_AGAIN_HOURS))
}
