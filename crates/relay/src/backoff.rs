//! When a failed attempt is made again, a pure function of the attempt and the id; and how long its receiver rests.
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

/// How long a receiver rests at most after a failure, whatever it asks for.
const LONGEST_REST: Duration = Duration::from_mins(5);
/// How long it rests at most of our own accord.
const OWN_REST_SECONDS: u64 = 60;

/// How long a receiver is left alone that has failed so many times since it last took something: 1 s, 2 s, 4 s and so
/// on up to a minute; longer where it asked for that (`Retry-After`), up to five minutes.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(relay::rest(0, None), Duration::ZERO);
/// assert_eq!(relay::rest(3, None), Duration::from_secs(4));
/// assert_eq!(relay::rest(60, None), Duration::from_mins(1));
/// assert_eq!(relay::rest(1, Some(Duration::from_hours(5))), Duration::from_mins(5));
/// ```
pub fn rest(failures: u32, asked_for: Option<Duration>) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
    let own = 1_u64.checked_shl(doublings).unwrap_or(OWN_REST_SECONDS).min(OWN_REST_SECONDS);
    let asked_for = asked_for.unwrap_or_default().min(LONGEST_REST);
    Duration::from_secs(own).max(asked_for)
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
