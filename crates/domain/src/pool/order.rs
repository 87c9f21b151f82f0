//! A pooled order: what the platform said of it, where it stands, and what was done by hand.

use super::RankKey;
use crate::{
    Code, CustomerId, GiftStrategyId, Instant, OrderId, PresaleStrategyId, Refusal, Sku, Violation, limits,
    time::Zone,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Where an order stands (A-S4-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Downloaded (网店订单).
    ShopOrder,
    /// Settling (预售池).
    PresalePool,
    /// Checked by people (销售单审核).
    Review,
    /// With the warehouse.
    Fulfilment,
    /// Over without being shipped.
    Closed,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: &[Self] =
        &[Self::ShopOrder, Self::PresalePool, Self::Review, Self::Fulfilment, Self::Closed];
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ShopOrder => "shop_order",
            Self::PresalePool => "presale_pool",
            Self::Review => "review",
            Self::Fulfilment => "fulfilment",
            Self::Closed => "closed",
        }
    }
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|stage| stage.as_str() == text)
    }
}

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
    /// What was paid for it so far, in minor units.
    pub amount: Money,
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
        let amount = |amount: Money| !amount.is_negative() && amount.minor() <= limits::AMOUNT_MINOR;
        if !amount(self.goods_paid) {
            say("goods_paid".into(), Code::OutOfRange, format!("0 to {}", limits::AMOUNT_MINOR));
        }
        if self.lines.is_empty() || self.lines.len() > limits::ORDER_LINES {
            say("lines".into(), Code::TooMany, format!("1 to {} lines", limits::ORDER_LINES));
        }
        for (index, line) in self.lines.iter().enumerate() {
            if line.quantity == 0 || line.quantity > limits::LINE_QUANTITY {
                let message = format!("1 to {} units", limits::LINE_QUANTITY);
                say(format!("lines[{index}].quantity"), Code::OutOfRange, message);
            }
            if !amount(line.amount) {
                say(
                    format!("lines[{index}].amount"),
                    Code::OutOfRange,
                    format!("0 to {}", limits::AMOUNT_MINOR),
                );
            }
        }
        found
    }
}

/// How an order left the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// By itself (S4-R04).
    Activated,
    /// By hand, before the activation time (S4-R02, S4-R09).
    ByHand,
    /// By hand, after it: gifts go on as if it had stayed.
    ByHandLater,
}

/// Whether the run on the way in hit (S4-R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hit {
    /// It gave nothing, or did not run.
    #[default]
    Missed,
    /// It gave a gift.
    AtTransferIn,
}

/// A place that the order holds in a run's ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The strategy.
    pub strategy_id: GiftStrategyId,
    /// Its run.
    pub run: u64,
    /// The strategy's version that the run goes by (A-G-10).
    pub version: u32,
    /// The place.
    pub key: RankKey,
}

/// A gift that an operator added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualGift {
    /// What is given.
    pub sku: Sku,
    /// Units.
    pub quantity: u64,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// Something about an order that people must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// What: `late_earlier_order`, `gift_out_of_stock`, `amount_changed`.
    pub code: Code,
    /// The strategy concerned.
    pub strategy_id: GiftStrategyId,
    /// When it was found.
    pub at: Instant,
}

/// A step of an order from stage to stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// When.
    pub at: Instant,
    /// Where to.
    pub stage: Stage,
}

/// An order of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolOrder {
    /// The platform's number.
    pub order_id: OrderId,
    /// The buyer.
    pub customer_id: CustomerId,
    /// When what happened.
    pub times: Times,
    /// Goods amount actually paid so far.
    pub goods_paid: Money,
    /// What was bought.
    pub lines: Vec<PoolLine>,
    /// Where it stands.
    pub stage: Stage,
    /// The presale strategy that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presale_strategy: Option<PresaleStrategyId>,
    /// How it left the pool, since it was last submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Leave>,
    /// Whether the run on the way in hit.
    #[serde(default)]
    pub hit: Hit,
    /// Places in rankings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Entered>,
    /// Gifts added by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manual: Vec<ManualGift>,
    /// What people must look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// What people looked at and have settled: it is not listed again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Exception>,
    /// Its steps, oldest first; the oldest are dropped past a limit.
    pub moves: Vec<Moved>,
}

/// What a download brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// Nothing new.
    Nothing,
    /// Something.
    Something,
}

impl PoolOrder {
    /// A new order, as it was downloaded.
    pub fn new(order: &ShopOrder, now: Instant) -> Self {
        let ShopOrder { order_id, customer_id, times, goods_paid, lines } = order.clone();
        Self {
            order_id,
            customer_id,
            times,
            goods_paid,
            lines,
            stage: Stage::ShopOrder,
            presale_strategy: None,
            left: None,
            hit: Hit::Missed,
            entered: Vec::new(),
            manual: Vec::new(),
            exceptions: Vec::new(),
            settled: Vec::new(),
            moves: vec![Moved { at: now, stage: Stage::ShopOrder }],
        }
    }

