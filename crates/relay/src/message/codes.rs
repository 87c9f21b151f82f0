//! What a provider's codes mean, as data: a provider has one [`Table`], and a code is found in it or falls to a row that
//! is cautious. What a failed delivery costs stands there as well.

use super::outcome::{Class, SendOutcome, Window, said};
use super::recipient::Recipient;

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
    /// What it means, for people.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// Whether a provider takes money for what it took and could not deliver (A-S2-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargesFailed {
    /// Of numbers of China.
    pub in_china: bool,
    /// Of all others.
    pub abroad: bool,
}

impl ChargesFailed {
    /// Whatever the number.
    pub const ALWAYS: Self = Self { in_china: true, abroad: true };

    /// Whether a failed delivery to that number is charged.
    pub fn to(self, phone: &Recipient) -> bool {
        if phone.expose().starts_with("+86") { self.in_china } else { self.abroad }
    }

    /// The same where the number may not be known: what is charged anywhere is.
    pub fn to_some(self, phone: Option<&Recipient>) -> bool {
        phone.map_or(self.in_china || self.abroad, |phone| self.to(phone))
    }
}

/// A provider's codes, and what it charges.
#[derive(Debug)]
pub struct Table {
    /// Its name in a file of settings.
    pub provider: &'static str,
    /// Whether failed deliveries cost.
    pub charges_failed: ChargesFailed,
    /// Its codes; of two of one code the first that fits counts.
    pub rows: &'static [Row],
}

/// Rows of a table, one a line: the code, what is said with it where that matters, what to do, what it means.
macro_rules! rows {
    ($($code:literal $(saying $says:literal)? => $act:expr, $zh:literal, $en:literal;)+) => {
        &[$($crate::message::codes::Row { code: $code, says: concat!($($says)?), act: $act, zh: $zh, en: $en }),+]
    };
}
pub(crate) use rows;

/// A code that stands in no table: the provider said no, so it is not sent again, and it is shown to people. No channel
/// pauses for it and nobody loses their consent.
pub const NOT_LISTED: Act = Act::Refuse(Class::Content);

impl Table {
    /// The first row of `code`, said with `words`, that fits; else that of its family.
    pub fn find(&self, code: &str, words: &str) -> Option<&Row> {
        let family = code.split_once('.').map_or(code, |(family, _)| family);
        let of = |name: &str| self.rows.iter().find(|row| row.code == name && words.contains(row.says));
        of(code).or_else(|| of(family))
    }

    /// The outcome of a message of which the provider said `code` and `words`.
    pub(crate) fn outcome(&self, code: &str, words: &str) -> SendOutcome {
        let act = self.find(code, words).map_or(NOT_LISTED, |row| row.act);
        let code = said(code);
        match act {
            Act::Refuse(class) => SendOutcome::Refused { class, code, detail: said(words) },
            Act::Later(class, not_before) => SendOutcome::Later { class, code, not_before },
            Act::Unknown => SendOutcome::Unknown { code },
        }
    }
}
