//! `[presale_strategy]` and `[[gift_strategy]]`: the fields of the API, and what is left out there.
//!
//! What always holds: moments are written out, so that a run of yesterday is the run of tomorrow. What the
//! domain refuses is refused here, before any file is read; only what depends on the export is left to the
//! engine.

use crate::mapping::Wrong;
use domain::{
    GiftStrategyId, Instant, PresaleStrategyId, Sku, Violation,
    ends::Ends,
    pool::{Basis, BuyerLimit, GiftStrategy, GiftTier, GiftUnit, PresaleStrategy, Timing, check_gifts},
    time::{Window, Zone},
};
use money::{Currency, Money};
use serde::{Deserialize, Deserializer, de::Error};
use std::collections::BTreeSet;

/// A moment in RFC 3339.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(pub Instant);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let wrong = || D::Error::custom(format!("`{text}`: a moment is written 2020-10-20T20:00:00+08:00"));
        Instant::parse(&text).map(Self).ok_or_else(wrong)
    }
}

/// From `starts_at` on, until before `ends_at`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Period {
    starts_at: Moment,
    ends_at: Moment,
}

impl Period {
    /// With the end that is meant (A-G-3).
    fn window(self, field: &str, ends: &mut Ends<'_>) -> Window {
        ends.window(field, Window { starts_at: self.starts_at.0, ends_at: self.ends_at.0 })
    }
}

/// The presale strategy as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PresaleText {
    strategy_id: PresaleStrategyId,
    name: String,
    /// Every SKU of the export when it is left out.
    #[serde(default)]
    goods: Vec<Sku>,
    validity: Period,
    activation_at: Moment,
    balance_opens_at: Option<Moment>,
    #[serde(default = "to_review")]
    timing: Timing,
    /// All of the file when it is left out.
    gift_strategies: Option<Vec<GiftStrategyId>>,
}

const fn to_review() -> Timing {
    Timing::ToReview
}

/// A gift strategy as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GiftText {
    strategy_id: GiftStrategyId,
    name: String,
    #[serde(default)]
    group: u32,
    #[serde(default)]
    priority: u32,
    /// That of the presale strategy when it is left out.
    validity: Option<Period>,
    activity: Period,
    basis: Basis,
    /// The presale goods when it is left out.
    #[serde(default)]
    main_skus: Vec<Sku>,
    first_n: Option<u64>,
    #[serde(default)]
    one_per_customer: bool,
    tiers: Option<Vec<GiftTier>>,
    gifts: Option<Vec<GiftUnit>>,
}

/// The strategies of a pool, whose goods may be those of the export.
#[derive(Debug, Clone)]
pub struct Strategies {
    presale: PresaleStrategy,
    gifts: Vec<GiftStrategy>,
    warnings: Vec<Violation>,
}

impl Strategies {
    pub(super) fn try_new(
        presale: &PresaleText,
        gifts: &[GiftText],
        zone: &Zone,
        currency: Currency,
    ) -> Result<Self, Wrong> {
        let mut ends = Ends::new(zone);
        let written = presale.read(gifts, &mut ends);
        let of_gift = |(index, gift): (usize, &GiftText)| gift.read(index, written.validity, &mut ends);
        let gifts = gifts.iter().enumerate().map(of_gift).collect::<Result<_, _>>()?;
        let strategies = Self { gifts, presale: written, warnings: ends.into_warnings() };
        // What is left to the export is taken to be one item of it.
        let (presale, gifts) = strategies.over(&BTreeSet::from([any_sku()]));
        let before = presale.activation_at.plus_seconds(-1);
        let gift_refs: Vec<&GiftStrategy> = gifts.iter().collect();
        let named = presale.gift_strategies.iter();
        for id in named {
            if !gifts.iter().any(|gift| gift.strategy_id == *id) {
                let message = format!("there is no [[gift_strategy]] {id}");
                return Err(Wrong::new("presale_strategy.gift_strategies", message));
            }
        }
        let bounds = presale.activation_violations(None, before, zone);
        let of_presale = presale.violations().into_iter().chain(bounds);
        let of_presale = of_presale.chain(check_gifts(&presale, &gift_refs));
        if let Some(found) = of_presale.into_iter().next() {
            return Err(Wrong::of(format!("presale_strategy.{}", found.field), &found, currency));
        }
        if !presale.validity.contains(before) {
            let message = "the activation time lies in the validity, so that orders can settle before it";
            return Err(Wrong::new("presale_strategy.validity", message));
        }
        for (index, gift) in gifts.iter().enumerate() {
            if let Some(found) = gift.violations().first() {
                return Err(Wrong::of(format!("gift_strategy[{index}].{}", found.field), found, currency));
            }
        }
        Ok(strategies)
    }

