//! A price of its own for a line's goods (单品促销).

use crate::campaign::field::{Amount, Field, Filled, Form, Gauge, Type, Words};
use crate::campaign::promotion::{
    Limits, PercentOff, When,
    fields::{LIMITS, MIN_GOODS, MIN_QUANTITY, SEGMENTS, WHEN},
};
use crate::campaign::terms::KindTerms;
use crate::{Code, Violation};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of an item promotion: exactly one of `price`, `percent_off`, `amount_off`; the
/// amounts are a unit's, the percentage is of the line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The unit costs this, where it is less than the list price; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// This part of the line comes off, rounded half up once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    /// This much comes off each unit; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_off: Option<Money>,
    /// Only with so many pieces in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<u64>,
    /// Only with so many different SKUs in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_goods: Option<u64>,
    /// It comes on top of the best price, on what is left of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stacks: bool,
    /// A line that takes it takes no other item promotion, however cheap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Lower goes first; equal ones by campaign id.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
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
const fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// What an item promotion does to the price of a line.
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
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[
        Field::optional("price", Type::Money(Amount::from(0)))
            .label("Price", "促销价")
            .help("A unit costs this, where it is less than the list price.", "单件促销价，低于原价时生效。"),
        Field::optional("percent_off", Type::Percent).label("Percent off", "折扣比例").help(
            "This part of the line comes off, rounded once to the smallest unit of money.",
            "整行按该比例减免，整行四舍五入一次。",
        ),
        Field::optional("amount_off", Type::Money(Amount::from(1)))
            .label("Amount off", "直降金额")
            .help("This much comes off each unit.", "每件直降该金额。"),
        MIN_QUANTITY,
        MIN_GOODS,
        Field::default("stacks", Type::Flag, "false").label("Stacks", "可叠加").help(
            "It comes on top of the best price of a line, on what is left of it.",
            "在该行最优价之后叠加，按剩余金额计算。",
        ),
        Field::default("exclusive", Type::Flag, "false").label("Exclusive", "独占").help(
            "A line that takes it takes no other item promotion, however cheap.",
            "采用它的行不再采用其他单品促销，即使更便宜。",
        ),
        Field::default("priority", Type::whole(i32::MIN as i64, i32::MAX as i64), "0")
            .label("Priority", "优先级")
            .help(
                "Lower goes first, equal ones by campaign id: among exclusive ones, and among those that stack.",
                "数字小的优先，相同则按活动编号；用于独占的之间与叠加的之间。",
            ),
        Field::default("member_only", Type::Flag, "false")
            .label("Members only", "会员价")
            .help("Only for members.", "仅限会员。"),
        SEGMENTS,
        WHEN,
        LIMITS,
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("price", self.price);
        gauge.money("amount_off", self.amount_off);
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

impl ItemBenefit {
    /// What comes off what is left of a line of so many units; never more than that.
    pub fn off_rest(self, left: Money, quantity: i64) -> Money {
        let times = |unit: Money| Money::from_minor(unit.minor().saturating_mul(quantity));
        match self {
            Self::Price(price) => (left - times(price).min(left)).max(Money::ZERO),
            Self::PercentOff(percent) => percent.of(left),
            Self::AmountOff(amount) => times(amount).min(left),
        }
    }
    /// What comes off a line of so many units at that price; never more than the line. A percentage is rounded
    /// half up over the whole line (A-G-4); the units of a partial refund share it as A-G-6 says.
    pub fn off(self, unit_price: Money, quantity: i64) -> Money {
        let times = |unit: Money| Money::from_minor(unit.minor() * quantity);
        match self {
            Self::Price(price) => times((unit_price - price).max(Money::ZERO)),
            Self::PercentOff(percent) => percent.of(times(unit_price)),
            Self::AmountOff(amount) => times(amount.min(unit_price)),
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "item_promotion";
    const FORM: Form = Form {
        label: Words::new("Item promotion", "单品促销"),
        help: Words::new(
            "A price of its own for each line of the goods in scope; of several the lowest price wins, unless one is exclusive or stacks.",
            "活动范围内的商品逐行按促销价计；同一行多个促销取最低价，独占或叠加的除外。",
        ),
        fields: Self::FIELDS,
        rules: &[
            Words::new(
                "Exactly one of `price`, `percent_off` and `amount_off`.",
                "`price`、`percent_off`、`amount_off` 三者必填其一，且只填一个。",
            ),
            Words::new("`exclusive` takes no `stacks`.", "`exclusive` 不能与 `stacks` 同用。"),
        ],
        example: r#"{"percent_off": "12.5", "segments": ["new"]}"#,
    };

    fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }
    fn check_together(&self, found: &mut Vec<Violation>) {
        if let Some(when) = &self.when {
            when.check_together("terms.when", found);
        }
        if self.benefit().is_none() {
            let message = "exactly one of price, percent_off and amount_off";
            found.push(Violation::with("terms", Code::InvalidValue, message));
        }
        if self.stacks && self.exclusive {
            found.push(Violation::with("terms.exclusive", Code::InvalidValue, "not with stacks"));
        }
    }
}
