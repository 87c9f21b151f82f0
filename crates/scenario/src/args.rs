//! The words of a step, taken one by one; what no verb took is an error, so that slips show.

use crate::script::{Step, Word};
use std::collections::VecDeque;

/// The words that are still to be taken.
pub struct Args {
    plain: VecDeque<String>,
    named: Vec<(String, String)>,
    /// The lines that follow the step.
    pub body: Option<String>,
}

impl Args {
    /// The words of a step.
    pub fn of(step: &Step) -> Self {
        let (mut plain, mut named) = (VecDeque::new(), Vec::new());
        for word in &step.words {
            match word {
                Word::Plain(text) => plain.push_back(text.clone()),
                Word::Named(name, value) => named.push((name.clone(), value.clone())),
            }
        }
        Self { plain, named, body: step.body.clone() }
    }

    /// The next plain word; `what` names it when it is missing.
    pub fn next(&mut self, what: &str) -> Result<String, String> {
        self.plain.pop_front().ok_or_else(|| format!("{what} is missing"))
    }
    /// Whether that plain word is there.
    pub fn flag(&mut self, word: &str) -> bool {
        let at = self.plain.iter().position(|plain| plain == word);
        at.and_then(|at| self.plain.remove(at)).is_some()
    }
    /// Every plain word that is left.
    pub fn rest(&mut self) -> Vec<String> {
        self.plain.drain(..).collect()
    }
    /// The value of a name.
    pub fn find(&mut self, name: &str) -> Option<String> {
        let at = self.named.iter().position(|(known, _)| known == name)?;
        Some(self.named.remove(at).1)
    }
    /// The value of a name that must be there.
    pub fn get(&mut self, name: &str) -> Result<String, String> {
        self.find(name).ok_or_else(|| format!("`{name}` is missing"))
    }
    /// All values of a name that may stand several times.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        std::iter::from_fn(|| self.find(name)).collect()
    }
    /// Every name that is left, with its value.
    pub fn others(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.named)
    }
    /// Refuses what was not taken.
    pub fn done(self) -> Result<(), String> {
        if let Some(word) = self.plain.front() {
            return Err(format!("`{word}` has no meaning here"));
        }
        match self.named.first() {
            Some((name, value)) => Err(format!("`{name}` (of {value}) has no meaning here")),
            None => Ok(()),
        }
    }
}
