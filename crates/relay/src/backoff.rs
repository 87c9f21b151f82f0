//! When a failed attempt is made again: a pure function of the attempt and the id.
//!
//! The schedule spans about three days. The jitter keeps the events of one outage from coming back
//! in the same second, and is derived from the id, so that a replay gives the same times.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// The waits before the second, third, ... attempt, in seconds.
const SCHEDULE_SECONDS: [u64; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600];

/// The wait after attempt number `attempt` failed; attempts count from 0.
///
/// The waits are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, each moved by up to
/// 10 % either way. `None` after the tenth attempt: it goes to the dead letters.
///
/// ```
/// let first = relay::next_attempt(0, "evt_1").expect("the first failure is tried again");
/// assert!((4_500..=5_500).contains(&first.as_millis()));
/// assert_eq!(relay::next_attempt(9, "evt_1"), None);
/// ```
pub fn next_attempt(attempt: u32, event_id: &str) -> Option<Duration> {
    let seconds = *SCHEDULE_SECONDS.get(usize::try_from(attempt).ok()?)?;
    // In tenths of a per mille, 9,000 to 11,000: integers, so every machine agrees.
    let share = 9_000 + jitter(attempt, event_id) % 2_001;
    Some(Duration::from_millis(seconds * 1_000 * share / 10_000))
}

fn jitter(attempt: u32, event_id: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(event_id.as_bytes())
        .chain_update([0])
        .chain_update(attempt.to_le_bytes())
        .finalize();
    digest[..8].iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wait_is_within_ten_percent_and_the_same_each_time() {
        for id in ["evt_1", "evt_2", "", "事件"] {
            for (attempt, seconds) in (0..).zip(SCHEDULE_SECONDS) {
                let wait = next_attempt(attempt, id).map(|wait| wait.as_millis());
                let (low, high) = (u128::from(seconds) * 900, u128::from(seconds) * 1_100);
                assert!(wait.is_some_and(|wait| (low..=high).contains(&wait)));
                assert_eq!(wait, next_attempt(attempt, id).map(|wait| wait.as_millis()));
            }
        }
    }

    #[test]
    fn the_tenth_failure_is_the_last() {
        assert_eq!(next_attempt(9, "evt_1"), None);
        assert_eq!(next_attempt(u32::MAX, "evt_1"), None);
    }

    #[test]
    fn ids_spread_over_the_window() {
        let waits: std::collections::BTreeSet<_> =
            (0..100).filter_map(|n| next_attempt(1, &format!("evt_{n}"))).collect();
        assert!(waits.len() > 80, "100 ids share only {} waits", waits.len());
    }
}
