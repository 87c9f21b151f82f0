//! From what the API answered to what a scenario can expect of it.

use crate::outcome::{Item, Outcome};
use serde_json::Value;

/// What was done and shows one thing, or was refused.
pub fn one(answer: (u16, Value), show: impl FnOnce(&Value) -> Item) -> Outcome {
    if is_refused(&answer) {
        return Outcome::refused(answer);
    }
    let item = show(&answer.1);
    Outcome::done(answer, vec![item])
}

/// What was done and shows a list, or was refused.
pub fn many(answer: (u16, Value), field: &str, show: impl Fn(&Value) -> Item) -> Outcome {
    if is_refused(&answer) {
        return Outcome::refused(answer);
    }
    let items = list(&answer.1[field]).iter().map(show).collect();
    Outcome::done(answer, items)
}

/// Whether nothing was done.
pub fn is_refused(answer: &(u16, Value)) -> bool {
    !(200..300).contains(&answer.0)
}

/// The members of a list; none of what is no list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
