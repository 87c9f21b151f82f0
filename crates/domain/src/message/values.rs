//! The values that a message's variables have, by name.
//!
//! Always holds: an amount has its currency and a moment its zone, so that a value can be told without asking anybody.

use super::{
    Kind,
    template::variables::{self, ValueType},
};
use crate::{
    Code, Instant, Lang, OrderId, Violation,
    order::{Line, Order},
    shop::Shop,
    time::Zone,
};
use money::{Currency, Money};
use std::collections::BTreeMap;
use visible::clean;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words or a code, as they came.
    Text(String),
    /// Goods: the first one's name, and how many pieces there are in all.
    Goods(String, u64),
    /// A number.
    Number(u64),
    /// An amount.
    Amount(Money, Currency),
    /// A moment on that wall.
    Moment(Instant, Zone),
    /// A path at the template's host.
    Link(String),
}

impl Value {
    /// Whether a variable of that type can hold it.
    pub const fn is_a(&self, holds: ValueType) -> bool {
        match self {
            Self::Text(_) => matches!(holds, ValueType::Text | ValueType::Code),
            Self::Goods(..) => matches!(holds, ValueType::Text),
            Self::Number(_) => matches!(holds, ValueType::Number),
            Self::Amount(..) => matches!(holds, ValueType::Amount),
            Self::Moment(..) => matches!(holds, ValueType::Moment),
            Self::Link(_) => matches!(holds, ValueType::Link),
        }
    }
}

/// The values of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// With one more, or another.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// With those of another in front of its own.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// What a shop says.
    pub fn of_shop(shop: &Shop) -> Self {
        Self::default().with("shop", Value::Text(shop.name.clone()))
    }

    /// What a shop and an order say. Which refund it is about, and the link, are the caller's to add; an order that is not
    /// there says nothing but its number.
    pub fn of_order(kind: Kind, shop: Option<&Shop>, order_id: &OrderId, order: Option<&Order>) -> Self {
        let name = shop.map(|shop| shop.name.clone()).unwrap_or_default();
        let own = Self::default()
            .with("shop", Value::Text(name))
            .with("order", Value::Text(order_id.as_str().to_owned()));
        let Some(order) = order else { return own.with("goods", Value::Text(String::new())) };
        let first = order.lines.first().map(name_of).unwrap_or_default();
        let items = order.lines.iter().fold(0_u64, |sum, line| sum.saturating_add(line.quantity));
        let mut own =
            own.with("goods", Value::Goods(first.to_owned(), items)).with("items", Value::Number(items));
        let zone = shop.map_or_else(Zone::shanghai, |shop| shop.time_zone.clone());
        if let Some(at) = kind.order_ends(order) {
            own = own.with("deadline", Value::Moment(at, zone));
        }
        match shop {
            Some(shop) => {
                own.with("amount", Value::Amount(amount(kind, order), Currency::of_stored(&shop.currency)))
            }
            None => own,
        }
    }

    /// With what goes back to the customer, or was to go back.
    #[must_use]
    pub fn with_refund(self, shop: &Shop, refund: Money) -> Self {
        self.with("refund", Value::Amount(refund, Currency::of_stored(&shop.currency)))
    }

    /// What a platform sends as a message's variables: words and links as text, numbers and amounts (minor units) as
    /// whole numbers, moments as RFC 3339. Everything that is none of the kind's is a violation.
    pub fn read(
        kind: Kind,
        given: &serde_json::Map<String, serde_json::Value>,
        shop: &Shop,
    ) -> Result<Self, Vec<Violation>> {
        let (mut own, mut wrong) = (Self::default(), Vec::new());
        for (name, value) in given {
            let field = format!("variables.{name}");
            match variables::find(kind, name) {
                None => wrong.push(Violation::new(field, Code::UnknownVariable)),
                Some(variable) => match one(variable.holds, value, shop) {
                    Some(value) => own = own.with(name, value),
                    None => wrong.push(Violation::with(field, Code::ValueInvalid, wanted(variable.holds))),
                },
            }
        }
        if wrong.is_empty() { Ok(own) } else { Err(wrong) }
    }

    /// Example values of a kind, for previews: a shop in China.
    pub fn examples(kind: Kind, language: Lang) -> Self {
        Self::examples_in(kind, language, Currency::CNY)
    }

    /// The same of a shop that takes that currency (A-G-12).
    pub fn examples_in(kind: Kind, language: Lang, currency: Currency) -> Self {
        let mut own = Self::default();
        for variable in variables::variables(kind) {
            let said = language.of(variable.example);
            let number = || said.parse().unwrap_or_default();
            let value = match variable.holds {
                ValueType::Text if variable.name == "goods" => Value::Goods(said.to_owned(), 2),
                ValueType::Text | ValueType::Code => Value::Text(said.to_owned()),
                ValueType::Number => Value::Number(said.parse().unwrap_or_default()),
                ValueType::Amount => Value::Amount(Money::from_minor(number()), currency),
                ValueType::Moment => {
                    let zone = Zone::shanghai();
                    Value::Moment(zone.instant(said.parse().unwrap_or_default()), zone)
                }
                ValueType::Link => Value::Link(said.to_owned()),
            };
            own = own.with(variable.name, value);
        }
        own
    }
}

