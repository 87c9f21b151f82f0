//! `WeChat`'s codes of `stable_token` and `subscribe/send`, and what to do about each.

use super::super::codes::Act::{self, Later, Refuse, Unknown};
use super::super::codes::{Row, row};
use super::super::outcome::Class::{Access, AccountCap, Content, Person, Template, Throttled, Transient};
use super::super::outcome::Person::{GrantSpent, Unreachable};
use super::super::outcome::Window::{Day, Minute, Schedule};

const MEND: Act = Later(Access, Schedule);

/// The table.
pub const CODES: &[Row] = &[
    // The grant and the person (A-S2-20).
    row("43101", Refuse(Person(GrantSpent))),
    row("40003", Refuse(Person(Unreachable))),
    // The template.
    row("40037", Refuse(Template)),
    row("43107", Refuse(Template)),
    row("43116", Refuse(Template)),
    row("48001", MEND),
    // Its values: the words name `data.x.value`.
    row("47003", Refuse(Content)),
    row("45168", Refuse(Content)),
    row("44990", Later(Transient, Minute)),
    // One person had the template often enough today.
    row("40038", Later(Throttled, Day)),
    // Calls a day, and a minute.
    row("45009", Later(AccountCap, Schedule)),
    row("45011", Later(Transient, Minute)),
    // Two at once for one person.
    row("43108", Later(Transient, Schedule)),
    // The app, its secret, our address. A token that is refused even when it is new is one of these.
    row("40001", MEND),
    row("40013", MEND),
    row("40014", MEND),
    row("40125", MEND),
    row("40164", MEND),
    row("40243", MEND),
    row("41002", MEND),
    row("41004", MEND),
    row("42001", MEND),
    row("50002", MEND),
    row("50007", MEND),
    row("89503", MEND),
    row("89506", MEND),
    row("89507", MEND),
    // `WeChat` is busy, and does not say whether it took it.
    row("-1", Unknown),
];
