//! A mail server's 5xx answers (RFC 5321, RFC 4954), and what to do about each. Its 4xx are all for later.

use super::super::codes::Act::{Later, Refuse};
use super::super::codes::{Row, row};
use super::super::outcome::Class::{Access, Content, Person};
use super::super::outcome::Person::Unreachable;
use super::super::outcome::Window::Schedule;

/// The table.
pub const CODES: &[Row] = &[
    row("454", Later(Access, Schedule)),
    row("530", Later(Access, Schedule)),
    row("534", Later(Access, Schedule)),
    row("535", Later(Access, Schedule)),
    row("538", Later(Access, Schedule)),
    row("550", Refuse(Person(Unreachable))),
    row("551", Refuse(Person(Unreachable))),
    row("553", Refuse(Person(Unreachable))),
    row("552", Refuse(Content)),
    row("554", Refuse(Content)),
];
