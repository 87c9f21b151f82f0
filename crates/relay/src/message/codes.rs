//! What a provider's code means, as data: a provider has one table, and a code is found in it or falls to a row that is
//! cautious.

use super::outcome::{Class, SendOutcome, Window, said};

/// What to do about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Never.
    Refuse(Class),
    /// Certainly not taken; again after this.
    Later(Class, Window),
    /// It may have been taken.
    Unknown,
}

/// A row of a provider's table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The code, or the part of it before its first full stop for all of a family.
    pub code: &'static str,
    /// What stands in the provider's words as well; nothing for every other case of the code.
    pub says: &'static str,
    /// What to do.
    pub act: Act,
}

/// A code whatever is said with it.
pub(crate) const fn row(code: &'static str, act: Act) -> Row {
    Row { code, says: "", act }
}

/// A code that is said with these words.
pub(crate) const fn saying(code: &'static str, says: &'static str, act: Act) -> Row {
    Row { code, says, act }
}

/// A code that stands in no table: the provider said no, so it is not sent again, and it is shown to people. No channel
/// pauses for it and nobody loses their consent.
pub const NOT_LISTED: Act = Act::Refuse(Class::Content);

/// What to do about `code`, said with `words`: the first row of the code that fits, else that of its family.
pub(crate) fn find(table: &[Row], code: &str, words: &str) -> Act {
    let family = code.split_once('.').map_or(code, |(family, _)| family);
    let of = |name: &str| table.iter().find(|row| row.code == name && words.contains(row.says));
    of(code).or_else(|| of(family)).map_or(NOT_LISTED, |row| row.act)
}

/// The outcome of a message of which the provider said `code` and `words`.
pub(crate) fn outcome(table: &[Row], code: &str, words: &str) -> SendOutcome {
    let act = find(table, code, words);
    let code = said(code);
    match act {
        Act::Refuse(class) => SendOutcome::Refused { class, code, detail: said(words) },
        Act::Later(class, not_before) => SendOutcome::Later { class, code, not_before },
        Act::Unknown => SendOutcome::Unknown { code },
    }
}
