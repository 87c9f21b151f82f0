//! The stages of a wave: when members enroll, buy, are drawn, claim and redeem (A-S3-1, A-S3-14).

use crate::{
    Code, Instant, Violation, WaveId,
    time::{Window, text},
};
use serde::{Deserialize, Serialize};

/// One wave of a sprint. Its stages are windows of their own, which may overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Its id within the sprint.
    pub wave_id: WaveId,
    /// Members enroll (报名期).
    pub enrollment: Window,
    /// Orders placed in it count (冲刺期).
    pub sprint: Window,
    /// Receipts and refunds before this moment count; then it is settled who has won.
    #[serde(with = "text")]
    pub draw_at: Instant,
    /// Prizes are claimed (发奖期).
    pub award: Window,
    /// Coupons are used (奖品核销期).
    pub redemption: Window,
}

impl Wave {
    /// Appends what is wrong with its stages. `at` is where it stands in a request.
    pub fn check(&self, at: &str, found: &mut Vec<Violation>) {
        let mut fault = |bad: bool, field: &str, message: &str| {
            if bad {
                found.push(Violation::with(format!("{at}.{field}"), Code::OutOfRange, message));
            }
        };
        let windows = [
            ("enrollment", &self.enrollment),
            ("sprint", &self.sprint),
            ("award", &self.award),
            ("redemption", &self.redemption),
        ];
        for (name, window) in windows {
            fault(window.ends_at <= window.starts_at, &format!("{name}.ends_at"), "after its start");
        }
        let (enrollment, sprint) = (&self.enrollment, &self.sprint);
        fault(
            sprint.starts_at <= enrollment.starts_at,
            "sprint.starts_at",
            "after the start of the enrollment",
        );
        fault(
            sprint.ends_at < enrollment.ends_at,
            "enrollment.ends_at",
            "at the end of the sprint or before",
        );
        fault(self.draw_at < sprint.ends_at, "draw_at", "at the end of the sprint or later");
        fault(self.award.starts_at < self.draw_at, "award.starts_at", "at the draw or later");
        let redemption = &self.redemption;
        fault(
            redemption.starts_at < self.award.starts_at,
            "redemption.starts_at",
            "at the start of the award or later",
        );
        fault(
            redemption.ends_at < self.award.ends_at,
            "award.ends_at",
            "at the end of the redemption or before",
        );
    }
    /// From its first moment to its last.
    pub const fn span(&self) -> Window {
        Window { starts_at: self.enrollment.starts_at, ends_at: self.redemption.ends_at }
    }
    /// Whether it has been settled by then who has won: nothing that is heard from then on changes it.
    pub fn is_drawn(&self, now: Instant) -> bool {
        self.draw_at <= now
    }
}

/// Appends where an order could count in two waves, or two have one name.
pub fn check_all(waves: &[Wave], at: &str, found: &mut Vec<Violation>) {
    for (index, wave) in waves.iter().enumerate() {
        let at = format!("{at}[{index}]");
        wave.check(&at, found);
        for before in &waves[..index] {
            if before.wave_id == wave.wave_id {
                found.push(Violation::with(format!("{at}.wave_id"), Code::Duplicate, "of another wave"));
            }
            let both = before.sprint.starts_at.max(wave.sprint.starts_at);
            if both < before.sprint.ends_at.min(wave.sprint.ends_at) {
                let message = format!("an order would count in the wave {} too", before.wave_id);
                found.push(Violation::with(format!("{at}.sprint"), Code::OutOfRange, message));
            }
        }
    }
}
