//! What the merchant fills in for a recovery campaign, and what holds between its fields.

use super::form::FORM;
use crate::{
    Code, Instant, Violation,
    campaign::{
        field::{Field, Filled, Form, Gauge},
        terms::{Frame, KindTerms},
    },
    catalog::Scope,
    coupon::Bind,
    shop::{Policy, Shop},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of a recovery campaign. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The coupon is shown when the order has been unpaid for this long (S0-R14, S0-R15).
    pub trigger_after_minutes: i64,
    /// From this amount on,
    pub spend: Money,
    /// this much comes off, at most half of it (S0-R16, S0-R17, A-S0-5).
    pub save: Money,
    /// Coupons to give (S0-R19).
    pub quantity: u64,
    /// A coupon lives this long after its claim (S0-R18, A-S0-7).
    #[serde(default = "two_days")]
    pub coupon_valid_hours: i64,
    /// Which orders it may be used on (A-S0-8).
    #[serde(default)]
    pub bind: Bind,
    /// What the claims of a customer are counted over (A-S0-9).
    #[serde(default)]
    pub frequency_scope: FrequencyScope,
    /// This share of customers is shown nothing, to measure what the campaign brings.
    #[serde(default)]
    pub holdout_percent: u8,
    /// Orders of both groups at which the comparison is to be most exact (A-S2-21).
    #[serde(default = "five_thousand", skip_serializing_if = "is_five_thousand")]
    pub holdout_planned_orders: u32,
    /// Half the width in points at which the comparison may say that it sees no difference (A-S2-21).
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub holdout_precision_points: u8,
}

fn two_days() -> i64 {
    48
}
const fn five_thousand() -> u32 {
    5_000
}
const fn ten() -> u8 {
    10
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_five_thousand(orders: &u32) -> bool {
    *orders == five_thousand()
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_ten(points: &u8) -> bool {
    *points == ten()
}

/// What the one coupon a day and six in all are counted over (A-S0-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum FrequencyScope {
    #[default]
    Campaign,
    Shop,
    Platform,
}

impl Terms {
    /// Until when a coupon that is claimed at that moment can be used: its own time, and no longer than
    /// its order may be paid where it is bound to it (A-S0-7, A-S0-8).
    pub fn usable_until(&self, deadline: Option<Instant>, claimed_at: Instant) -> Instant {
        let nominal = claimed_at.plus_hours(self.coupon_valid_hours);
        match (self.bind, deadline) {
            (Bind::OriginOrder, Some(deadline)) => nominal.min(deadline),
            (Bind::OriginOrder, None) | (Bind::ShopScope, _) => nominal,
        }
    }
}

impl Terms {
    /// Appends a saving above the cap of the shop's currency; other currencies have none (S0-R17, A-G-12).
    pub fn check_cap(&self, shop: &Shop, found: &mut Vec<Violation>) {
        let most = Policy::of(shop.money()).map(|policy| policy.recovery_save);
        if let Some(most) = most.filter(|most| self.save > *most) {
            let message = format!("at most {}", shop.amount(most));
            found.push(Violation::with("terms.save", Code::AmountTooHigh, message));
        }
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = FORM.fields;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.whole("trigger_after_minutes", self.trigger_after_minutes);
        gauge.money("spend", self.spend);
        gauge.money("save", self.save);
        gauge.whole("quantity", self.quantity);
        gauge.whole("coupon_valid_hours", self.coupon_valid_hours);
        gauge.whole("holdout_percent", self.holdout_percent);
        gauge.whole("holdout_planned_orders", self.holdout_planned_orders);
        gauge.whole("holdout_precision_points", self.holdout_precision_points);
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "recovery";
    const FORM: Form = FORM;

    fn check_together(&self, found: &mut Vec<Violation>) {
        if self.save.minor().saturating_mul(2) > self.spend.minor() {
            let message = "at most half of the spend";
            found.push(Violation::with("terms.save", Code::RatioTooHigh, message));
        }
    }
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        check_period(frame, found);
        self.check_terms(found);
        self.check_cap(frame.shop, found);
    }
    fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
        warnings(self, frame.scope, frame.shop)
    }
    fn quantity(&self) -> Option<u64> {
        Some(self.quantity)
    }
}

/// Appends what is wrong with the period and the shop (S0-R09, S0-R10, S0-R20, A-S0-1, A-S0-2).
fn check_period(frame: &Frame<'_>, found: &mut Vec<Violation>) {
    let Frame { period, shop, now, .. } = *frame;
    let zone = &shop.time_zone;
    if !shop.kind.supports_recovery() {
        found.push(Violation::with("shop.kind", Code::ShopKindNotSupported, "SOP, FBP and FCS shops may"));
    }
    if !zone.is_whole_hour(period.starts_at) {
        found.push(Violation::new("starts_at", Code::NotWholeHour));
    }
    let earliest = zone.ceil_to_hour(now.plus_hours(2));
    if period.starts_at < earliest {
        let message = format!("the earliest start now is {}", zone.format(earliest));
        found.push(Violation::with("starts_at", Code::TooSoon, message));
    }
    if period.ends_at < period.starts_at.plus_hours(24) {
        found.push(Violation::with("ends_at", Code::TooShort, "at least 24 hours after the start"));
    }
    if period.ends_at > period.starts_at.plus_hours(24 * 90) {
        found.push(Violation::with("ends_at", Code::TooLong, "at most 90 days after the start"));
    }
}

/// What is allowed but deserves a second look, as sentences for the operator.
fn warnings(terms: &Terms, scope: &Scope, shop: &Shop) -> Vec<Violation> {
    let mut found = Vec::new();
    let quantity = i64::try_from(terms.quantity).unwrap_or(i64::MAX);
    let liability = terms.save.checked_mul(quantity).unwrap_or(Money::ZERO);
    let message = format!("if every coupon is used this costs {}", shop.amount(liability));
    found.push(Violation::with("terms.quantity", Code::WorstCaseCost, message));
    if Policy::of(shop.money()).is_none() {
        let message = format!("no cap on the saving is set for {}", shop.currency);
        found.push(Violation::with("terms.save", Code::NoCap, message));
    }
    let deadline = i64::from(shop.payment_timeout_minutes);
    if terms.trigger_after_minutes >= deadline {
        let message = format!("orders are cancelled after {deadline} minutes, before the coupon is shown");
        found.push(Violation::with("terms.trigger_after_minutes", Code::NeverShown, message));
    }
    if terms.save.minor().saturating_mul(10) > terms.spend.minor().saturating_mul(3) {
        found.push(Violation::with("terms.save", Code::DeepDiscount, "more than 30 % off the threshold"));
    }
    if scope.skus.len() == 1 {
        found.push(Violation::with("scope.skus", Code::NarrowScope, "a single SKU is in the list"));
    }
    found
}
