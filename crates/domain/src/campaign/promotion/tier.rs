//! A tier of spend and save; a coupon of a batch has one too.

use super::PercentOff;
use crate::campaign::field::{Amount, Field, Filled, Gauge, Type};
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
    /// Appends everything that breaks a rule. `at` leads to the tier; its fields' names stand alone where it is
    /// empty.
    pub fn check(&self, at: &str, found: &mut Vec<Violation>) {
        self.check_limits(at, found);
        self.check_saving(|name| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }, found);
    }
    /// Appends what is wrong with the two ways to save.
    pub fn check_saving(&self, field: impl Fn(&str) -> String, found: &mut Vec<Violation>) {
        if self.save.is_some() == self.percent_off.is_some() {
            let message = "exactly one of save and percent_off";
            found.push(Violation::with(field("save"), Code::InvalidValue, message));
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

impl Filled for Tier {
    const FIELDS: &'static [Field] = &[
        Field::required("spend", Type::Money(Amount::from(0))).label("Threshold", "门槛").help(
            "The tier is reached from this amount on; 0 for no threshold.",
            "达到该金额即满足；0 为无门槛。",
        ),
        Field::optional("save", Type::Money(Amount::from(1)))
            .label("Saving", "减免金额")
            .help("This much comes off.", "减免该金额。"),
        Field::optional("percent_off", Type::Percent)
            .label("Percent off", "折扣比例")
            .help("This part of the amount comes off.", "按该比例减免。"),
        Field::optional("cap", Type::Money(Amount::from(1)))
            .label("Cap", "封顶金额")
            .help("No more than this comes off.", "减免不超过该金额。"),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("spend", self.spend);
        gauge.money("save", self.save);
        gauge.money("cap", self.cap);
    }
}
