//! What came in: events taken in, events that wait, requests answered by their key.

use crate::Row;
use domain::{Instant, ShopId, event::OrderEvent};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// First 16 bytes of a BLAKE3 hash: tells a repetition from a conflict.
pub type Digest = [u8; 16];

/// Hashes a request or an event's contents.
pub fn digest(bytes: &[u8]) -> Digest {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// An event that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Of its contents.
    pub digest: Digest,
    /// When it arrived (A-G-8: `received_at`).
    pub received_at: Instant,
}

/// An event that waits for its predecessor (A-G-8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// The event.
    pub event: OrderEvent,
    /// When it arrived.
    pub received_at: Instant,
}

impl Parked {
    /// Where a list of waiting events goes on after this one: `order|source|event`. Any of the three may hold a bar,
    /// so those of the first two are written `%7C`, and their percent signs `%25` (A-G-11).
    pub fn cursor(&self) -> String {
        let part = |text: &str| text.replace('%', "%25").replace('|', "%7C");
        let order = self.event.body.order_id().map_or("", domain::OrderId::as_str);
        format!("{}|{}|{}", part(order), part(&self.event.source), self.event.event_id)
    }

    /// Order, source and event of a cursor; what is missing is empty.
    pub fn read_cursor(cursor: &str) -> (String, String, String) {
        let mut parts = cursor.splitn(3, '|');
        let mut next = || parts.next().unwrap_or_default();
        let part = |text: &str| text.replace("%7C", "|").replace("%25", "%");
        (part(next()), part(next()), next().to_owned())
    }
}

/// An answered request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Of the request's body and route.
    pub digest: Digest,
    /// The [`crate::Reply`] as JSON.
    pub reply: String,
    /// When it was answered.
    pub at: Instant,
}

/// Shop, source and event id.
pub type InboxKey = (ShopId, SmolStr, SmolStr);

impl Row for InboxRow {
    type Key = InboxKey;
    const NAME: &'static str = "event taken in";
}

impl Row for RequestRow {
    type Key = (ShopId, String);
    const NAME: &'static str = "request";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use domain::event::{Body, OrderNamed};

    #[test]
    fn a_g_11_a_cursor_keeps_its_parts_apart() {
        for (order, source, event) in [
            ("o1", "/erp", "e1"),
            ("a|b", "c", "d"),
            ("a", "b|c", "d|e"),
            ("50%7C", "%257C|", "%7C"),
            ("券%", "x", "|"),
        ] {
            let body = Body::Shipped(OrderNamed { order_id: order.parse().unwrap() });
            let occurred_at = Instant::from_micros(0);
            let event_of = OrderEvent { source: source.into(), event_id: event.into(), occurred_at, body };
            let parked = Parked { event: event_of, received_at: occurred_at };
            let cursor = parked.cursor();
            let (o, s, e) = Parked::read_cursor(&cursor);
            assert_eq!((&*o, &*s, &*e), (order, source, event), "{cursor}");
        }
        assert_eq!(Parked::read_cursor("o|s"), ("o".into(), "s".into(), String::new()));
        let before = "o|http://x/%20|e";
        assert_eq!(Parked::read_cursor(before).1, "http://x/%20", "one that an earlier build handed out");
    }
}
