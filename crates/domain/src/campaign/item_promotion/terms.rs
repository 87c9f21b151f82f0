//! A price of its own for a line's goods (单品促销).

use crate::campaign::promotion::PercentOff;
use crate::campaign::{
    check,
    terms::{Frame, KindTerms},
};
use crate::{Code, Violation};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of an item promotion: exactly one of `price`, `percent_off`, `amount_off`, each a unit's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The unit costs this, where it is less than the list price; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// This part of the unit price comes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    /// This much comes off each unit; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_off: Option<Money>,
    /// Only for members (会员价).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub member_only: bool,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
}

/// What an item promotion does to a unit's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum ItemBenefit {
    Price(Money),
    PercentOff(PercentOff),
    AmountOff(Money),
}

impl Terms {
    /// The benefit; `None` when not exactly one is given.
    pub fn benefit(&self) -> Option<ItemBenefit> {
        match (self.price, self.percent_off, self.amount_off) {
            (Some(price), None, None) => Some(ItemBenefit::Price(price)),
            (None, Some(percent), None) => Some(ItemBenefit::PercentOff(percent)),
            (None, None, Some(amount)) => Some(ItemBenefit::AmountOff(amount)),
            _ => None,
        }
    }
    /// Appends everything that breaks a rule in the terms themselves.
    pub fn check_terms(&self, found: &mut Vec<Violation>) {
        if self.benefit().is_none() {
            let message = "exactly one of price, percent_off and amount_off";
            found.push(Violation::with("terms", Code::InvalidValue, message));
        }
        if let Some(price) = self.price {
            check::amount("terms.price", price, 0, found);
        }
        if let Some(amount) = self.amount_off {
            check::amount("terms.amount_off", amount, 1, found);
        }
        check::segments(&self.segments, found);
    }
}

impl ItemBenefit {
    /// What comes off one unit of that price; never more than the price.
    pub fn off(self, unit_price: Money) -> Money {
        match self {
            Self::Price(price) => (unit_price - price).max(Money::ZERO),
            Self::PercentOff(percent) => percent.of(unit_price),
            Self::AmountOff(amount) => amount.min(unit_price),
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "item_promotion";

    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        check::period(frame.period, found);
    }
}
