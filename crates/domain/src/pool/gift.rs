//! Gift strategies: what is given to which orders (S4-R16, R17, R29).

use super::RankKey;
use crate::{Code, GiftStrategyId, Instant, Sku, Violation, limits, pool::PoolOrder, time::Window};
use money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The customer's time that counts (S4-R29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// When the order was placed.
    Order,
    /// When the first payment (首款) came.
    FirstPayment,
    /// When the balance (尾款) came.
    BalancePayment,
}

/// How often one buyer may get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuyerLimit {
    /// With every order.
    #[default]
    EveryOrder,
    /// With the earliest of their orders; later ones take no place in the ranking.
    OncePerBuyer,
}

/// Units of one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiftUnit {
    /// What is given.
    pub sku: Sku,
    /// Units an order.
    pub quantity: u64,
}

/// From `min` on, these gifts; the highest tier that is reached counts (A-S4-9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiftTier {
    /// Goods amount actually paid, in minor units: this much or more.
    pub min: Money,
    /// What is given.
    pub gifts: Vec<GiftUnit>,
}

/// A gift strategy as the operator filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftStrategy {
    /// Its id within the shop.
    pub strategy_id: GiftStrategyId,
    /// For people.
    pub name: String,
    /// Within a group the first hit wins; groups add up; group 0 stands alone (A-S4-14).
    pub group: u32,
    /// Within a group the higher goes first; then the smaller id.
    pub priority: u32,
    /// When it works, by the processing clock (A-S4-12).
    pub validity: Window,
    /// Which orders it is for, by their basis time (A-S4-12).
    pub activity: Window,
    /// The customer's time that counts.
    pub basis: Basis,
    /// An order with one of these takes part; sorted.
    pub main_skus: Arc<[Sku]>,
    /// Only the first so many orders by the basis time (A-S4-5).
    pub first_n: Option<u64>,
    /// How often one buyer may get it.
    pub buyers: BuyerLimit,
    /// Whether the amount decides. Without it there is one tier, which asks for nothing.
    pub by_amount: bool,
    /// Sorted by `min`; at least one.
    pub tiers: Vec<GiftTier>,
}

impl GiftStrategy {
    /// The order's time that this strategy goes by; `None` while it is not known.
    pub fn basis_time(&self, order: &PoolOrder) -> Option<Instant> {
        match self.basis {
            Basis::Order => Some(order.times.ordered_at),
            Basis::FirstPayment => order.times.first_paid_at,
            Basis::BalancePayment => order.times.balance_paid_at,
        }
    }

    /// Whether the order has one of the main items.
    pub fn takes(&self, order: &PoolOrder) -> bool {
        order.lines.iter().any(|line| self.main_skus.binary_search(&line.sku).is_ok())
    }

    /// The order's place, where it takes part: it has a main item and its basis time lies in the
    /// activity time.
    pub fn place(&self, order: &PoolOrder) -> Option<RankKey> {
        self.find_place(order).ok()
    }

    /// The order's place, or why it has none: `no_main_item`, `basis_unknown`, `outside_activity`.
    pub fn find_place(&self, order: &PoolOrder) -> Result<RankKey, Code> {
        let at = self.basis_time(order);
        // The time first: it is cheaper to look at.
        let is_outside = at.is_some_and(|at| !self.activity.contains(at));
        match at {
            Some(at) if !is_outside && self.takes(order) => Ok(order.rank_key(at)),
            _ if !self.takes(order) => Err(Code::NoMainItem),
            Some(_) => Err(Code::OutsideActivity),
            None => Err(Code::BasisUnknown),
        }
    }

    /// The highest tier that an amount reaches, by its index (A-S4-9).
    pub fn tier(&self, paid: Money) -> Option<usize> {
        self.tiers.iter().rposition(|tier| tier.min <= paid)
    }

    /// Whether it goes before `other` in a group.
    pub fn goes_before(&self, other: &Self) -> bool {
        (std::cmp::Reverse(self.priority), &self.strategy_id)
            < (std::cmp::Reverse(other.priority), &other.strategy_id)
    }