/// What customers know a line's goods by: its title, or its SKU where there is none that can be shown.
fn name_of(line: &Line) -> &str {
    line.title.as_deref().filter(|title| !clean(title).is_empty()).unwrap_or(line.sku.as_str())
}

/// What a kind's amount is of.
fn amount(kind: Kind, order: &Order) -> Money {
    match kind {
        Kind::BalanceOpening | Kind::BalanceClosing | Kind::BalanceReminder => order.balance(),
        Kind::PaymentSucceeded => order.paid(),
        Kind::PaymentReminder
        | Kind::Shipped
        | Kind::Received
        | Kind::RefundApproved
        | Kind::RefundRejected
        | Kind::SupplierOrder
        | Kind::PurchaseOrder
        | Kind::Dispute
        | Kind::Marketing
        | Kind::SprintReminder
        | Kind::SprintReceipt
        | Kind::SprintPrize => order.payable,
    }
}

fn one(holds: ValueType, value: &serde_json::Value, shop: &Shop) -> Option<Value> {
    Some(match holds {
        ValueType::Text | ValueType::Code => Value::Text(value.as_str()?.to_owned()),
        ValueType::Link => Value::Link(value.as_str()?.to_owned()),
        ValueType::Number => Value::Number(value.as_u64()?),
        ValueType::Amount => {
            let minor = value.as_i64().filter(|minor| *minor >= 0)?;
            Value::Amount(Money::from_minor(minor), Currency::of_stored(&shop.currency))
        }
        ValueType::Moment => Value::Moment(Instant::parse(value.as_str()?)?, shop.time_zone.clone()),
    })
}

const fn wanted(holds: ValueType) -> &'static str {
    match holds {
        ValueType::Text | ValueType::Code => "a text",
        ValueType::Link => "a path that begins with /",
        ValueType::Number => "a whole number",
        ValueType::Amount => "a whole number of minor units, 0 or more",
        ValueType::Moment => "a moment such as 2030-11-04T22:00:00+08:00",
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment on the wall, to the minute before it or its own: `11月4日08:00` and `08:00 on 4 November`.
pub fn moment(at: Instant, zone: &Zone) -> (String, String) {
    let wall = zone.civil(at);
    let (month, day) = (wall.month(), wall.day());
    let clock = format!("{:02}:{:02}", wall.hour(), wall.minute());
    let named = MONTHS.get(usize::from(month.unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default();
    (format!("{month}月{day}日{clock}"), format!("{clock} on {day} {named}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_s1_27_a_deadline_is_a_moment_on_the_shops_wall() {
        let at = Instant::parse("2030-11-04T00:00:00Z").unwrap();
        for (zone, zh, en) in [
            ("Asia/Shanghai", "11月4日08:00", "08:00 on 4 November"),
            ("America/New_York", "11月3日19:00", "19:00 on 3 November"),
        ] {
            let found = moment(at, &Zone::find(zone).unwrap());
            assert_eq!(found, (zh.to_owned(), en.to_owned()));
        }
    }
}
