//! The sprint that is tried, as its file says it.

use domain::{
    Instant, Sku, Violation, WaveId,
    campaign::{
        KindTerms,
        sprint::{AwardBy, Prize, PrizeKind, Terms, Tier, TierRule},
    },
    sprint::{CountsFrom, Wave},
    time::{Window, text},
};
use money::Money;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Why a sprint cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not a sprint.
    #[error("{path}: {error}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// Why, with the line.
        error: Box<toml::de::Error>,
    },
    /// What it says does not go together.
    #[error("{path}: {field}: {message}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The key.
        field: String,
        /// What is wrong with it.
        message: String,
    },
}

/// A sprint to try. Amounts are minor units.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SprintPlan {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// Orders placed in it count.
    #[serde(with = "text")]
    pub starts_at: Instant,
    /// Not from then on.
    #[serde(with = "text")]
    pub ends_at: Instant,
    /// Receipts before this moment count.
    #[serde(with = "text")]
    pub draw_at: Instant,
    /// The thresholds to try, side by side, rising.
    pub thresholds: Vec<Money>,
    /// Coupons released in each shop; half as many members win.
    pub release_quantity: u64,
    /// What each coupon takes off.
    pub face_value: Money,
}

impl SprintPlan {
    /// Reads it.
    pub fn open(path: &Path) -> Result<Self, PlanError> {
        let file = || path.to_owned();
        let text = std::fs::read_to_string(path).map_err(|error| PlanError::Io { path: file(), error })?;
        let read = toml::from_str(&text);
        let plan: Self = read.map_err(|error| PlanError::Toml { path: file(), error: Box::new(error) })?;
        match plan.violations().into_iter().next() {
            None => Ok(plan),
            Some(Violation { field, message, .. }) => {
                Err(PlanError::Wrong { path: file(), field, message: message.in_minor_units() })
            }
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.face_value <= Money::ZERO {
            found.push(Violation::with("face_value", domain::Code::OutOfRange, "above 0"));
        }
        if self.winners() == 0 {
            found.push(Violation::with("release_quantity", domain::Code::OutOfRange, "2 or more"));
        }
        self.terms().check_terms(&mut found);
        for fault in &mut found {
            let field = fault.field.replace("terms.tiers[", "thresholds[").replace("].threshold", "]");
            let field = field.replace("terms.waves[0].sprint.", "").replace("terms.waves[0].", "");
            fault.field = field.replace("terms.tiers", "thresholds");
        }
        found
    }

    /// Coupons that are won two by two, as prizes of which so many members win one.
    pub fn winners(&self) -> u64 {
        self.release_quantity / 2
    }

    /// When customers enroll.
    pub fn enrolled_at(&self) -> Instant {
        self.starts_at.plus_hours(-1)
    }

    /// The terms under which each shop runs it: each threshold by itself, so that none takes from another.
    pub fn terms(&self) -> Terms {
        let wave = Wave {
            wave_id: WaveId::try_new("replay").unwrap_or_else(|_| unreachable!("replay is an id")),
            enrollment: Window { starts_at: self.enrolled_at(), ends_at: self.ends_at },
            sprint: Window { starts_at: self.starts_at, ends_at: self.ends_at },
            draw_at: self.draw_at,
            award: Window { starts_at: self.draw_at, ends_at: self.draw_at.plus_hours(1) },
            redemption: Window { starts_at: self.draw_at, ends_at: self.draw_at.plus_hours(2) },
        };
        let tier = |(number, threshold): (usize, &Money)| Tier {
            threshold: *threshold,
            prize: Prize {
                kind: PrizeKind::Goods,
                batch_id: None,
                release_quantity: None,
                sku: Sku::try_new(&format!("pair-{number}")).ok(),
                stock: Some(self.winners()),
            },
        };
        Terms {
            waves: vec![wave],
            tiers: self.thresholds.iter().enumerate().map(tier).collect(),
            tier_rule: TierRule::Each,
            counts_from: CountsFrom::SprintStart,
            award_by: AwardBy::Push,
            void_after_refund: false,
            description: String::new(),
        }
    }
}
