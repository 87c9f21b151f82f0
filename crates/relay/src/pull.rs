//! Fetches the delivery reports that providers keep until they are asked for them (A-S2-19).
//!
//! Always holds: what was fetched does not come again, so it is kept until it is stored, and nothing more is fetched
//! before that. A provider that does not answer, or that has not opened the fetching, rests: five minutes first, then
//! twice as long each time, up to an hour. It is said once, and again when it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::BoxFuture;
use crate::clock::{Clock, after};
use crate::message::{Bad, Report, Senders};

/// How long a provider rests at first.
const FIRST_REST: Duration = Duration::from_mins(5);
/// How long at most.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// Reports as they were fetched; one that cannot be read spoils no other.
pub type Pulled = Vec<Result<Report, Bad>>;

/// Who takes reports in.
pub trait Reports: Send + Sync {
    /// Stores what can be stored of them. After an error nothing is known, and they are told again.
    fn store(&self, reports: Pulled) -> BoxFuture<'_, Result<(), String>>;
}

/// How a provider answers.
#[derive(Debug, Default)]
struct Course {
    /// Fetched, and not stored yet.
    kept: Pulled,
    /// In a row.
    failures: u32,
    rests_until_micros: i64,
    /// What it said when it failed last.
    code: Option<String>,
}

/// The providers, and what was fetched of them.
pub struct Pulls {
    senders: Senders,
    clock: Clock,
    courses: BTreeMap<String, Course>,
}

impl Pulls {
    /// Of these senders, with rests by this clock.
    pub fn new(senders: Senders, clock: Clock) -> Self {
        Self { senders, clock, courses: BTreeMap::new() }
    }

    /// Asks each provider once, and stores what it gave; how many reports that were, and where there were any there may
    /// be more. The error is that of the store; what was fetched is kept for the next turn.
    pub async fn turn(&mut self, reports: &dyn Reports) -> Result<usize, String> {
        let mut stored = 0;
        for (channel, sender) in self.senders.each() {
            let course = self.courses.entry(channel.to_owned()).or_default();
            if course.kept.is_empty() && (self.clock)() >= course.rests_until_micros {
                match sender.pull().await {
                    Ok(pulled) => course.answered(channel, pulled),
                    Err(code) => course.failed(channel, code, (self.clock)()),
                }
            }
            if !course.kept.is_empty() {
                reports.store(course.kept.clone()).await?;
                stored += course.kept.len();
                course.kept.clear();
            }
        }
        Ok(stored)
    }
}

impl Course {
    fn answered(&mut self, channel: &str, pulled: Pulled) {
        if self.code.take().is_some() {
            tracing::info!(channel, "delivery reports are fetched again");
        }
        self.failures = 0;
        self.kept = pulled;
    }

    fn failed(&mut self, channel: &str, code: String, now_micros: i64) {
        let times = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let rest = FIRST_REST.checked_mul(times).unwrap_or(LONGEST_REST).min(LONGEST_REST);
        self.failures = self.failures.saturating_add(1);
        self.rests_until_micros = after(now_micros, rest);
        if self.code.as_ref() != Some(&code) {
            tracing::warn!(
                channel,
                code,
                "delivery reports cannot be fetched; it is tried again within an hour"
            );
            self.code = Some(code);
        }
    }
}
