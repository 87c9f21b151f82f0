//! A tier of spend and save; a coupon of a batch has one too.

use super::PercentOff;
use crate::campaign::check;
use crate::{Code, Violation};
use money::Money;
use serde::{Deserialize, Serialize};

/// A tier: from `spend` on, `save` or `percent_off` (at most `cap`) comes off. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Tier {
    pub spend: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Money>,
}

impl Tier {
    /// Appends everything that breaks a rule; the fields' names begin with `at`.
    pub fn check(&self, at: &str, found: &mut Vec<Violation>) {
        check::amount(&format!("{at}spend"), self.spend, 0, found);
        match (self.save, self.percent_off) {
            (Some(save), None) => check::amount(&format!("{at}save"), save, 1, found),
            (None, Some(_)) => {}
            _ => {
                let message = "exactly one of save and percent_off";
                found.push(Violation::with(format!("{at}save"), Code::InvalidValue, message));
            }
        }
        if let Some(cap) = self.cap {
            check::amount(&format!("{at}cap"), cap, 1, found);
        }
    }
    /// The most that ever comes off, where that does not depend on the amount.
    pub fn fixed(&self) -> Option<Money> {
        self.save.map(|save| save.min(self.cap.unwrap_or(save)))
    }
    /// What comes off an amount that has reached the tier; never more than the amount.
    pub fn off(&self, amount: Money) -> Money {
        let off = match (self.save, self.percent_off) {
            (Some(save), _) => save,
            (None, Some(percent)) => percent.of(amount),
            (None, None) => Money::ZERO,
        };
        off.min(self.cap.unwrap_or(off)).min(amount)
    }
}
