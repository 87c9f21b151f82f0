//! A pooled order: what the platform said of it, where it stands, and what was done by hand.

use super::{PoolLine, RankKey, ShopOrder, Times};
use crate::{Code, CustomerId, GiftStrategyId, Instant, OrderId, PresaleStrategyId, Sku, limits};
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
    /// What: `late_earlier_order`, `gift_out_of_stock`, `amount_changed`, `gifts_undecided`,
    /// `looks_partly_paid`, `stages_unknown`.
    pub code: Code,
    /// The strategy concerned; none where it is the order itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<GiftStrategyId>,
    /// When it was found.
    pub at: Instant,
    /// Of `amount_changed` the tier that the amount reached then, by index; -1 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<i32>,
}

/// A time that a newer download told otherwise (A-S4-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Which: `first_paid_at` and the like.
    pub field: String,
    /// What was known.
    pub from: Instant,
    /// What is known now.
    pub to: Instant,
    /// When that came in.
    pub at: Instant,
}

/// A step of an order from stage to stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// When.
    pub at: Instant,
    /// Where to.
    pub stage: Stage,
    /// What somebody accepted for it: `unpaid`, `looks_partly_paid`, `gifts_undecided` (A-S4-19).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Code>,
    /// Why they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Gift strategies that had not decided, or whose gift had changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strategies: Vec<GiftStrategyId>,
}

impl Moved {
    /// A step that nobody had to accept anything for.
    pub const fn new(at: Instant, stage: Stage) -> Self {
        Self { at, stage, accepted: Vec::new(), reason: None, strategies: Vec::new() }
    }
}

/// An order of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolOrder {
    /// The platform's number.
    pub order_id: OrderId,
    /// The buyer.
    pub customer_id: CustomerId,
    /// The order that it was split from (A-S4-24): its own number where it kept that of its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<OrderId>,
    /// The parent that it is ranked as; only as [`PoolOrder::together`] makes it.
    #[serde(skip)]
    pub counts_as: Option<OrderId>,
    /// Whether every child of that parent is fully paid.
    #[serde(skip)]
    pub paid_in_all: Option<bool>,
    /// When what happened.
    pub times: Times,
    /// Goods amount actually paid so far.
    pub goods_paid: Money,
    /// What was bought.
    pub lines: Vec<PoolLine>,
    /// Whether a download, or a person, said that it is paid at once (A-S4-20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_stage: Option<bool>,
    /// When the balance opens as its presale strategy had it when it covered the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_by_strategy: Option<Instant>,
    /// Whether half of its lines or more was known to be paid: what is less now went back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_whole: bool,
    /// Whether a refund of it is asked for and not decided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refund_open: bool,
    /// When the newest download of it was made, or came in where it did not say (A-S4-23).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// Times that a newer download corrected, oldest first; the oldest are dropped past a limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
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
    /// Gifts added by hand that went back when it closed: they are its again if it lives on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub went_back: Vec<ManualGift>,
    /// What people must look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// What people looked at and have settled: it is not listed again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Exception>,
    /// Its steps, oldest first; the oldest are dropped past a limit.
    pub moves: Vec<Moved>,
}

impl PoolOrder {
    /// A new order, as it was downloaded.
    pub fn new(order: &ShopOrder, now: Instant) -> Self {
        let ShopOrder { order_id, customer_id, times, goods_paid, lines, said } = order.clone();
        let mut order = Self {
            order_id,
            customer_id,
            parent_id: said.parent_id,
            counts_as: None,
            paid_in_all: None,
            times,
            goods_paid,
            lines,
            single_stage: said.single_stage,
            opens_by_strategy: None,
            was_whole: false,
            refund_open: said.refund_open,
            as_of: Some(said.as_of.unwrap_or(now)),
            corrections: Vec::new(),
            stage: Stage::ShopOrder,
            presale_strategy: None,
            left: None,
            hit: Hit::Missed,
            entered: Vec::new(),
            manual: Vec::new(),
            went_back: Vec::new(),
            exceptions: Vec::new(),
            settled: Vec::new(),
            moves: vec![Moved::new(now, Stage::ShopOrder)],
        };
        order.note_whole();
        order
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
        self.step(Moved::new(at, stage));
    }

    /// Moves to a stage, with what was accepted for it.
    pub fn step(&mut self, step: Moved) {
        self.stage = step.stage;
        self.moves.push(step);
        if self.moves.len() > limits::POOL_MOVES {
            self.moves.remove(0);
        }
    }

    /// Notes something for people, once a strategy and code.
    pub fn note(&mut self, code: Code, strategy: Option<&GiftStrategyId>, at: Instant) {
        let mut known = self.exceptions.iter().chain(&self.settled);
        if !known.any(|known| known.code == code && known.strategy_id.as_ref() == strategy) {
            let strategy_id = strategy.cloned();
            self.exceptions.push(Exception { code, strategy_id, at, reached: None });
        }
    }

    /// Notes that the amount reaches another tier than the one that was given. Each new tier is a new entry,
    /// also when an earlier one was looked at and settled (A-S4-19).
    pub fn note_change(&mut self, strategy: &GiftStrategyId, reached: i32, at: Instant) {
        let code = Code::AmountChanged;
        let is_its = |known: &Exception| known.code == code && known.strategy_id.as_ref() == Some(strategy);
        let listed = self.exceptions.iter().rfind(|known| is_its(known));
        let latest = listed.or_else(|| self.settled.iter().rfind(|known| is_its(known)));
        if latest.is_some_and(|latest| latest.reached == Some(reached)) {
            return;
        }
        self.exceptions.retain(|known| !is_its(known));
        let strategy_id = Some(strategy.clone());
        self.exceptions.push(Exception { code, strategy_id, at, reached: Some(reached) });
    }

    /// What people were to look at does not hold any more; if it comes again, it is listed again.
    pub fn forget(&mut self, code: Code, strategy: Option<&GiftStrategyId>) {
        for list in [&mut self.exceptions, &mut self.settled] {
            list.retain(|known| known.code != code || known.strategy_id.as_ref() != strategy);
        }
    }

    /// People have looked at what is listed, all of it or what has this code.
    pub fn dismiss(&mut self, code: Option<Code>) {
        let (done, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.exceptions)
            .into_iter()
            .partition(|known| code.is_none_or(|code| known.code == code));
        self.exceptions = rest;
        let is_new = |known: &Exception| {
            !done.iter().any(|done| (done.code, &done.strategy_id) == (known.code, &known.strategy_id))
        };
        self.settled.retain(is_new);
        self.settled.extend(done);
    }

    /// The order has the strategy's gift: nothing of it needs to be looked at.
    pub fn settle_exceptions(&mut self, strategy: &GiftStrategyId) {
        self.exceptions.retain(|known| known.strategy_id.as_ref() != Some(strategy));
    }

    /// Remembers that half of its lines or more was paid.
    pub(super) fn note_whole(&mut self) {
        self.was_whole |= self.times.first_paid_at.is_some() && self.has_paid_half();
    }

    /// Whether half of what its lines cost, or more, is paid; freight stands on neither side (A-S4-20).
    pub fn has_paid_half(&self) -> bool {
        let cost: i128 = self.lines.iter().map(|line| i128::from(line.amount.minor())).sum();
        i128::from(self.goods_paid.minor()) * 2 >= cost
    }

    /// Its place in a strategy's run.
    pub fn place(&self, strategy: &GiftStrategyId) -> Option<&Entered> {
        self.entered.iter().find(|entered| entered.strategy_id == *strategy)
    }
}
