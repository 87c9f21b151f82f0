//! Words of states that a mapping does not name: they count as not closed, and are told word by word.
//!
//! What always holds: every word is counted that a map catches with `"*"` alone and that does not close by it. The first
//! words are told, all are counted.

use super::cells::Joined;
use crate::plan::{Cell, Piece, Plan, Step, Value};
use crate::template::ANY;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};

/// Words that are told one by one; a column of states has a dozen, one of remarks any number.
const WORDS: usize = 100;
/// Characters that are told of one.
const CHARS: usize = 80;

/// A word of a state that the mapping does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownState {
    /// Where it stands.
    pub column: String,
    /// The word.
    pub word: String,
    /// How many orders say it, in each file; of a state of a line, how many rows.
    pub count: u64,
    /// Whether the mapping says that it does not know it (`"*" = "unknown"`): then nobody has said that it is open.
    pub in_question: bool,
}

/// Unknown words of the states of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnknownStates {
    /// The first of them, those that are said most often before others.
    pub words: Vec<UnknownState>,
    /// How often others are said for which there was no room.
    pub others: u64,
    /// Whether one of all is in question.
    pub in_question: bool,
}

impl UnknownStates {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A state, and the word by which it closes.
#[derive(Clone, Copy)]
pub(crate) struct State<'v> {
    pub value: &'v Value,
    pub closes: &'static str,
}

/// The states whose words are counted.
pub(super) struct States<'v> {
    of_order: Vec<State<'v>>,
    of_line: Vec<State<'v>>,
    found: BTreeMap<(usize, usize), BTreeMap<String, (u64, bool)>>,
    words: usize,
    others: u64,
    in_question: bool,
}

impl<'v> States<'v> {
    pub fn new(of_order: Option<State<'v>>, of_line: Option<State<'v>>) -> Self {
        let counted =
            |state: Option<State<'v>>| state.into_iter().filter(|state| catches(state.value)).collect();
        let (of_order, of_line) = (counted(of_order), counted(of_line));
        Self { of_order, of_line, found: BTreeMap::new(), words: 0, others: 0, in_question: false }
    }

    /// A row says its line's state; the first of its order in a file that of the order too.
    pub fn count(&mut self, joined: &Joined<'_>, is_first: bool) {
        for at in 0..self.of_line.len() {
            self.count_one(joined, self.of_line[at]);
        }
        for at in 0..if is_first { self.of_order.len() } else { 0 } {
            self.count_one(joined, self.of_order[at]);
        }
    }

    fn count_one(&mut self, joined: &Joined<'_>, State { value, closes }: State<'v>) {
        let Some((Cell { table, column }, word, in_question)) = joined.caught(value) else { return };
        if joined.says(value, closes).unwrap_or(true) {
            return;
        }
        self.in_question |= in_question;
        let words = self.found.entry((table, column)).or_default();
        if let Some((count, _)) = words.get_mut(word) {
            *count += 1;
        } else if self.words < WORDS {
            self.words += 1;
            words.insert(word.to_owned(), (1, in_question));
        } else {
            self.others += 1;
        }
    }

    pub fn finish(self, plan: &Plan) -> UnknownStates {
        let column = |&(table, column): &(usize, usize)| plan.tables[table].columns[column].clone();
        let words = self.found.iter().flat_map(|(at, words)| {
            words.iter().map(move |(word, &(count, in_question))| UnknownState {
                column: column(at),
                word: word.chars().take(CHARS).collect(),
                count,
                in_question,
            })
        });
        let mut words: Vec<UnknownState> = words.collect();
        words.sort_by(|a, b| {
            (Reverse(a.count), &a.column, &a.word).cmp(&(Reverse(b.count), &b.column, &b.word))
        });
        UnknownStates { words, others: self.others, in_question: self.in_question }
    }
}

/// Whether a map of the value has a word for all others.
fn catches(value: &Value) -> bool {
    let steps = value.templates.iter().flatten().flat_map(|piece| match piece {
        Piece::Text(_) => &[],
        Piece::Cell(_, steps) => &steps[..],
    });
    steps.into_iter().any(|step| matches!(step, Step::Map(map) if map.contains_key(ANY)))
}