    /// What breaks a rule.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say = |field: &str, code, message: String| found.push(Violation::with(field, code, message));
        if self.name.trim().is_empty() || self.name.chars().count() > limits::NAME_CHARS {
            say("name", Code::TooLongText, format!("a name has 1 to {} characters", limits::NAME_CHARS));
        }
        for (field, window) in [("validity", self.validity), ("activity", self.activity)] {
            if window.ends_at <= window.starts_at {
                say(field, Code::InvalidValue, "it ends after it starts".into());
            }
        }
        if self.activity.starts_at < self.validity.starts_at || self.activity.ends_at > self.validity.ends_at
        {
            let message = "the validity contains the activity time (S4-R17)";
            say("activity", Code::ActivityOutsideValidity, message.into());
        }
        if self.main_skus.is_empty() {
            say("main_skus", Code::Required, "name at least one main item".into());
        } else if self.main_skus.len() > limits::SCOPE_SKUS {
            say("main_skus", Code::TooMany, format!("at most {} SKUs", limits::SCOPE_SKUS));
        }
        if self.first_n.is_some_and(|n| n == 0 || n > limits::FIRST_N) {
            say("first_n", Code::OutOfRange, format!("1 to {}", limits::FIRST_N));
        }
        self.tier_violations(&mut found);
        found
    }

    fn tier_violations(&self, found: &mut Vec<Violation>) {
        let name = |index: usize| {
            if self.by_amount { format!("tiers[{index}].gifts") } else { "gifts".to_owned() }
        };
        if self.tiers.is_empty() || self.tiers.len() > limits::PROMOTION_TIERS {
            let message = format!("1 to {} tiers", limits::PROMOTION_TIERS);
            found.push(Violation::with("tiers", Code::TooMany, message));
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            if tier.min.is_negative() || tier.min.minor() > limits::AMOUNT_MINOR {
                let field = format!("tiers[{index}].min");
                found.push(Violation::with(field, Code::OutOfRange, limits::amounts()));
            }
            if index > 0 && self.tiers[index - 1].min >= tier.min {
                let message = "each tier begins above the one before it";
                found.push(Violation::with(format!("tiers[{index}].min"), Code::InvalidValue, message));
            }
            if tier.gifts.is_empty() || tier.gifts.len() > limits::GIFTS {
                let message = format!("1 to {} gifts", limits::GIFTS);
                found.push(Violation::with(name(index), Code::TooMany, message));
            }
            for (at, gift) in tier.gifts.iter().enumerate() {
                if gift.quantity == 0 || gift.quantity > limits::GIFT_QUANTITY {
                    let message = format!("1 to {} units", limits::GIFT_QUANTITY);
                    let field = format!("{}[{at}].quantity", name(index));
                    found.push(Violation::with(field, Code::OutOfRange, message));
                }
                if tier.gifts[..at].iter().any(|other| other.sku == gift.sku) {
                    found.push(Violation::new(format!("{}[{at}].sku", name(index)), Code::Duplicate));
                }
            }
        }
    }
}

/// A gift strategy with its versions (A-G-10). An order keeps the version that it entered under (A-S4-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftRecord {
    /// Oldest first; never empty.
    pub versions: Vec<Arc<GiftStrategy>>,
}

impl GiftRecord {
    /// The newest version.
    pub fn newest(&self) -> &Arc<GiftStrategy> {
        self.versions.last().expect("a record has a version")
    }
    /// The newest version's number, from 1.
    pub fn newest_number(&self) -> u32 {
        u32::try_from(self.versions.len()).unwrap_or(u32::MAX)
    }
    /// By what a run's ranking is walked whose orders go by these versions, both included: as the newest says,
    /// but as far as the largest N and the longest activity time of them. The N of an order is that of the
    /// version it entered under.
    pub fn lead(&self, oldest: u32, newest: u32) -> Option<Arc<GiftStrategy>> {
        let last = self.version(newest)?;
        if oldest >= newest {
            return Some(last.clone());
        }
        let all: Vec<_> = (oldest..=newest).filter_map(|number| self.version(number)).collect();
        let ends_at = all.iter().map(|it| it.activity.ends_at).max().unwrap_or(last.activity.ends_at);
        Some(Arc::new(GiftStrategy {
            first_n: all.iter().filter_map(|it| it.first_n).max(),
            activity: Window { ends_at, ..last.activity },
            ..GiftStrategy::clone(last)
        }))
    }
    /// A version by its number, from 1.
    pub fn version(&self, number: u32) -> Option<&Arc<GiftStrategy>> {
        self.versions.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}
