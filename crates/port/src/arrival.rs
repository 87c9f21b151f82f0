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