    /// Takes in what another download says. Times that were known stay, and one that is told otherwise
    /// is a conflict; amounts and lines come from the download that knows the later stage.
    pub fn learn(&mut self, order: &ShopOrder) -> Result<Learned, Refusal> {
        let (known, told) = (self.times, order.times);
        let differs = |known: Option<Instant>, told: Option<Instant>| {
            known.zip(told).is_some_and(|(known, told)| known != told)
        };
        let conflict = [
            ("customer_id", self.customer_id != order.customer_id),
            ("ordered_at", known.ordered_at != told.ordered_at),
            ("first_paid_at", differs(known.first_paid_at, told.first_paid_at)),
            ("balance_paid_at", differs(known.balance_paid_at, told.balance_paid_at)),
        ];
        if let Some((field, _)) = conflict.iter().find(|(_, differs)| *differs) {
            let message = format!("order {} is known with another {field}", self.order_id);
            let mut refusal = Refusal::with(Code::IdempotencyConflict, message);
            refusal.violations.push(Violation::new(*field, Code::IdempotencyConflict));
            return Err(refusal);
        }
        let times = Times {
            ordered_at: known.ordered_at,
            first_paid_at: known.first_paid_at.or(told.first_paid_at),
            balance_paid_at: known.balance_paid_at.or(told.balance_paid_at),
            balance_opens_at: told.balance_opens_at.or(known.balance_opens_at),
            balance_closes_at: told.balance_closes_at.or(known.balance_closes_at),
            closed_at: known.closed_at.or(told.closed_at),
        };
        let stages = |times: &Times| (times.balance_paid_at.is_some(), times.first_paid_at.is_some());
        let is_later = stages(&told) >= stages(&known) || told.balance_paid_at.is_some();
        let differs = self.goods_paid != order.goods_paid || self.lines != order.lines;
        let amounts = is_later && differs && self.stage < Stage::Fulfilment;
        if amounts {
            self.goods_paid = order.goods_paid;
            self.lines.clone_from(&order.lines);
        }
        let learned = amounts || times != known;
        self.times = times;
        Ok(if learned { Learned::Something } else { Learned::Nothing })
    }

    /// Takes over what our own order says: it is the truth, also where a payment is undone.
    pub fn mirror(&mut self, order: &ShopOrder) -> Learned {
        let same =
            (self.times, self.goods_paid) == (order.times, order.goods_paid) && self.lines == order.lines;
        self.times = order.times;
        self.goods_paid = order.goods_paid;
        self.lines.clone_from(&order.lines);
        if same { Learned::Nothing } else { Learned::Something }
    }

    /// Whether everything is paid, so that amounts are final (A-S4-9): the balance, or the only payment
    /// of an order that has one stage.
    pub fn is_fully_paid(&self) -> bool {
        let times = &self.times;
        let one_stage = times.balance_opens_at.is_none() && times.balance_closes_at.is_none();
        times.balance_paid_at.is_some() || (one_stage && times.first_paid_at.is_some())
    }

    /// When it moves on by itself under a presale strategy (A-S4-2); `None` while the balance is unpaid.
    pub fn activates_at(&self, activation_at: Instant) -> Option<Instant> {
        if !self.is_fully_paid() {
            return None;
        }
        Some(self.times.balance_paid_at.map_or(activation_at, |paid| paid.max(activation_at)))
    }

    /// Whether it was closed for want of a balance that, as is known now, came in time.
    pub fn was_paid_in_time(&self) -> bool {
        let Times { balance_paid_at, balance_closes_at, closed_at, .. } = self.times;
        let in_time = balance_paid_at.zip(balance_closes_at).is_some_and(|(paid, closes)| paid < closes);
        self.stage == Stage::Closed && closed_at.is_none() && in_time
    }

    /// When an unpaid balance closes it (A-S4-16).
    pub fn wake_at(&self) -> Option<Instant> {
        let waits = self.stage < Stage::Fulfilment && self.times.balance_paid_at.is_none();
        self.times.balance_closes_at.filter(|_| waits)
    }

    /// Moves to a stage.
    pub fn go(&mut self, stage: Stage, at: Instant) {
        self.stage = stage;
        self.moves.push(Moved { at, stage });
        if self.moves.len() > limits::POOL_MOVES {
            self.moves.remove(0);
        }
    }

    /// Notes something for people, once a strategy and code.
    pub fn note(&mut self, code: Code, strategy: &GiftStrategyId, at: Instant) {
        let mut known = self.exceptions.iter().chain(&self.settled);
        if !known.any(|known| known.code == code && known.strategy_id == *strategy) {
            self.exceptions.push(Exception { code, strategy_id: strategy.clone(), at });
        }
    }

    /// What people were to look at does not hold any more; if it comes again, it is listed again.
    pub fn forget(&mut self, code: Code, strategy: &GiftStrategyId) {
        for list in [&mut self.exceptions, &mut self.settled] {
            list.retain(|known| known.code != code || known.strategy_id != *strategy);
        }
    }

    /// People have looked at what is listed, all of it or what has this code.
    pub fn dismiss(&mut self, code: Option<Code>) {
        let (done, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.exceptions)
            .into_iter()
            .partition(|known| code.is_none_or(|code| known.code == code));
        self.exceptions = rest;
        self.settled.extend(done);
    }

    /// The order has the strategy's gift: nothing of it needs to be looked at.
    pub fn settle_exceptions(&mut self, strategy: &GiftStrategyId) {
        self.exceptions.retain(|known| known.strategy_id != *strategy);
    }

    /// Its place in a strategy's run.
    pub fn place(&self, strategy: &GiftStrategyId) -> Option<&Entered> {
        self.entered.iter().find(|entered| entered.strategy_id == *strategy)
    }
}
