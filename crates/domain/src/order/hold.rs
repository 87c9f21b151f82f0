//! Until when an open order holds what it was placed with.

use super::Order;
use crate::Instant;

/// An order without a deadline, its deposit paid for one, keeps its coupons; it is looked at again so
/// often, in hours.
const LOOK_AGAIN_HOURS: i64 = 24;

/// Until when an open order holds its coupons, unless something happens to it before.
pub fn held_until(order: &Order, now: Instant) -> Instant {
    order.cancel_at.unwrap_or(now.plus_hours(LOOK_AGAIN_HOURS))
}
