//! What the merchant fills in for rewards after payment, and what holds between its fields.

use super::{
    action::{Action, DrawTerms, NoticeTerms, Prize, Tier},
    drawing,
    form::{self, FORM},
    when::{Day, Hours},
};
use crate::{
    BatchId, Code, Violation,
    campaign::{
        field::{Field, Filled, Form, Gauge},
        terms::{Frame, KindTerms},
    },
    limits,
    reward::{ActionKind, Question, QuestionKind},
};
use money::Money;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

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

    fn check_tiers(&self, found: &mut Vec<Violation>) {
        let mut amounts = HashSet::new();
        let mut draws = 0;
        for (index, Tier { min_paid, action }) in self.tiers.iter().enumerate() {
            let at = format!("terms.tiers[{index}]");
            if !amounts.insert(*min_paid) {
                found.push(Violation::new(format!("{at}.min_paid"), Code::Duplicate));
            }
            check_action(action, &format!("{at}.action"), found);
            draws += usize::from(action.kind.is_draw());
            if draws > 1 && action.kind.is_draw() {
                let message = "one tier draws; its chain is the campaign's";
                found.push(Violation::with(format!("{at}.action.kind"), Code::TooMany, message));
            }
        }
    }
}

/// Appends what does not go together in an action.
fn check_action(action: &Action, at: &str, found: &mut Vec<Violation>) {
    let mut fault = |name: &str, bad: bool, code: Code, message: &str| {
        if bad {
            found.push(Violation::with(format!("{at}.{name}"), code, message));
        }
    };
    let (kind, asks) = (action.kind, !action.questions.is_empty());
    let needs_batch = kind == ActionKind::Coupon && action.batch_id.is_none();
    fault("batch_id", needs_batch, Code::Required, "the coupon's batch");
    fault("batch_id", kind.is_draw() && action.batch_id.is_some(), Code::InvalidValue, "prizes name their batches");
    fault("questions", kind == ActionKind::Survey && !asks, Code::Required, "at least one question");
    fault("questions", kind != ActionKind::Survey && asks, Code::InvalidValue, "only a survey asks");
    fault("draw", kind.is_draw() && action.draw.is_none(), Code::Required, "prizes and a notice");
    fault("draw", !kind.is_draw() && action.draw.is_some(), Code::InvalidValue, "only a draw has prizes");
    check_questions(&action.questions, at, found);
    if let Some(draw) = &action.draw {
        check_prizes(draw, &format!("{at}.draw"), found);
    }
}

fn check_questions(questions: &[Question], at: &str, found: &mut Vec<Violation>) {
    let mut ids = HashSet::new();
    for (index, question) in questions.iter().enumerate() {
        let at = |name: &str| format!("{at}.questions[{index}].{name}");
        if !ids.insert(&question.question_id) {
            found.push(Violation::new(at("question_id"), Code::Duplicate));
        }
        let options: HashSet<&String> = question.options.iter().collect();
        if options.len() < question.options.len() {
            found.push(Violation::new(at("options"), Code::Duplicate));
        }
        match question.kind {
            QuestionKind::Free if !question.options.is_empty() => {
                found.push(Violation::with(at("options"), Code::InvalidValue, "own words have no options"));
            }
            QuestionKind::Single | QuestionKind::Multiple if question.options.len() < 2 => {
                found.push(Violation::with(at("options"), Code::Required, "at least two"));
            }
            QuestionKind::Free | QuestionKind::Single | QuestionKind::Multiple => {}
        }
    }
}

fn check_prizes(draw: &DrawTerms, at: &str, found: &mut Vec<Violation>) {
    for (index, prize) in draw.prizes.iter().enumerate() {
        let mut fault = |name: &str, bad: bool, code: Code, message: &str| {
            if bad {
                found.push(Violation::with(format!("{at}.prizes[{index}].{name}"), code, message));
            }
        };
        use super::action::PrizeKind::{Coupon, Goods, None, Points};
        let kind = prize.kind;
        fault("batch_id", kind == Coupon && prize.batch_id.is_none(), Code::Required, "the coupon's batch");
        fault("batch_id", kind != Coupon && prize.batch_id.is_some(), Code::InvalidValue, "only of a coupon");
        fault("sku", kind == Goods && prize.sku.is_none(), Code::Required, "what is sent");
        fault("sku", kind != Goods && prize.sku.is_some(), Code::InvalidValue, "only of goods");
        fault("points", kind == Points && prize.points.is_none(), Code::Required, "how many");
        fault("points", kind != Points && prize.points.is_some(), Code::InvalidValue, "only of points");
        fault("value", kind == None && !prize.value.is_zero(), Code::InvalidValue, "nothing is worth nothing");
        fault("stock", kind != None && prize.stock.is_none(), Code::Required, "how many there are");
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
    fn show(&self, _: &mut Gauge<'_>) {}
}

impl Filled for DrawTerms {
    const FIELDS: &'static [Field] = form::DRAW;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.wholes("beacon_round", self.beacon_round);
        gauge.objects("prizes", &self.prizes);
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

impl Filled for Hours {
    const FIELDS: &'static [Field] = form::HOURS;
    fn show(&self, _: &mut Gauge<'_>) {}
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
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "post_payment";
    const FORM: Form = FORM;

    fn check_together(&self, found: &mut Vec<Violation>) {
        if self.tiers.len() <= limits::PROMOTION_TIERS {
            self.check_tiers(found);
        }
        for (index, hours) in self.hours.iter().enumerate() {
            if hours.minutes().is_none() {
                let message = "two times such as 10:00 and 14:00, the end after the start, 24:00 at most";
                found.push(Violation::with(format!("terms.hours[{index}]"), Code::InvalidValue, message));
            }
        }
        if self.extra_chances > 0 && self.draw().is_none() {
            let message = "only a draw has chances";
            found.push(Violation::with("terms.extra_chances", Code::InvalidValue, message));
        }
    }
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        frame.check_period(found);
        // What a broken table would say besides is of no use.
        if found.is_empty() {
            drawing::check(self, frame, found);
        }
    }
    fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
        let Some(draw) = self.draw() else { return Vec::new() };
        let message = format!("if every prize is given this costs {}", frame.shop.amount(draw.liability()));
        vec![Violation::with("terms.tiers", Code::WorstCaseCost, message)]
    }
}
