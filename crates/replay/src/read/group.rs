//! The rows of one order while they are gathered.
//!
//! What always holds: an order that is left out keeps its reasons, and what is known of it.

use super::{
    bad::{BadCode, Fault, RowAt},
    cells::TimeDoubt,
    lost::Lost,
    parts::{Part, Told},
    roles::{Roles, RowLine},
};
use domain::{Instant, OrderId, ShopId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The rows of one order.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Group<R: Roles> {
    pub at: RowAt,
    pub parts: Vec<Part<R::Head, RowLine<R::Line>>>,
    /// Rows without units.
    pub nothing: Vec<Fault>,
    /// What of its times is not certain, by its first row of which it is not.
    pub doubt: Option<Box<TimeDoubt>>,
    pub out: Option<Box<Out>>,
}

/// Why an order is left out, and what is known of it all the same.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Out {
    pub lost: Vec<Lost>,
    pub shop_id: Option<ShopId>,
    pub order_id: Option<OrderId>,
    pub placed_at: Option<Instant>,
}

impl<L> Told<RowLine<L>> {
    /// What is told of a row without units.
    pub fn no_units(self) -> Option<Fault> {
        match self.line {
            RowLine::Nothing(column, value) => {
                Some(Fault { at: self.at, column, value, code: BadCode::ZeroQuantity })
            }
            RowLine::Line(_) | RowLine::Discount(_) => None,
        }
    }
}

impl<R: Roles> Group<R> {
    /// An order whose first row stands there.
    pub fn new(at: RowAt) -> Self {
        Self { at, parts: Vec::new(), nothing: Vec::new(), doubt: None, out: None }
    }

    pub fn leave_out(&mut self, lost: Lost) -> &mut Out {
        let out = self.out.get_or_insert_default();
        out.lost.push(lost);
        out
    }

    /// Whether it has more rows than any order, and was left out for it.
    pub fn is_too_long(&self) -> bool {
        let lost = self.out.as_ref().map(|out| &out.lost);
        lost.is_some_and(|lost| lost.iter().any(|it| it.code == BadCode::TooManyLines))
    }

    /// The rows with units; the others are noted.
    pub fn without_units(&mut self, rows: Vec<Told<RowLine<R::Line>>>) -> Vec<Told<RowLine<R::Line>>> {
        let (nothing, lines): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| matches!(row.line, RowLine::Nothing(..)));
        self.nothing.extend(nothing.into_iter().filter_map(Told::no_units));
        lines
    }

    /// All that is kept of its rows.
    pub fn kept(&self) -> u64 {
        self.rows() + self.out.as_ref().map_or(0, |out| out.lost.len() as u64)
    }

    /// Rows that could be read.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows.len()).sum::<usize>() as u64 + self.nothing.len() as u64
    }
}

/// Which groups there have been: 16 bytes each.
#[derive(Default)]
pub(super) struct Together {
    pub current: Option<String>,
    pub seen: HashSet<u128>,
}

/// 16 bytes of the digest of a group.
pub(super) fn digest(group: &str) -> u128 {
    let digest = blake3::hash(group.as_bytes());
    digest.as_bytes()[..16].iter().fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}
