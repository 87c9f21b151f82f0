//! Presale strategies: which orders settle in the pool, until when, and when their gifts run (S4-R01..R15).

use super::gift::GiftStrategy;
use crate::{
    Code, GiftStrategyId, Instant, OrderId, PresaleStrategyId, Sku, Violation, limits, pool::PoolOrder,
    time::Window, time::Zone,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// When the gift strategies run (S4-R29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// When the order reaches review, whichever way (the default).
    ToReview,
    /// When it enters the pool.
    TransferIn,
    /// When it leaves the pool, by itself or by hand (S4-R10).
    TransferOut,
    /// On its way in, and again on its way out unless it hit then (S4-R11).
    TransferInAndOut,
    /// When the activation time is reached (S4-R05).
    Activation,
}

/// A presale strategy as the operator filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresaleStrategy {
    /// Its id within the shop.
    pub strategy_id: PresaleStrategyId,
    /// For people.
    pub name: String,
    /// The presale goods (S4-R07); sorted.
    pub goods: Arc<[Sku]>,
    /// Orders that are submitted in it settle in the pool (S4-R15), by the processing clock.
    pub validity: Window,
    /// When gifts run and paid orders move on.
    pub activation_at: Instant,
    /// When the balance may be paid, where the operator said so.
    pub balance_opens_at: Option<Instant>,
    /// When the gift strategies run.
    pub timing: Timing,
    /// The gift strategies; each belongs to one presale strategy at most.
    pub gift_strategies: Vec<GiftStrategyId>,
}

impl PresaleStrategy {
    /// Whether it covers an order that is submitted now.
    pub fn covers(&self, order: &PoolOrder, now: Instant) -> bool {
        self.validity.contains(now)
            && order.lines.iter().any(|line| self.goods.binary_search(&line.sku).is_ok())
    }

    /// What breaks a rule by itself.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say = |field: &str, code, message: String| found.push(Violation::with(field, code, message));
        if self.name.trim().is_empty() || self.name.chars().count() > limits::NAME_CHARS {
            say("name", Code::TooLongText, format!("a name has 1 to {} characters", limits::NAME_CHARS));
        }
        if self.goods.is_empty() {
            say("goods", Code::Required, "name the presale goods".into());
        } else if self.goods.len() > limits::SCOPE_SKUS {
            say("goods", Code::TooMany, format!("at most {} SKUs", limits::SCOPE_SKUS));
        }
        if self.validity.ends_at <= self.validity.starts_at {
            say("validity", Code::InvalidValue, "it ends after it starts".into());
        }
        if self.gift_strategies.len() > limits::STRATEGY_GIFTS {
            let message = format!("at most {} gift strategies", limits::STRATEGY_GIFTS);
            say("gift_strategies", Code::TooMany, message);
        }
        for (index, id) in self.gift_strategies.iter().enumerate() {
            if self.gift_strategies[..index].contains(id) {
                say(&format!("gift_strategies[{index}]"), Code::Duplicate, Code::Duplicate.en().into());
            }
        }
        found
    }

    /// The bounds of the activation time: now < activation < balance opening (S4-R03, S4-R06, A-S4-4);
    /// `balance_opens_at` is the earliest opening that is known of its goods; times are told in `zone`.
    pub fn activation_violations(
        &self,
        balance_opens_at: Option<Instant>,
        now: Instant,
        zone: &Zone,
    ) -> Vec<Violation> {
        let past = self.activation_at <= now;
        let past = past.then(|| Violation::new("activation_at", Code::ActivationInPast));
        past.into_iter().chain(self.opening_violation(balance_opens_at, zone)).collect()
    }

    /// The upper of these bounds alone.
    pub fn opening_violation(&self, balance_opens_at: Option<Instant>, zone: &Zone) -> Option<Violation> {
        let opens = self.balance_opens_at.into_iter().chain(balance_opens_at).min();
        let opens = zone.format(opens.filter(|opens| self.activation_at >= *opens)?);
        let message = format!("the balance opens at {opens}; the activation time lies before it (S4-R03)");
        Some(Violation::with("activation_at", Code::NotBeforeBalanceOpening, message))
    }

    /// Whether orders could be covered by both: some of the goods, at some time.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (self.validity, other.validity);
        self.strategy_id != other.strategy_id
            && a.starts_at < b.ends_at
            && b.starts_at < a.ends_at
            && other.goods.iter().any(|sku| self.goods.binary_search(sku).is_ok())
    }
}

