//! What was heard after a wave was drawn and would have changed it: lists for a decision by hand (A-S3-2).

use super::Reached;
use crate::Instant;
use serde::{Deserialize, Serialize};

/// How what is known now differs from what was known at the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateCode {
    /// They had qualified after all.
    LateQualified,
    /// They had not qualified after all.
    LateDisqualified,
}

impl LateCode {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LateQualified => "late_qualified",
            Self::LateDisqualified => "late_disqualified",
        }
    }
    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::LateQualified, Self::LateDisqualified].into_iter().find(|code| code.as_str() == text)
    }
}

/// What was decided by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether the member has the prize.
    pub award: bool,
    /// Why.
    pub reason: String,
    /// Who decided it: the key's id.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// One tier that would have come out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The tier.
    pub tier: u8,
    /// How it differs.
    pub code: LateCode,
    /// When the tier was reached, by what is known now; of one that was not, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualified_at: Option<Instant>,
    /// Since when that is known.
    pub heard_at: Instant,
    /// What was decided; none while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// The tiers that differ between what was known at the draw and what is known now.
pub(super) fn differences(drawn: &[Reached], now: &[Reached]) -> Vec<(u8, LateCode, Option<Instant>)> {
    let has = |of: &[Reached], tier: u8| of.iter().any(|reached| reached.tier == tier);
    let gained = now.iter().filter(|reached| !has(drawn, reached.tier));
    let gained = gained.map(|reached| (reached.tier, LateCode::LateQualified, Some(reached.qualified_at)));
    let lost = drawn.iter().filter(|reached| !has(now, reached.tier));
    gained.chain(lost.map(|reached| (reached.tier, LateCode::LateDisqualified, None))).collect()
}
