//! What the merchant fills in for units in groups, and what holds between the fields.

use super::{Goods, form::FORM};
use crate::campaign::field::{Field, Filled, Form, Gauge};
use crate::campaign::promotion::{Limits, PercentOff, When};
use crate::campaign::terms::KindTerms;
use crate::{Code, Violation};
use money::Money;
use serde::{Deserialize, Serialize};

/// Which units of the scope get the benefit, by the price of one after item promotions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Pick {
    #[default]
    Cheapest,
    Dearest,
}

/// Terms of a unit promotion. A group is the units that are bought (`buy`) and `quantity` units of the campaign's scope,
/// which get the benefit; as many groups are formed as the cart has units for. Exactly one benefit is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "a form with switches")]
pub struct Terms {
    /// What must be bought for each group, at its price. Bought units get no benefit, unless `buy_too` says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buy: Vec<Goods>,
    /// Units of the scope in each group that get the benefit; without it there is one group, of all units in scope
    /// beside those that are bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    /// This part of the units comes off, rounded half up once a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    /// This much comes off each unit; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_off: Option<Money>,
    /// Each unit costs this, where it is less; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// A group costs this in all, bought units included, where it is less; minor units. The dearest units form the groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_price: Option<Money>,
    /// Bought units get the benefit too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buy_too: bool,
    /// Which units of the scope get the benefit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pick: Pick,
    /// With `amount_off` and without `quantity`: every unit after the first takes this much off in its place; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further_off: Option<Money>,
    /// So many groups at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Without `quantity`: so many units at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_units: Option<u64>,
    /// Only where the goods in scope cost so much, after item promotions; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
    /// Only with so many pieces in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<u64>,
    /// Only with so many different SKUs in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_goods: Option<u64>,
    /// Lines with an item promotion stay out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude_discounted: bool,
    /// It may have units that served another unit promotion, and leaves its own to others; it works on what is left of
    /// their price.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stacks: bool,
    /// Lower goes first; equal ones by campaign id.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i32,
    /// Of unit promotions with the same group only the first that applies is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only for members (会员价).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub member_only: bool,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// What else has to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// How often and for how much it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a unit promotion does to its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// A part of their price comes off.
    PercentOff(PercentOff),
    /// So much comes off each; of the first one so much, of each further one so much.
    AmountOff(Money, Money),
    /// Each costs this.
    Price(Money),
    /// A group costs this.
    GroupPrice(Money),
}

impl Terms {
    /// The benefit; `None` when not exactly one is given.
    pub fn benefit(&self) -> Option<Benefit> {
        match (self.percent_off, self.amount_off, self.price, self.group_price) {
            (Some(percent), None, None, None) => Some(Benefit::PercentOff(percent)),
            (None, Some(amount), None, None) => {
                Some(Benefit::AmountOff(amount, self.further_off.unwrap_or(amount)))
            }
            (None, None, Some(price), None) => Some(Benefit::Price(price)),
            (None, None, None, Some(price)) => Some(Benefit::GroupPrice(price)),
            _ => None,
        }
    }

    /// Fields that are of no use beside others, with why.
    fn misplaced(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let groups = self.quantity.is_some();
        let of_group = self.group_price.is_some();
        let single = self.amount_off.is_some() && !groups;
        [
            (self.max_units.is_some() && groups, "max_units", "without quantity; times bounds groups"),
            (self.times.is_some() && !groups, "times", "with quantity; without it there is one group"),
            (self.further_off.is_some() && !single, "further_off", "with amount_off and without quantity"),
            (of_group && !groups, "quantity", "a group price needs the units of a group"),
            (of_group && self.pick != Pick::Cheapest, "pick", "a group price takes the dearest units"),
            (of_group && self.buy_too, "buy_too", "a group price is of the bought units too"),
            (self.buy_too && self.buy.is_empty(), "buy_too", "needs buy"),
        ]
        .into_iter()
        .filter(|(wrong, ..)| *wrong)
        .map(|(_, field, why)| (field, why))
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = FORM.fields;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("buy", &self.buy);
        gauge.wholes("quantity", self.quantity);
        gauge.money("amount_off", self.amount_off);
        gauge.money("price", self.price);
        gauge.money("group_price", self.group_price);
        gauge.money("further_off", self.further_off);
        gauge.wholes("times", self.times);
        gauge.wholes("max_units", self.max_units);
        gauge.money("spend", self.spend);
        gauge.wholes("min_quantity", self.min_quantity);
        gauge.wholes("min_goods", self.min_goods);
        gauge.whole("priority", self.priority);
        gauge.texts("segments", &self.segments);
        if let Some(when) = &self.when {
            gauge.object("when", when);
        }
        if let Some(limits) = &self.limits {
            gauge.object("limits", limits);
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "unit_promotion";
    const FORM: Form = FORM;

    fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }
    fn check_together(&self, found: &mut Vec<Violation>) {
        if let Some(when) = &self.when {
            when.check_together("terms.when", found);
        }
        if self.benefit().is_none() {
            let message = "exactly one of percent_off, amount_off, price and group_price";
            found.push(Violation::with("terms", Code::InvalidValue, message));
        }
        for (field, why) in self.misplaced() {
            found.push(Violation::with(format!("terms.{field}"), Code::InvalidValue, why));
        }
    }
}
