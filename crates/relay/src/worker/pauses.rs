//! Channels whose sender takes nothing: their messages wait, and it is said once.
//!
//! A cap of the account, an empty balance or a key that is refused meets every message alike: the channel pauses for
//! five minutes, then twice as long each time, up to an hour. A sender that does not answer rests as a webhook's
//! receiver does, a second first and up to a minute; Retry-After makes it longer. After either one message at a time is
//! tried until one is decided, so that an outage does not make a whole batch unknown. Where repetitions are dropped
//! silence costs nothing: there each message just waits by its own schedule.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::telemetry;
use crate::backoff::rest;
use crate::clock::after;
use crate::message::{Class, SendOutcome};

/// How long a channel pauses at first.
const FIRST_PAUSE: Duration = Duration::from_mins(5);
/// How long at most.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

#[derive(Debug, Default)]
struct Pause {
    until_micros: i64,
    /// Batches one after the other of which nothing was decided.
    failures: u32,
    /// Why it pauses; `None` where the sender just fails.
    class: Option<Class>,
}

/// What it costs to try a sender that does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing: it drops repetitions.
    IsFree,
    /// A message, of which nobody knows then.
    Costs,
}

/// The channels that pause.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<BTreeMap<String, Pause>>);

impl Pauses {
    /// Those that pause now.
    pub(super) fn paused(&self, now_micros: i64) -> Vec<String> {
        let paused = |pause: &Pause| now_micros < pause.until_micros;
        self.channels()
            .iter()
            .filter(|(_, pause)| paused(pause))
            .map(|(channel, _)| channel.clone())
            .collect()
    }

    /// How many messages of a channel are tried together, where so many are while nothing is wrong with it.
    pub(super) fn batch(&self, channel: &str, usual: usize) -> usize {
        if self.channels().contains_key(channel) { 1 } else { usual }
    }

    /// Nothing could be tried at all, for a reason of our own.
    pub(super) fn hold(&self, channel: &str, now_micros: i64) {
        let mut channels = self.channels();
        let pause = channels.entry(channel.to_owned()).or_default();
        pause.failures = pause.failures.saturating_add(1);
        pause.until_micros = after(now_micros, rest(pause.failures, None));
    }

    /// A batch ended so: until when the channel pauses, if it does.
    pub(super) fn note(
        &self,
        channel: &str,
        outcomes: &[SendOutcome],
        silence: Silence,
        now_micros: i64,
    ) -> Option<i64> {
        if outcomes.is_empty() {
            return None;
        }
        let class = outcomes.iter().find_map(SendOutcome::pause);
        let mut channels = self.channels();
        if class.is_none() && outcomes.iter().any(is_decided) {
            let ended = channels.remove(channel).and_then(|pause| pause.class);
            if let Some(class) = ended {
                telemetry::resumed(channel, class);
                tracing::info!(channel, class = class.as_str(), "the channel sends again");
            }
            return None;
        }
        if class.is_none() && silence == Silence::IsFree {
            return None;
        }
        let pause = channels.entry(channel.to_owned()).or_default();
        pause.failures = pause.failures.saturating_add(1);
        let wait = match class {
            Some(_) => doubled(pause.failures),
            None => rest(pause.failures, outcomes.iter().filter_map(asked_for).max()),
        };
        pause.until_micros = after(now_micros, wait);
        if let Some(class) = class
            && pause.class != Some(class)
        {
            if let Some(before) = pause.class.replace(class) {
                telemetry::resumed(channel, before);
            }
            telemetry::paused(channel, class);
            let code = outcomes.iter().find_map(code_of_pause).unwrap_or_default();
            tracing::error!(channel, class = class.as_str(), code, "the channel pauses; its messages wait");
        }
        Some(pause.until_micros)
    }

    fn channels(&self) -> MutexGuard<'_, BTreeMap<String, Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the sender had a word about this message, of whatever kind.
fn is_decided(outcome: &SendOutcome) -> bool {
    match outcome {
        SendOutcome::Accepted { .. } | SendOutcome::Refused { .. } => true,
        SendOutcome::Later { class, .. } => !class.pauses() && *class != Class::Transient,
        SendOutcome::Unknown { .. } => false,
    }
}

fn asked_for(outcome: &SendOutcome) -> Option<Duration> {
    match outcome {
        SendOutcome::Later { not_before, .. } => not_before.length(),
        SendOutcome::Accepted { .. } | SendOutcome::Refused { .. } | SendOutcome::Unknown { .. } => None,
    }
}

fn code_of_pause(outcome: &SendOutcome) -> Option<&str> {
    match outcome {
        SendOutcome::Later { class, code, .. } if class.pauses() => Some(code),
        _ => None,
    }
}

fn doubled(failures: u32) -> Duration {
    let times = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_PAUSE.checked_mul(times).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Window;

    const SECOND: i64 = 1_000_000;

    fn later(class: Class) -> SendOutcome {
        SendOutcome::Later { class, code: "isv.OUT_OF_SERVICE".into(), not_before: Window::Schedule }
    }

    #[test]
    fn a_channel_pauses_longer_each_time_and_is_probed_until_one_is_taken() {
        let pauses = Pauses::default();
        let minutes = [5, 10, 20, 40, 60, 60];
        for minutes in minutes {
            let until = pauses.note("sms", &[later(Class::Money)], Silence::IsFree, 0);
            assert_eq!(until, Some(minutes * 60 * SECOND));
            assert_eq!(pauses.batch("sms", 32), 1);
        }
        assert_eq!(pauses.paused(3_600 * SECOND - 1), ["sms"]);
        assert!(pauses.paused(3_600 * SECOND).is_empty());
        assert_eq!(pauses.note("sms", &[SendOutcome::accepted()], Silence::Costs, 0), None);
        assert_eq!(pauses.batch("sms", 32), 32);
        assert!(pauses.paused(0).is_empty());
    }

    #[test]
    fn what_is_decided_shows_that_the_sender_lives() {
        for (outcome, rests) in [
            (SendOutcome::unknown("timeout"), true),
            (SendOutcome::later("http_503"), true),
            (later(Class::Throttled), false),
            (SendOutcome::refused(Class::Template, "isv.SMS_TEMPLATE_ILLEGAL", ""), false),
        ] {
            let pauses = Pauses::default();
            let until = pauses.note("sms", std::slice::from_ref(&outcome), Silence::Costs, 0);
            assert_eq!(until, rests.then_some(SECOND), "{outcome:?}");
            let free = Pauses::default().note("sms", std::slice::from_ref(&outcome), Silence::IsFree, 0);
            assert_eq!(free, None);
            let beside = [outcome, SendOutcome::accepted()];
            assert_eq!(pauses.note("sms", &beside, Silence::Costs, 0), None);
        }
    }

    #[test]
    fn a_provider_may_ask_for_a_longer_rest_up_to_five_minutes() {
        for (seconds, rests) in [(0, 1), (30, 30), (86_400, 300)] {
            let asked = SendOutcome::Later {
                class: Class::Transient,
                code: "http_429".into(),
                not_before: Window::Seconds(seconds),
            };
            assert_eq!(Pauses::default().note("sms", &[asked], Silence::Costs, 0), Some(rests * SECOND));
        }
    }
}
