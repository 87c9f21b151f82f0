//! What an answer showed, and whether that is what the text expects.

use crate::script::Word;
use crate::value::{Day, fen, yuan};
use domain::Instant;
use serde_json::Value;
use std::fmt;

/// One figure of an answer, with how people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// An amount in fen, written in yuan.
    Fen(i64),
    /// RFC 3339.
    Time(String),
    /// Anything else, a count too.
    Text(String),
}

impl Fact {
    fn is(&self, expected: &str, day: &Day) -> Result<bool, String> {
        Ok(match self {
            Self::Fen(amount) => *amount == fen(expected)?,
            Self::Time(at) => Instant::parse(at) == Some(day.moment(expected)?),
            Self::Text(text) => text == expected,
        })
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fen(amount) => f.write_str(&yuan(*amount)),
            Self::Time(text) | Self::Text(text) => f.write_str(text),
        }
    }
}

/// One thing that an answer showed: words that apply to it, and named figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    words: Vec<String>,
    facts: Vec<(String, Fact)>,
}

impl Item {
    /// With a word that applies, if there is one.
    pub fn word(mut self, word: &Value) -> Self {
        self.words.extend(plain(word));
        self
    }
    /// With a word of our own.
    pub fn says(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }
    /// With an amount in fen.
    pub fn fen(self, name: &str, value: &Value) -> Self {
        let fact = value.as_i64().map(Fact::Fen);
        self.fact(name, fact)
    }
    /// With a time.
    pub fn time(self, name: &str, value: &Value) -> Self {
        let fact = value.as_str().map(|at| Fact::Time(at.to_owned()));
        self.fact(name, fact)
    }
    /// With a text or a count.
    pub fn text(self, name: &str, value: &Value) -> Self {
        self.fact(name, plain(value).map(Fact::Text))
    }
    fn fact(mut self, name: &str, fact: Option<Fact>) -> Self {
        self.facts.extend(fact.map(|fact| (name.to_owned(), fact)));
        self
    }
    /// Whether that word applies.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }
    fn figure(&self, name: &str) -> Option<&Fact> {
        let found = self.facts.iter().find(|(known, _)| known == name);
        found.map(|(_, fact)| fact)
    }

    fn shows(&self, expected: &[Word], day: &Day) -> Result<bool, String> {
        for word in expected {
            let holds = match word {
                Word::Plain(word) => self.has(word),
                Word::Named(name, value) => match self.figure(name) {
                    Some(fact) => value != "none" && fact.is(value, day)?,
                    None => value == "none",
                },
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A string as it is, a number or a truth value as text, a list joined by commas.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(list) => Some(list.iter().filter_map(plain).collect::<Vec<_>>().join(",")),
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words.iter().map(|word| {
            let spaced = word.contains(char::is_whitespace);
            if spaced { format!("\"{word}\"") } else { word.clone() }
        });
        let facts = self.facts.iter().map(|(name, fact)| format!("{name}={fact}"));
        f.write_str(&words.chain(facts).collect::<Vec<_>>().join(" "))
    }
}

/// How the expected items are held against those that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// As many as expected, each of them there.
    Whole,
    /// Each expected one is there; there may be more.
    Found,
}

/// What became of a step.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it was done, rather than refused.
    pub ok: bool,
    /// What the answer showed.
    pub items: Vec<Item>,
    /// How that is compared.
    pub matching: Matching,
    /// Status and body of the last answer, for the report.
    pub answer: (u16, Value),
}

impl Outcome {
    /// A step that asks nobody.
    pub fn silent() -> Self {
        Self::done((0, Value::Null), Vec::new())
    }
    /// A step that was done.
    pub fn done(answer: (u16, Value), items: Vec<Item>) -> Self {
        Self { ok: true, items, matching: Matching::Whole, answer }
    }
    /// The same, of which only a part is asked for.
    pub fn partly(self) -> Self {
        Self { matching: Matching::Found, ..self }
    }
    /// A step that was refused: its code, or each field at fault with its code.
    pub fn refused(answer: (u16, Value)) -> Self {
        let (status, body) = &answer;
        let refusal = || Item::default().says("refused").text("status", &(*status).into());
        let at_fault = body["violations"].as_array().filter(|all| !all.is_empty());
        let items = match at_fault {
            Some(all) if body["code"] == "invalid_terms" => {
                all.iter().map(|v| refusal().word(&v["field"]).word(&v["code"])).collect()
            }
            _ => vec![refusal().word(&body["code"])],
        };
        Self { ok: false, items, matching: Matching::Whole, answer }
    }
    /// What came, as a scenario would write it.
    pub fn shown(&self) -> String {
        let items: Vec<String> = self.items.iter().map(ToString::to_string).collect();
        match (items.is_empty(), self.ok) {
            (false, _) => items.join(" ; "),
            (true, true) => "ok, none".into(),
            (true, false) => "refused".into(),
        }
    }
}

/// Holds an outcome against what is expected; what came instead when they differ.
pub fn judge(outcome: &Outcome, expected: Option<&[Vec<Word>]>, day: &Day) -> Result<Option<String>, String> {
    let is = |item: &[Word], word: &str| *item == [Word::Plain(word.into())];
    let met = match expected {
        None => outcome.ok,
        Some([only]) if is(only, "ok") => outcome.ok,
        Some([only]) if is(only, "none") => outcome.ok && outcome.items.is_empty(),
        Some(expected) => all_there(outcome, expected, day)?,
    };
    Ok((!met).then(|| outcome.shown()))
}

fn all_there(outcome: &Outcome, expected: &[Vec<Word>], day: &Day) -> Result<bool, String> {
    let mut left: Vec<&Item> = outcome.items.iter().collect();
    if outcome.matching == Matching::Whole && left.len() != expected.len() {
        return Ok(false);
    }
    for item in expected {
        let mut at = None;
        for (index, candidate) in left.iter().enumerate() {
            if candidate.shows(item, day)? {
                at = Some(index);
                break;
            }
        }
        match at {
            Some(index) => drop(left.remove(index)),
            None => return Ok(false),
        }
    }
    Ok(true)
}
