//! The time, as something that is handed in: tests and sandboxes have their own.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// The time, in microseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = UNIX_EPOCH.elapsed().unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}

/// `wait` after `micros`; at the end of time at the latest.
pub(crate) fn after(micros: i64, wait: Duration) -> i64 {
    micros.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX))
}
