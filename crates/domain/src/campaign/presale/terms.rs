//! What the merchant fills in for a presale, and what holds between its fields.

use super::form::{DEPOSIT, FORM, GAIN, GIFT, ITEM, PRICE, REDUCTION};
use crate::{
    Code, Instant, Sku, Violation,
    campaign::{
        field::{Field, Filled, Form, Gauge, Multiplier},
        terms::{Frame, KindTerms},
    },
    limits, sentence,
    shop::Policy,
    time::{Window, text},
};
use money::{Currency, Money, Rate};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Arc};

/// The forms of presale (S1-R05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the platform's own words")]
pub enum PresaleType {
    Normal,
    NoPrice,
    ThreeTier,
    UltraLong,
    FullPayment,
}

impl PresaleType {
    /// Every type and whether it may join the main process (S1-R05): the table to change when a
    /// platform opens it to more.
    pub const MAIN_PROCESS: &[(Self, bool)] = &[
        (Self::Normal, true),
        (Self::NoPrice, false),
        (Self::ThreeTier, false),
        (Self::UltraLong, false),
        (Self::FullPayment, false),
    ];
    /// Whether presales of this type may join the main process.
    pub fn may_join_main_process(self) -> bool {
        Self::MAIN_PROCESS.iter().any(|&(of, may)| of == self && may)
    }
}

/// What paying the deposit brings, one kind at most (A-S1-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GainKind {
    /// Nothing.
    #[default]
    None,
    /// The deposit counts `multiplier` times (定金膨胀).
    Expansion,
    /// `amount` comes off each unit (付定金立减).
    Reduction,
}

/// A gain with its figure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gain {
    /// Which.
    pub kind: GainKind,
    /// Of an expansion: above 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier: Option<Multiplier>,
    /// Of a reduction, for one unit; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// A SKU on presale; amounts are a unit's, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The goods.
    pub sku: Sku,
    /// What a unit costs in all, gains not taken off.
    pub presale_price: Money,
    /// What is paid first: above nothing and at most 20 % of the price (A-S1-4). Not used where
    /// everything is paid at once.
    #[serde(default)]
    pub deposit: Money,
    /// What paying it brings.
    #[serde(default)]
    pub gain: Gain,
    /// Goods of Global Buy cannot join the main process (S1-R05).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub global_buy: bool,
}

/// A gift of the deposit period (S1-R11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// What is given.
    pub sku: Sku,
    /// How many of it.
    pub quantity: u64,
    /// Only to the first so many deposits of the campaign, by the time of payment (A-S1-12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_n: Option<u32>,
}

/// Terms of a presale. The campaign's period contains both windows; its scope is not used: the items
/// are. A presale without a price yet, or with tiers, names the price that holds for its orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "a form with switches")]
pub struct Terms {
    /// The form of presale.
    pub presale_type: PresaleType,
    /// Whether the balance joins the cart for merged settlement (S1-R02). Left out, it does where the
    /// type and the goods may (S1-R04, A-S1-8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_process: Option<bool>,
    /// The goods, each SKU once.
    pub items: Arc<[Item]>,
    /// Orders are placed and deposits paid in it.
    pub deposit_window: Window,
    /// Balances are paid in it.
    pub balance_window: Window,
    /// When parcels leave.
    #[serde(with = "text")]
    pub ship_at: Instant,
    /// Whether the merchant pays for reminders by SMS (A-S1-18).
    #[serde(default = "yes")]
    pub sms: bool,
    /// Gifts for paying the deposit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Gift>,
    /// The largest part of the price that a deposit may be, in percent (A-S1-4).
    #[serde(default = "twenty")]
    pub deposit_max_percent: u8,
    /// A coupon must be smaller than the balance (A-S1-5, `REQUIRE_GREATER`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_greater: bool,
    /// What a coupon cannot take off a line is lost, not split again (A-S1-6, `NO_RESPLIT`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_resplit: bool,
    /// Virtual assets may pay the balance outside the main process too (A-S1-9).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assets_outside: bool,
    /// Reminders keep out of the shop's quiet hours (A-S1-17).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet_hours: bool,
}

