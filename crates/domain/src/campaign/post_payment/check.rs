//! What holds between the fields of rewards after payment.

use super::{
    action::{Action, DrawTerms, PrizeKind, Tier},
    drawing,
    form::FORM,
    promise::is_deep,
    questions,
    terms::Terms,
};
use crate::{
    Code, Violation,
    campaign::{
        field::Form,
        terms::{Frame, KindTerms},
    },
    limits,
    reward::{ActionKind, Question, QuestionKind},
    sentence,
};
use money::Money;
use std::collections::HashSet;

impl Terms {
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
    fault(
        "batch_id",
        kind.is_draw() && action.batch_id.is_some(),
        Code::InvalidValue,
        "prizes name their batches",
    );
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
        let kind = prize.kind;
        fault(
            "batch_id",
            kind == PrizeKind::Coupon && prize.batch_id.is_none(),
            Code::Required,
            "the coupon's batch",
        );
        fault(
            "batch_id",
            kind != PrizeKind::Coupon && prize.batch_id.is_some(),
            Code::InvalidValue,
            "only of a coupon",
        );
        fault("sku", kind == PrizeKind::Goods && prize.sku.is_none(), Code::Required, "what is sent");
        fault("sku", kind != PrizeKind::Goods && prize.sku.is_some(), Code::InvalidValue, "only of goods");
        fault("points", kind == PrizeKind::Points && prize.points.is_none(), Code::Required, "how many");
        fault(
            "points",
            kind != PrizeKind::Points && prize.points.is_some(),
            Code::InvalidValue,
            "only of points",
        );
        fault(
            "value",
            kind == PrizeKind::None && !prize.value.is_zero(),
            Code::InvalidValue,
            "nothing is worth nothing",
        );
        fault(
            "stock",
            kind != PrizeKind::None && prize.stock.is_none(),
            Code::Required,
            "how many there are",
        );
    }
}

/// What of a draw may be a slip of the pen: its cost, what a chance is worth beside what is paid for it, odds that were meant
/// as per cent.
fn of_draw(min_paid: Money, draw: &DrawTerms, tier: usize, frame: &Frame<'_>) -> Vec<Violation> {
    let at = format!("terms.tiers[{tier}].action.draw");
    let message = format!("if every prize is given this costs {}", frame.shop.amount(draw.liability()));
    let mut found = vec![Violation::with("terms.tiers", Code::WorstCaseCost, message)];
    let worth = draw.worth();
    if is_deep(worth, min_paid) {
        let message = sentence!["a chance is worth ", worth, " on average, for an order of ", min_paid];
        found.push(Violation::with(format!("{at}.prizes"), Code::DeepDiscount, message));
    }
    for (index, prize) in draw.prizes.iter().enumerate() {
        if let Some(odds) = prize.odds.filter(|odds| (1..=100).contains(odds)) {
            let message =
                format!("{odds} of 1,000,000 is 0.{odds:04} %; {odds} % is {}", u64::from(odds) * 10_000);
            found.push(Violation::with(format!("{at}.prizes[{index}].odds"), Code::TinyOdds, message));
        }
    }
    found
}

impl KindTerms for Terms {
    const NAME: &'static str = "post_payment";
    const FORM: Form = FORM;

    fn check_together(&self, found: &mut Vec<Violation>) {
        if self.tiers.len() <= limits::PROMOTION_TIERS {
            self.check_tiers(found);
            questions::check_twins(self, found);
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
        if frame.period.ends_at <= frame.now && frame.period.starts_at < frame.period.ends_at {
            found.push(Violation::new("ends_at", Code::EndedAlready));
        }
        // What a broken table would say besides is of no use.
        if found.is_empty() {
            drawing::check(self, frame, found);
        }
    }
    fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
        let of_draws =
            self.tiers.iter().zip(0..).filter_map(|(tier, at)| Some((tier, tier.action.draw.as_ref()?, at)));
        of_draws.flat_map(|(tier, draw, at)| of_draw(tier.min_paid, draw, at, frame)).collect()
    }
}