    /// Only the first `n` orders get each gift.
    pub fn only_first(&mut self, n: u64) {
        for gift in &mut self.gifts {
            gift.first_n = Some(n);
        }
    }

    /// When gifts run.
    pub fn activation_at(&self) -> Instant {
        self.presale.activation_at
    }

    /// The first moment at which one of the strategies no longer works.
    pub fn ends_at(&self) -> Instant {
        let ends = self.gifts.iter().map(|gift| gift.validity.ends_at);
        ends.fold(self.presale.validity.ends_at, Instant::min)
    }

    /// When the first ranking begins.
    pub fn ranks_from(&self) -> Instant {
        let starts = self.gifts.iter().map(|gift| gift.activity.starts_at);
        starts.fold(Instant::from_micros(i64::MAX), Instant::min)
    }

    /// Ends that were read otherwise than they were written.
    pub fn warnings(&self) -> &[Violation] {
        &self.warnings
    }

    /// The gift strategies, as they were written.
    pub fn gifts(&self) -> &[GiftStrategy] {
        &self.gifts
    }

    /// The strategies of a shop that sold these goods.
    pub fn over(&self, goods: &BTreeSet<Sku>) -> (PresaleStrategy, Vec<GiftStrategy>) {
        let mut presale = self.presale.clone();
        if presale.goods.is_empty() {
            presale.goods = goods.iter().cloned().collect();
        }
        let gift = |gift: &GiftStrategy| {
            let all = gift.main_skus.is_empty();
            let main_skus = if all { presale.goods.clone() } else { gift.main_skus.clone() };
            GiftStrategy { main_skus, ..gift.clone() }
        };
        let gifts = self.gifts.iter().map(gift).collect();
        (presale, gifts)
    }

    /// Whether the goods are those of the export.
    pub fn takes_every_sku(&self) -> bool {
        self.presale.goods.is_empty()
    }
}

fn any_sku() -> Sku {
    Sku::try_new("any").unwrap_or_else(|_| unreachable!("any is an id"))
}

fn sorted(skus: &[Sku]) -> std::sync::Arc<[Sku]> {
    skus.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

impl PresaleText {
    fn read(&self, gifts: &[GiftText], ends: &mut Ends<'_>) -> PresaleStrategy {
        let all = || gifts.iter().map(|gift| gift.strategy_id.clone()).collect();
        PresaleStrategy {
            strategy_id: self.strategy_id.clone(),
            name: self.name.clone(),
            goods: sorted(&self.goods),
            validity: self.validity.window("presale_strategy.validity", ends),
            activation_at: self.activation_at.0,
            balance_opens_at: self.balance_opens_at.map(|at| at.0),
            timing: self.timing,
            gift_strategies: self.gift_strategies.clone().unwrap_or_else(all),
        }
    }
}

impl GiftText {
    fn read(&self, index: usize, usual: Window, ends: &mut Ends<'_>) -> Result<GiftStrategy, Wrong> {
        let at = |field: &str| format!("gift_strategy[{index}].{field}");
        let wrong = |field: &str, message: &str| Err(Wrong::new(at(field), message));
        let (by_amount, tiers) = match (&self.tiers, &self.gifts) {
            (Some(tiers), None) => (true, tiers.clone()),
            (None, Some(gifts)) => (false, vec![GiftTier { min: Money::ZERO, gifts: gifts.clone() }]),
            (Some(_), Some(_)) => return wrong("gifts", "either tiers or gifts, not both"),
            (None, None) => return wrong("gifts", "name the gifts, or tiers of them"),
        };
        let buyers = if self.one_per_customer { BuyerLimit::OncePerBuyer } else { BuyerLimit::EveryOrder };
        Ok(GiftStrategy {
            strategy_id: self.strategy_id.clone(),
            name: self.name.clone(),
            group: self.group,
            priority: self.priority,
            validity: self.validity.map_or(usual, |given| given.window(&at("validity"), ends)),
            activity: self.activity.window(&at("activity"), ends),
            basis: self.basis,
            main_skus: sorted(&self.main_skus),
            first_n: self.first_n,
            buyers,
            by_amount,
            tiers,
        })
    }
}