const fn yes() -> bool {
    true
}
const fn twenty() -> u8 {
    20
}

impl Terms {
    /// Whether the presale joins the main process: as said, else where it may (A-S1-8).
    pub fn joins_main_process(&self) -> bool {
        let may =
            || self.presale_type.may_join_main_process() && !self.items.iter().any(|item| item.global_buy);
        self.main_process.unwrap_or_else(may)
    }
    /// Whether everything is paid at once.
    pub fn in_full(&self) -> bool {
        self.presale_type == PresaleType::FullPayment
    }
    /// The terms of a SKU.
    pub fn item(&self, sku: &Sku) -> Option<&Item> {
        self.items.iter().find(|item| item.sku == *sku)
    }
    fn check_windows(&self, period: Window, found: &mut Vec<Violation>) {
        let mut fault = |bad: bool, field: &str, code: Code, message: &str| {
            if bad {
                found.push(Violation::with(field, code, message));
            }
        };
        let (deposit, balance) = (self.deposit_window, self.balance_window);
        for (window, field) in
            [(deposit, "terms.deposit_window.ends_at"), (balance, "terms.balance_window.ends_at")]
        {
            fault(window.ends_at <= window.starts_at, field, Code::OutOfRange, "after the start");
        }
        let early = balance.starts_at < deposit.starts_at;
        let field = "terms.balance_window.starts_at";
        fault(early, field, Code::OutOfRange, "not before the deposits start");
        let outside = |window: Window| window.starts_at < period.starts_at || window.ends_at > period.ends_at;
        let message = "inside the campaign's starts_at and ends_at";
        fault(outside(deposit), "terms.deposit_window", Code::OutOfRange, message);
        fault(outside(balance), "terms.balance_window", Code::OutOfRange, message);
        let message = "after the balance starts";
        fault(self.ship_at <= balance.starts_at, "terms.ship_at", Code::OutOfRange, message);
    }

    fn check_items(&self, found: &mut Vec<Violation>) {
        let mut seen = HashSet::new();
        for (index, item) in self.items.iter().enumerate() {
            let field = |name: &str| format!("terms.items[{index}].{name}");
            if !seen.insert(&item.sku) {
                found.push(Violation::new(field("sku"), Code::Duplicate));
            }
            // With an amount out of its limits there is nothing to compare.
            if !PRICE.holds(item.presale_price) {
                continue;
            }
            if item.global_buy && self.main_process == Some(true) {
                let message = "goods of Global Buy cannot join the main process";
                found.push(Violation::with(field("global_buy"), Code::MainProcessNotSupported, message));
            }
            // Paid at once, there is neither deposit nor gain; `warnings` says so.
            if self.in_full() {
                continue;
            }
            if DEPOSIT.holds(item.deposit) {
                self.check_deposit(item, &field, found);
            }
            if item.gain.amount.is_none_or(|amount| REDUCTION.holds(amount)) {
                self.check_gain(item, &field, found);
            }
        }
    }

    /// 0 < deposit <= 20 % of the price, exactly in fen (A-S1-4).
    fn check_deposit(&self, item: &Item, field: &dyn Fn(&str) -> String, found: &mut Vec<Violation>) {
        let (deposit, price) = (item.deposit.minor(), item.presale_price.minor());
        if deposit < 1 {
            let message = sentence!["at least ", Money::from_minor(1)];
            found.push(Violation::with(field("deposit"), Code::OutOfRange, message));
        } else if deposit.saturating_mul(100) > price.saturating_mul(i64::from(self.deposit_max_percent)) {
            let message = format!("at most {} % of the presale price", self.deposit_max_percent);
            found.push(Violation::with(field("deposit"), Code::RatioTooHigh, message));
        }
    }

