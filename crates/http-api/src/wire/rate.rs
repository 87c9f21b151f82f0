//! Where a key stands with its rate, and the headers that tell it.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::{Arc, OnceLock};

/// Where a key stands with its requests a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateStanding {
    /// Requests a second, and at once.
    pub limit: u32,
    /// How many it may send now.
    pub left: u32,
    /// Seconds until it may send one again; 0 while some are left.
    pub reset_seconds: u32,
}

impl RateStanding {
    /// Writes `RateLimit-Limit`, `-Remaining` and `-Reset`.
    pub fn write(self, headers: &mut HeaderMap) {
        for (name, figure) in [
            ("ratelimit-limit", self.limit),
            ("ratelimit-remaining", self.left),
            ("ratelimit-reset", self.reset_seconds),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(figure));
        }
    }
}

/// Goes with a request: whoever finds its key says here where that stands, and the answer tells it.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<OnceLock<RateStanding>>);

impl Told {
    /// Says it; once is enough.
    pub fn tell(&self, standing: RateStanding) {
        let _ = self.0.set(standing);
    }
    /// What was said.
    pub fn standing(&self) -> Option<RateStanding> {
        self.0.get().copied()
    }
}
