//! Spend so much, save so much, over the goods in scope (总价促销).

use crate::campaign::promotion::Tier;
use crate::campaign::{
    check,
    terms::{Frame, KindTerms},
};
use crate::{Code, Violation, limits};
use serde::{Deserialize, Serialize};

/// Terms of an order promotion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Tiers by rising `spend`; the highest that is reached counts, alone.
    pub tiers: Vec<Tier>,
    /// With one tier of `save`: the saving comes once for every full `spend` (每满减).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every: bool,
    /// Lower goes first; equal ones by campaign id. Each works on what the earlier ones left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// Of promotions with the same group only the first that applies is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

impl Terms {
    /// What is allowed but may be a slip: a cap under its saving, and a tier that saves no more than the one
    /// below it, each at its own threshold.
    pub fn slips(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            let field = |name: &str| format!("terms.tiers[{index}].{name}");
            if tier.save.zip(tier.cap).is_some_and(|(save, cap)| cap < save) {
                let message = "the cap is what comes off, not the saving";
                found.push(Violation::with(field("cap"), Code::CapBelowSave, message));
            }
            let below = index.checked_sub(1).and_then(|below| self.tiers.get(below));
            if let Some(below) = below.filter(|below| tier.off(tier.spend) <= below.off(tier.spend)) {
                let (now, then) = (below.off(tier.spend), tier.off(tier.spend));
                let message = format!("at {} it saves {then}, the tier below {now}", tier.spend);
                found.push(Violation::with(field("spend"), Code::FallingTiers, message));
            }
        }
        found
    }
    /// Appends everything that breaks a rule in the terms themselves.
    pub fn check_terms(&self, found: &mut Vec<Violation>) {
        let count = self.tiers.len();
        if count == 0 || count > limits::PROMOTION_TIERS {
            let message = format!("1 to {} tiers", limits::PROMOTION_TIERS);
            found.push(Violation::with("terms.tiers", Code::OutOfRange, message));
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            let at = format!("terms.tiers[{index}].");
            tier.check(&at, found);
            if self.every && tier.spend.is_zero() {
                check::amount(&format!("{at}spend"), tier.spend, 1, found);
            }
            if tier.save.is_some_and(|save| save > tier.spend) && tier.spend.is_positive() {
                found.push(Violation::with(format!("{at}save"), Code::RatioTooHigh, "at most the spend"));
            }
        }
        if !self.tiers.is_sorted_by(|a, b| a.spend < b.spend) {
            found.push(Violation::with("terms.tiers", Code::InvalidValue, "by rising spend, each once"));
        }
        if self.every && (count != 1 || self.tiers.iter().any(|tier| tier.save.is_none())) {
            found.push(Violation::with("terms.every", Code::InvalidValue, "one tier with save"));
        }
        check::segments(&self.segments, found);
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "order_promotion";

    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        check::period(frame.period, found);
    }
    fn warnings(&self, _: &Frame<'_>) -> Vec<Violation> {
        self.slips()
    }
}