    fn check_gain(&self, item: &Item, field: &dyn Fn(&str) -> String, found: &mut Vec<Violation>) {
        let mut fault = |name: &str, code: Code, message: &str| {
            found.push(Violation::with(field(name), code, message));
        };
        let gain = &item.gain;
        // Of a deposit far out of range, which is a fault of its own, there is none.
        let room = item.presale_price.checked_sub(item.deposit);
        match (gain.kind, &gain.multiplier, gain.amount) {
            (GainKind::None, None, None) => {}
            (GainKind::Expansion, Some(multiplier), None) => {
                if multiplier.rate() <= Rate::ONE {
                    fault("gain.multiplier", Code::OutOfRange, "above 1");
                }
                let worth = multiplier.rate().times(item.deposit, money::Rounding::HalfUp);
                if worth.is_none_or(|worth| worth > item.presale_price) {
                    let message = "the deposit may be worth the presale price at most";
                    fault("gain.multiplier", Code::OutOfRange, message);
                }
                if self.presale_type == PresaleType::ThreeTier {
                    fault("gain.kind", Code::InvalidValue, "a presale in tiers has no expansion");
                }
            }
            (GainKind::Reduction, None, Some(amount)) => {
                if room.is_some_and(|room| amount >= room) {
                    fault("gain.amount", Code::OutOfRange, "less than price - deposit");
                }
            }
            (GainKind::Expansion, None, _) => fault("gain.multiplier", Code::Required, "above 1"),
            (GainKind::Reduction, _, None) => fault("gain.amount", Code::Required, "an amount above zero"),
            (GainKind::None | GainKind::Expansion, _, Some(_)) => {
                fault("gain.amount", Code::InvalidValue, "only a reduction has an amount");
            }
            (GainKind::None | GainKind::Reduction, Some(_), _) => {
                fault("gain.multiplier", Code::InvalidValue, "only an expansion has a multiplier");
            }
        }
    }
}

impl Filled for Gain {
    const FIELDS: &'static [Field] = GAIN;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("amount", self.amount);
    }
}

impl Filled for Item {
    const FIELDS: &'static [Field] = ITEM;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("presale_price", self.presale_price);
        gauge.money("deposit", self.deposit);
        gauge.object("gain", &self.gain);
    }
}

impl Filled for Gift {
    const FIELDS: &'static [Field] = GIFT;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.whole("quantity", self.quantity);
        if let Some(first_n) = self.first_n {
            gauge.whole("first_n", first_n);
        }
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = FORM.fields;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("items", &self.items);
        gauge.objects("gifts", &self.gifts);
        gauge.whole("deposit_max_percent", self.deposit_max_percent);
    }
}

impl Terms {
    /// What is allowed but may be a slip, in a shop of that currency.
    pub fn slips(&self, currency: Currency) -> Vec<Violation> {
        let unused = |item: &Item| self.in_full() && item.gain.kind != GainKind::None;
        if let Some(index) = self.items.iter().position(unused) {
            let message = "a presale that is paid at once gives no gain";
            return vec![Violation::with(
                format!("terms.items[{index}].gain.kind"),
                Code::InvalidValue,
                message,
            )];
        }
        let Some(policy) = Policy::of(currency) else { return Vec::new() };
        let small = |item: &Item| !self.in_full() && item.deposit < policy.deposit_advised;
        let Some(index) = self.items.iter().position(small) else {
            return Vec::new();
        };
        let count = self.items.iter().filter(|item| small(item)).count();
        let advised = currency.text(policy.deposit_advised);
        let message = format!("a deposit under {advised} binds few customers; {count} items have one");
        vec![Violation::with(format!("terms.items[{index}].deposit"), Code::SmallDeposit, message)]
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "presale";
    const FORM: Form = FORM;

    fn check_together(&self, found: &mut Vec<Violation>) {
        if self.main_process == Some(true) && !self.presale_type.may_join_main_process() {
            let message = "only a normal presale may join the main process";
            found.push(Violation::with("terms.main_process", Code::MainProcessNotSupported, message));
        }
        if self.items.len() <= limits::PRESALE_ITEMS {
            self.check_items(found);
        }
    }
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_windows(frame.period, found);
        self.check_terms(found);
        frame.check_period(found);
    }
    fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
        self.slips(frame.shop.money())
    }
    /// `main_process` as it holds.
    fn to_json(&self) -> serde_json::Value {
        let shown = Self { main_process: Some(self.joins_main_process()), ..self.clone() };
        serde_json::to_value(shown).unwrap_or_default()
    }
}
