//! Questions of a survey, answers that fit them, and how often each was given.

use crate::{Code, Violation};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One of its options.
    Single,
    /// One of its options, or more.
    Multiple,
    /// The customer's own words.
    Free,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// By which answers name it.
    pub question_id: String,
    /// What is asked.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What can be chosen; none of a free one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Whether it may stay without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// What a customer answered to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// An option, or own words.
    One(String),
    /// Options.
    Several(BTreeSet<String>),
}

/// All answers of a customer, by question.
pub type Answers = BTreeMap<SmolStr, Answer>;

/// Characters of a free answer.
pub const FREE_CHARS: usize = 500;

/// How often each option was chosen, by question; of free answers how many there were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tallies {
    /// Surveys that were answered.
    pub answered: u64,
    /// By question, then by option; own words count under the empty text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_question: BTreeMap<SmolStr, BTreeMap<SmolStr, u64>>,
}

impl Tallies {
    /// Adds what a customer answered.
    pub fn add(&mut self, answers: &Answers, questions: &[Question]) {
        self.answered += 1;
        for question in questions {
            let Some(answer) = answers.get(question.question_id.as_str()) else { continue };
            let of = self.by_question.entry(question.question_id.as_str().into()).or_default();
            let mut one = |option: &str| *of.entry(option.into()).or_default() += 1;
            match (question.kind, answer) {
                (QuestionKind::Free, _) => one(""),
                (_, Answer::One(option)) => one(option),
                (_, Answer::Several(options)) => options.iter().for_each(|option| one(option)),
            }
        }
    }
}

impl Tallies {
    /// How often an option was chosen; of own words, the empty text, how many there were.
    pub fn count(&self, question: &str, option: &str) -> u64 {
        self.by_question.get(question).and_then(|of| of.get(option)).copied().unwrap_or_default()
    }
    /// Whether a question was answered.
    pub fn has(&self, question: &str) -> bool {
        self.by_question.contains_key(question)
    }
}

/// What is wrong with answers, question by question: missing, of no question, not among the options, too long.
pub fn check(questions: &[Question], answers: &Answers) -> Vec<Violation> {
    let mut found = Vec::new();
    let known = |id: &str| questions.iter().any(|question| question.question_id == id);
    for id in answers.keys().filter(|id| !known(id)) {
        found.push(Violation::with(format!("answers.{id}"), Code::NotFound, "no such question"));
    }
    for question in questions {
        let field = format!("answers.{}", question.question_id);
        match answers.get(question.question_id.as_str()) {
            None if question.optional => {}
            None => found.push(Violation::new(field, Code::Required)),
            Some(answer) => {
                if let Some((code, message)) = fault(question, answer) {
                    found.push(Violation::with(field, code, message));
                }
            }
        }
    }
    found
}

/// Whether two customers' answers say the same, however they were written: one option alone or in a list, no option or no
/// answer.
pub fn is_same(one: &Answers, other: &Answers) -> bool {
    let said = |answers: &'_ Answers| -> BTreeMap<SmolStr, BTreeSet<String>> {
        let said = answers.iter().map(|(question, answer)| {
            let said = match answer {
                Answer::One(said) => BTreeSet::from([said.clone()]),
                Answer::Several(said) => said.clone(),
            };
            (question.clone(), said)
        });
        said.filter(|(_, said)| !said.is_empty()).collect()
    };
    said(one) == said(other)
}

fn fault(question: &Question, answer: &Answer) -> Option<(Code, String)> {
    let among = |option: &str| question.options.iter().any(|known| known == option);
    let options = || format!("one of {}", question.options.join(", "));
    match (question.kind, answer) {
        (QuestionKind::Single, Answer::One(option)) if among(option) => None,
        (QuestionKind::Multiple, Answer::One(option)) if among(option) => None,
        (QuestionKind::Multiple, Answer::Several(chosen)) if chosen.is_empty() => {
            (!question.optional).then(|| (Code::Required, "at least one option".to_owned()))
        }
        (QuestionKind::Multiple, Answer::Several(chosen)) => {
            (!chosen.iter().all(|option| among(option))).then(|| (Code::InvalidValue, options()))
        }
        (QuestionKind::Single | QuestionKind::Multiple, _) => Some((Code::InvalidValue, options())),
        (QuestionKind::Free, Answer::One(words)) => match words.trim().chars().count() {
            0 => Some((Code::Required, "own words; leave it out where it is optional".to_owned())),
            1..=FREE_CHARS => None,
            _ => Some((Code::TooLongText, format!("at most {FREE_CHARS} characters"))),
        },
        (QuestionKind::Free, Answer::Several(_)) => Some((Code::InvalidValue, "a text".to_owned())),
    }
}
