//! What the merchant fills in for rewards after payment, and what holds between its fields.

use super::{
    action::{Action, DrawTerms, NoticeTerms, Prize, Tier},
    form::{self, FORM},
};
use crate::{
    BatchId,
    campaign::{
        field::{Field, Filled, Gauge},
        hours::{Day, Hours},
    },
    reward::Question,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of rewards after payment. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What each amount brings; only the highest that was reached does (A-S2-6).
    pub tiers: Vec<Tier>,
    /// Rewards that one customer may have, of that many orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_customer_limit: Option<u32>,
    /// The same on one civil day of the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day_limit: Option<u32>,
    /// Rewards in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_limit: Option<u64>,
    /// Only for members of the shop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub members_only: bool,
    /// Only payments on these days count; on all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Only payments in these hours; in all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// Extra chances that a customer's shared links may bring.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extra_chances: u32,
    /// This share of customers is offered nothing, to measure what the campaign brings.
    #[serde(default, skip_serializing_if = "is_none_held")]
    pub holdout_percent: u8,
    /// Customers of both groups that are expected; planned before the start (A-S2-21).
    #[serde(default = "planned", skip_serializing_if = "is_planned")]
    pub holdout_planned_orders: u32,
    /// The half width in points at which "no difference" can be told.
    #[serde(default = "points", skip_serializing_if = "is_points")]
    pub holdout_precision_points: u8,
}

const fn planned() -> u32 {
    5_000
}
const fn points() -> u8 {
    10
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_planned(customers: &u32) -> bool {
    *customers == planned()
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_points(points: &u8) -> bool {
    *points == self::points()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_none_held(percent: &u8) -> bool {
    *percent == 0
}

impl Terms {
    /// The highest tier that an amount reaches, with its place (A-S2-6). Inclusive (A-S2-5).
    pub fn tier_of(&self, paid: Money) -> Option<(u32, &Tier)> {
        let reached = (0..).zip(&self.tiers).filter(|(_, tier)| paid >= tier.min_paid);
        reached.max_by_key(|(_, tier)| tier.min_paid)
    }
    /// The draw, where a tier has one; there is one at most.
    pub fn draw(&self) -> Option<&DrawTerms> {
        self.tiers.iter().find_map(|tier| tier.action.draw.as_ref())
    }
    /// Every batch that it may give a coupon of.
    pub fn batches(&self) -> impl Iterator<Item = &BatchId> {
        self.tiers.iter().flat_map(|tier| tier.action.batches())
    }
}

impl Filled for Question {
    const FIELDS: &'static [Field] = form::QUESTION;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.text("question_id", &self.question_id);
        gauge.text("text", &self.text);
        gauge.texts("options", &self.options);
    }
}

impl Filled for Prize {
    const FIELDS: &'static [Field] = form::PRIZE;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.text("prize_id", &self.prize_id);
        gauge.text("name", &self.name);
        gauge.money("value", self.value);
        gauge.wholes("stock", self.stock);
        gauge.wholes("odds", self.odds);
        gauge.wholes("points", self.points);
    }
}

impl Filled for NoticeTerms {
    const FIELDS: &'static [Field] = form::NOTICE;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.whole("claim_days", self.claim_days);
    }
}

impl Filled for DrawTerms {
    const FIELDS: &'static [Field] = form::DRAW;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.wholes("beacon_round", self.beacon_round);
        gauge.objects("prizes", &self.prizes);
        gauge.object("notice", &self.notice);
    }
}

impl Filled for Action {
    const FIELDS: &'static [Field] = form::ACTION;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("questions", &self.questions);
        if let Some(draw) = &self.draw {
            gauge.object("draw", draw);
        }
    }
}

impl Filled for Tier {
    const FIELDS: &'static [Field] = form::TIER;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("min_paid", self.min_paid);
        gauge.object("action", &self.action);
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = FORM.fields;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("tiers", &self.tiers);
        gauge.wholes("per_customer_limit", self.per_customer_limit);
        gauge.wholes("per_day_limit", self.per_day_limit);
        gauge.wholes("total_limit", self.total_limit);
        gauge.length("days", self.days.len());
        gauge.length("hours", self.hours.len());
        gauge.whole("extra_chances", self.extra_chances);
        gauge.whole("holdout_percent", self.holdout_percent);
        gauge.whole("holdout_planned_orders", self.holdout_planned_orders);
        gauge.whole("holdout_precision_points", self.holdout_precision_points);
    }
}
