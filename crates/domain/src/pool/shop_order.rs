//! An order as it was downloaded, and what it must be.

use crate::{Code, CustomerId, Instant, OrderId, Sentence, Sku, Violation, limits, time::Zone};
use money::Money;
use serde::{Deserialize, Serialize};

/// When what happened to an order, as far as it is known (A-S4-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Placed.
    pub ordered_at: Instant,
    /// First payment: the deposit, or all of it where there is one stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_paid_at: Option<Instant>,
    /// Balance payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_paid_at: Option<Instant>,
    /// When the balance may be paid; known of orders with two stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_opens_at: Option<Instant>,
    /// When an unpaid balance closes the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_closes_at: Option<Instant>,
    /// Closed on the platform: cancelled or refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
}

/// One line of a pooled order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolLine {
    /// The goods.
    pub sku: Sku,
    /// Units.
    pub quantity: u64,
    /// What it costs, in minor units, whether that is paid or not.
    pub amount: Money,
}

/// What a download says of an order beside its times and its amounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Whether it is paid at once; nothing where the download does not say (A-S4-20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_stage: Option<bool>,
    /// When the download was made (A-S4-23); without it the order in which downloads come in counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The order that it was split from (A-S4-24): its own number where it kept that of its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<OrderId>,
    /// Whether a refund of it is asked for and not decided; known of our own presale orders (A-S4-19).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refund_open: bool,
}

/// No order of a platform is older: 2000-01-01T00:00:00Z.
const EARLIEST: Instant = Instant::from_micros(946_684_800_000_000);

/// An order as it was downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopOrder {
    /// The platform's number.
    pub order_id: OrderId,
    /// The buyer.
    pub customer_id: CustomerId,
    /// When what happened.
    #[serde(flatten)]
    pub times: Times,
    /// Goods amount actually paid so far: all stages, discounts removed, freight excluded (A-S4-9).
    pub goods_paid: Money,
    /// What was bought.
    pub lines: Vec<PoolLine>,
    /// What else was said of it.
    #[serde(flatten)]
    pub said: Said,
}

impl ShopOrder {
    /// What is wrong with it as it stands; times are told in `zone`.
    pub fn violations(&self, now: Instant, zone: &Zone) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say =
            |field: String, code, message: String| found.push(Violation::with(field, code, message));
        let ahead = now.plus_minutes(limits::EVENT_AHEAD_MINUTES);
        let Times { ordered_at, first_paid_at, balance_paid_at, balance_opens_at, .. } = self.times;
        let times = [("ordered_at", Some(ordered_at)), ("first_paid_at", first_paid_at)];
        for (field, at) in times.into_iter().chain([("balance_paid_at", balance_paid_at)]) {
            if at.is_some_and(|at| at > ahead) {
                say(field.into(), Code::TimeInFuture, Code::TimeInFuture.en().into());
            }
        }
        let earliest =
            Instant::from_micros(ordered_at.micros()).plus_minutes(-limits::PAYMENT_BEFORE_ORDER_MINUTES);
        if first_paid_at.is_some_and(|at| at < earliest) {
            say("first_paid_at".into(), Code::InvalidValue, "it was paid before it was placed".into());
        }
        if ordered_at < EARLIEST {
            say("ordered_at".into(), Code::OutOfRange, format!("not before {}", zone.format(EARLIEST)));
        }
        let Times { balance_closes_at, closed_at, .. } = self.times;
        if closed_at.is_some_and(|at| at > ahead) {
            say("closed_at".into(), Code::TimeInFuture, Code::TimeInFuture.en().into());
        }
        let opens = balance_opens_at.unwrap_or(ordered_at);
        if balance_closes_at.is_some_and(|closes| closes <= opens) {
            let message = format!("the balance opens at {}", zone.format(opens));
            say("balance_closes_at".into(), Code::InvalidValue, message);
        }
        let first = first_paid_at.unwrap_or(earliest);
        if balance_paid_at.is_some_and(|at| at < first) {
            say(
                "balance_paid_at".into(),
                Code::InvalidValue,
                "the balance was paid before the deposit".into(),
            );
        }
        if let (Some(paid), Some(opens)) = (balance_paid_at, balance_opens_at)
            && paid < opens
        {
            let message = format!("the balance opens at {}", zone.format(opens));
            say("balance_paid_at".into(), Code::InvalidValue, message);
        }
        if self.said.as_of.is_some_and(|at| at > ahead) {
            say("as_of".into(), Code::TimeInFuture, Code::TimeInFuture.en().into());
        }
        let has_balance = [balance_paid_at, balance_opens_at, balance_closes_at].iter().any(Option::is_some);
        if self.said.single_stage == Some(true) && has_balance {
            say("single_stage".into(), Code::InvalidValue, "an order with a balance has two stages".into());
        }
        found.extend(self.amount_violations());
        found
    }

    fn amount_violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say =
            |field: String, code, message: Sentence| found.push(Violation::with(field, code, message));
        let amount = |amount: Money| !amount.is_negative() && amount.minor() <= limits::AMOUNT_MINOR;
        if !amount(self.goods_paid) {
            say("goods_paid".into(), Code::OutOfRange, limits::amounts());
        }
        if self.lines.is_empty() || self.lines.len() > limits::ORDER_LINES {
            say("lines".into(), Code::TooMany, format!("1 to {} lines", limits::ORDER_LINES).into());
        }
        for (index, line) in self.lines.iter().enumerate() {
            if line.quantity == 0 || line.quantity > limits::LINE_QUANTITY {
                let message = format!("1 to {} units", limits::LINE_QUANTITY);
                say(format!("lines[{index}].quantity"), Code::OutOfRange, message.into());
            }
            if !amount(line.amount) {
                say(format!("lines[{index}].amount"), Code::OutOfRange, limits::amounts());
            }
        }
        found
    }
}