/// What breaks a rule between a presale strategy and the gift strategies that it names (S4-R07, R18).
pub fn check_gifts(presale: &PresaleStrategy, gifts: &[&GiftStrategy]) -> Vec<Violation> {
    let mut found = Vec::new();
    for gift in gifts {
        let index = presale.gift_strategies.iter().position(|id| *id == gift.strategy_id).unwrap_or_default();
        let field = format!("gift_strategies[{index}]");
        let (outer, inner) = (presale.validity, gift.activity);
        if inner.starts_at < outer.starts_at || inner.ends_at > outer.ends_at {
            let message =
                format!("the presale's validity contains the activity time of {} (S4-R18)", gift.strategy_id);
            found.push(Violation::with(&field, Code::ActivityOutsideValidity, message));
        }
        let stranger = gift.main_skus.iter().find(|sku| presale.goods.binary_search(sku).is_err());
        if let Some(sku) = stranger {
            let message = format!("main item {sku} of {} is no presale good (S4-R07)", gift.strategy_id);
            found.push(Violation::with(&field, Code::MainItemNotPresale, message));
        }
    }
    found
}

/// A walk over the strategy's orders that goes on from batch to batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// What it does.
    pub kind: PassKind,
    /// The last order that is done.
    pub after: Option<OrderId>,
    /// Whether shop orders are to take their places anew when it is over.
    #[serde(default)]
    pub then_cover: bool,
    /// Whether orders are to be judged again when it is over.
    #[serde(default)]
    pub then_judge: bool,
}

impl Pass {
    /// From the first order on.
    pub const fn new(kind: PassKind) -> Self {
        Self { kind, after: None, then_cover: false, then_judge: false }
    }

    /// Shop orders are to take their places anew: now, or after the walk that is under way.
    pub fn cover(known: Option<&Self>) -> Self {
        known.map_or(Self::new(PassKind::Cover), |known| Self { then_cover: true, ..known.clone() })
    }

    /// Orders are to be judged again: now, or after the walk that is under way, which has passed some.
    pub fn judge(known: Option<&Self>) -> Self {
        known.map_or(Self::new(PassKind::Judge), |known| Self { then_judge: true, ..known.clone() })
    }

    /// What comes when it is over.
    pub fn next(&self) -> Option<Self> {
        if self.then_cover {
            return Some(Self { then_judge: self.then_judge, ..Self::new(PassKind::Cover) });
        }
        self.then_judge.then(|| Self::new(PassKind::Judge))
    }
}

/// What a pass does with each order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// Orders whose balance is paid move to review (S4-R04, S4-R14).
    Activate,
    /// Orders go back to shop orders and in again (S4-R06).
    Rerun,
    /// Shop orders that wait to be submitted take their places in the rankings of a strategy that is new.
    Cover,
    /// Orders with an open gift are judged again: a strategy that goes first in a group has decided
    /// (A-S4-14), or a buyer's earlier order has gone.
    Judge,
}

/// A presale strategy with where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresaleRecord {
    /// What the operator filled in.
    pub strategy: Arc<PresaleStrategy>,
    /// Raised with each change, from 1.
    pub version: u32,
    /// When the activation time was reached and acted on.
    pub activated_at: Option<Instant>,
    /// A walk that is under way.
    pub pass: Option<Pass>,
    /// Orders that have entered the pool under it since it was set up or run again.
    #[serde(default)]
    pub entered: u64,
}

impl PresaleRecord {
    /// When it must be looked at: at its activation time, or now while a walk is under way. `since` is
    /// when the walk's last step was.
    pub fn wake_at(&self) -> Option<Instant> {
        match (&self.pass, self.activated_at) {
            (Some(Pass { kind: PassKind::Activate, .. }), _) => self.activated_at,
            (Some(Pass { kind: PassKind::Rerun | PassKind::Cover | PassKind::Judge, .. }), _) => {
                Some(Instant::from_micros(0))
            }
            (None, None) => Some(self.strategy.activation_at),
            (None, Some(_)) => None,
        }
    }
}
