//! Which column means what: by the words of its heading, held against the look of its values.
//!
//! What always holds: a column has one role and a role one column. A guess is sure when the whole heading is a word of the
//! dictionary and the values look as the role needs; every other one is marked.

use super::{
    column::Column,
    grouping::Grouping,
    words::{self, DICTIONARY, Needs, Role},
};
use std::collections::BTreeMap;

/// From a role to its column, and whether that is sure.
pub type Roles = BTreeMap<Role, Guess>;

/// A column, by number, that seems to have a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The column.
    pub column: usize,
    /// Whether there is no doubt.
    pub is_sure: bool,
}

/// The column of the order's number: everything else is looked at by orders.
pub(super) fn order_id(columns: &[Column]) -> Option<Guess> {
    let all = candidates(columns, &|role| role == Role::OrderId);
    if let Some(best) = all.first() {
        return Some(best.guess);
    }
    // A number or a code that differs often and is no moment and no amount with decimals.
    let is_number = |column: &Column| {
        let shape = &column.shape;
        let is_code = |value: &&String| {
            let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
            has_digit && !value.contains('@') && (value.starts_with('#') || value.chars().count() >= 5)
        };
        let long = column.values.iter().filter(is_code).count();
        column.is_usable
            && shape.mostly(long)
            && shape.distinct * 3 >= shape.filled
            && !shape.mostly(shape.moments)
    };
    let found = columns.iter().position(is_number)?;
    Some(Guess { column: found, is_sure: false })
}

/// The roles of all columns, that of the order's number known.
pub(super) fn all(columns: &[Column], order_id: Option<Guess>, grouping: &Grouping) -> Roles {
    let mut roles: Roles = order_id.map(|guess| (Role::OrderId, guess)).into_iter().collect();
    let mut found = candidates(columns, &|role| role != Role::OrderId);
    found.retain(|candidate| grouping.allows(candidate.role, candidate.guess.column));
    for Candidate { role, guess, .. } in found {
        let is_taken = roles.values().any(|known| known.column == guess.column);
        if !is_taken {
            roles.entry(role).or_insert(guess);
        }
    }
    if !roles.contains_key(&Role::OrderedAt) {
        let free = |at: &usize| roles.values().all(|known| known.column != *at);
        let is_moment = |at: &usize| {
            let column = &columns[*at];
            column.is_usable && column.shape.mostly(column.shape.moments) && !grouping.varies[*at]
        };
        if let Some(column) = (0..columns.len()).filter(free).find(is_moment) {
            roles.insert(Role::OrderedAt, Guess { column, is_sure: false });
        }
    }
    // The price of a unit says nothing that the amount of the line does not.
    roles
}

struct Candidate {
    score: u32,
    role: Role,
    guess: Guess,
}

/// Every role that a column may have by its heading and its values, the likeliest first.
fn candidates(columns: &[Column], wanted: &dyn Fn(Role) -> bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.is_usable) {
        let plain = words::plain(&column.heading);
        for words in DICTIONARY.iter().filter(|words| wanted(words.role)) {
            let Some(score) = words::fit(words, &plain) else { continue };
            if !looks(column, words.role.needs()) {
                continue;
            }
            // An empty column tells nothing: any other goes first, and it stays a guess.
            let is_empty = column.shape.filled == 0;
            let score = if is_empty { score / 4 } else { score };
            let is_name =
                words.role == Role::Sku && ["名称", "标题", "name"].iter().any(|part| plain.contains(part));
            let is_sure = score >= 800 && !is_empty && !is_name;
            found.push(Candidate { score, role: words.role, guess: Guess { column: at, is_sure } });
        }
    }
    found.sort_by_key(|candidate| {
        (std::cmp::Reverse(candidate.score), candidate.role, candidate.guess.column)
    });
    found
}

fn looks(column: &Column, needs: Needs) -> bool {
    let shape = &column.shape;
    if shape.filled == 0 {
        return true;
    }
    match needs {
        Needs::Time => shape.mostly(shape.moments),
        Needs::Whole => shape.mostly(shape.wholes),
        Needs::Amount => shape.mostly(shape.amounts),
        Needs::Text => !shape.mostly(shape.moments),
    }
}
