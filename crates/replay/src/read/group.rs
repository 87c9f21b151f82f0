//! The rows of one order while they are gathered, and which orders a row may be of that says nothing of it.
//!
//! What always holds: an order that is left out keeps its reasons, and what is known of it.

use super::{
    bad::{BadCode, Fault, RowAt},
    cells::TimeDoubt,
    lost::Lost,
    parts::{Part, Told},
    roles::{Roles, RowLine},
    stray::{Known, Stray},
};
use domain::{Instant, OrderId, ShopId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The rows of one order.
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
#[derive(Default)]
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

    /// Rows that could be read.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows.len()).sum::<usize>() as u64 + self.nothing.len() as u64
    }
}

/// The orders that rows may be of which say nothing of it: those that the same customer placed at the same moment, or, where cells may
/// stand in other columns and none looks like an order's number, those right above and below.
pub(super) fn guessed<R: Roles>(
    roles: &R,
    groups: &[Group<R>],
    strays: &mut [Stray],
) -> BTreeMap<usize, BTreeSet<usize>> {
    let (mut guessed, mut by_time) = (BTreeMap::new(), HashMap::<Instant, Vec<usize>>::new());
    for (index, stray) in strays.iter_mut().enumerate() {
        let is_lost = stray.orders.is_empty() && stray.known == Known::Not;
        match stray.placed_at.filter(|_| is_lost && stray.loose.is_empty()) {
            Some(at) => by_time.entry(at).or_default().push(index),
            None if is_lost => {
                guessed.insert(index, std::mem::take(&mut stray.near));
            }
            None => {}
        }
    }
    if by_time.is_empty() {
        return guessed;
    }
    for (group, part) in groups.iter().enumerate().filter_map(|(at, it)| Some((at, it.parts.first()?))) {
        let (shop_id, _, placed_at) = roles.names(&part.head);
        for &stray in by_time.get(&placed_at).into_iter().flatten() {
            let stray_row = &strays[stray];
            let same_shop = stray_row.shop_id.as_ref().is_none_or(|known| known == shop_id);
            let customer = roles.customer(&part.head);
            if same_shop && stray_row.customer_id.as_ref().is_none_or(|known| known == customer) {
                guessed.entry(stray).or_default().insert(group);
            }
        }
    }
    guessed
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
