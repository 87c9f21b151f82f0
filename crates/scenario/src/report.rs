//! What went wrong, for the person who has to find out why.

use crate::script::Step;
use serde_json::Value;
use std::fmt;

/// One step that did not go as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `scenarios/T07-frequency.scenario`.
    pub file: String,
    /// The step's first line.
    pub line: usize,
    /// The step as it stands there.
    pub step: String,
    /// What is wrong: two lines when an answer differs from what was expected.
    pub wrong: String,
    /// The whole answer.
    pub answer: String,
}

impl Failure {
    /// A step that cannot be understood.
    pub fn script(file: &str, line: usize, step: &str, wrong: String) -> Self {
        Self { file: file.into(), line, step: step.into(), wrong, answer: String::new() }
    }

    /// A step whose answer was another one.
    pub fn differs(file: &str, step: &Step, came: String, answer: &(u16, Value)) -> Self {
        let (status, body) = answer;
        let expected = step.text.split_once("->").map_or("that it is done", |(_, e)| e.trim());
        Self {
            file: file.into(),
            line: step.line,
            step: step.text.clone(),
            wrong: format!("expected  {expected}\n  came      {came}"),
            answer: format!("{status} {body:#}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.file, self.line, self.step)?;
        writeln!(f, "  {}", self.wrong)?;
        if !self.answer.is_empty() {
            writeln!(f, "  answer    {}", self.answer.replace('\n', "\n            "))?;
        }
        Ok(())
    }
}

/// Every step of a scenario that did not go as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report(pub Vec<Failure>);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of the scenario's steps failed", self.0.len())?;
        self.0.iter().try_for_each(|failure| write!(f, "\n{failure}"))
    }
}
