//! How long calls took: one histogram, read as percentiles in microseconds.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Calls that took longer count as this long.
const LONGEST: Duration = Duration::from_mins(10);

/// Keeps every latency in nanoseconds, exact to three digits.
pub struct LatencyRecorder(Histogram<u64>);

impl LatencyRecorder {
    /// An empty recorder.
    pub fn new() -> Self {
        let bounds = Histogram::new_with_bounds(1, nanos(LONGEST), 3);
        Self(bounds.expect("these bounds are within what a histogram allows"))
    }

    /// Adds one call.
    pub fn record(&mut self, took: Duration) {
        self.0.saturating_record(nanos(took).max(1));
    }

    /// The percentiles so far; all zero when nothing was recorded.
    pub fn percentiles(&self) -> Percentiles {
        let at = |quantile| self.0.value_at_quantile(quantile) as f64 / 1e3;
        Percentiles { p50_us: at(0.5), p99_us: at(0.99), p999_us: at(0.999) }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Default for LatencyRecorder {
    fn default() -> Self {
        Self::new()
    }
}

/// Percentiles of a run, in microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half of the calls were at least this fast.
    pub p50_us: f64,
    /// 99 of 100.
    pub p99_us: f64,
    /// 999 of 1,000.
    pub p999_us: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_one_to_a_thousand_microseconds() {
        let mut recorder = LatencyRecorder::new();
        for micros in 1..=1_000 {
            recorder.record(Duration::from_micros(micros));
        }
        let read = recorder.percentiles();
        for (value, expected) in [(read.p50_us, 500.0), (read.p99_us, 990.0), (read.p999_us, 999.0)] {
            assert!((value - expected).abs() / expected < 0.002, "{value}");
        }
    }

    #[test]
    fn nothing_recorded_reads_as_zero() {
        assert!(LatencyRecorder::new().percentiles().p99_us.abs() < f64::EPSILON);
    }
}
