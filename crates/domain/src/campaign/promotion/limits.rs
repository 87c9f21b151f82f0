//! How often, and for how much, a promotion without a coupon is given.
//!
//! An order that names the promotion among its discounts takes a use and its amount in the decision that takes the order
//! in; a cancelled one gives both back. They are figures of the campaign (`uses.rs`): the sum over the orders as
//! they are. Counted are orders that were placed while its terms had limits.

use crate::campaign::field::{Amount, Field, Filled, Gauge, Type, Unit};
use crate::{Code, limits};
use money::Money;
use serde::{Deserialize, Serialize};

/// Limits; each that is given holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// So many orders in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// So many orders of one customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_customer: Option<u64>,
    /// So much money off in all; minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Money>,
    /// A cancelled order has used it all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_on_cancel: bool,
}

/// What was taken of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Orders.
    pub uses: u64,
    /// Orders of the customer.
    pub of_customer: u64,
    /// Money off.
    pub given: Money,
}

impl Limits {
    /// Why there is not one more use.
    pub fn used_up(&self, spent: Spent) -> Option<Code> {
        let reached = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used >= limit);
        if reached(self.total, spent.uses) {
            return Some(Code::SoldOut);
        }
        if reached(self.per_customer, spent.of_customer) {
            return Some(Code::CustomerLimit);
        }
        self.budget.is_some_and(|budget| spent.given >= budget).then_some(Code::BudgetSpent)
    }
    /// What may still come off.
    pub fn left(&self, spent: Spent) -> Option<Money> {
        self.budget.map(|budget| (budget - spent.given).max(Money::ZERO))
    }
    /// Which of them were taken beyond what they allow.
    pub fn exceeded(&self, spent: Spent) -> Vec<Code> {
        let over = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used > limit);
        let codes = [
            (over(self.total, spent.uses), Code::SoldOut),
            (over(self.per_customer, spent.of_customer), Code::CustomerLimit),
            (self.budget.is_some_and(|budget| spent.given > budget), Code::BudgetSpent),
        ];
        codes.into_iter().filter(|(over, _)| *over).map(|(_, code)| code).collect()
    }
}

impl Filled for Limits {
    const FIELDS: &'static [Field] = &[
        Field::optional("total", Type::count(1, 1_000_000_000, Unit::Orders))
            .label("Orders in all", "总次数")
            .help("So many orders in all.", "全部订单最多使用的次数。"),
        Field::optional("per_customer", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Orders))
            .label("Orders of a customer", "每人次数")
            .help("So many orders of one customer.", "每位顾客最多使用的次数。"),
        Field::optional("budget", Type::Money(Amount::from(1)))
            .label("Budget", "预算")
            .help("So much money off in all.", "累计优惠金额上限。"),
        Field::default("keep_on_cancel", Type::Flag, "false")
            .label("Cancelled orders count", "取消不退回")
            .help(
                "A cancelled order has used it all the same; otherwise it gives its use and its money back.",
                "订单取消后不退回次数和金额；不勾选则退回。",
            ),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.wholes("total", self.total);
        gauge.wholes("per_customer", self.per_customer);
        gauge.money("budget", self.budget);
    }
}
