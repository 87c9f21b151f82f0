//! What a download could not say: rows that were left out, and orders that are not certain (A-S4-25).
//!
//! What always holds: no rank is final at or behind the earliest moment at which something of a gap could count.
//! What is known of a gap is bounded; what goes over the bounds still counts, only it has no name.

use crate::{Instant, OrderId, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From when on something that was left out could count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Nobody can tell: before everything.
    Always,
    /// Not before this moment.
    At(Instant),
}

impl Since {
    /// A moment that may not be known.
    pub fn new(at: Option<Instant>) -> Self {
        at.map_or(Self::Always, Self::At)
    }

    /// The moment; `None` is before everything.
    pub fn at(self) -> Option<Instant> {
        match self {
            Self::Always => None,
            Self::At(at) => Some(at),
        }
    }
}

/// Whether an order that is not certain was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// All of it is missing: it was left out.
    Whole,
    /// It counts as far as it is known, and may be more.
    Perhaps,
}

/// An order of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapOrder {
    /// When it could count at the earliest.
    pub since: Since,
    /// When it counts at the latest, where that is known: what begins behind it does not depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Whether it was left out.
    pub missing: Missing,
}

impl GapOrder {
    /// One that could count from then on.
    pub fn new(since: Since, missing: Missing) -> Self {
        Self { since, until: None, missing }
    }

    /// The same known once more.
    fn join(&mut self, other: Self) {
        self.since = self.since.min(other.since);
        self.until = self.until.zip(other.until).map(|(one, two)| one.max(two));
        if other.missing == Missing::Whole {
            self.missing = Missing::Whole;
        }
    }
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// As a spreadsheet counts.
    pub row: u64,
    /// Why.
    pub code: String,
    /// Its order, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
}

/// An operator answers for what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// When.
    pub at: Instant,
    /// Why, in the operator's words.
    pub reason: String,
}

/// What is missing of one source of downloads, for the most part a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The file's name.
    pub source: String,
    /// When the download was made, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The first rows that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<GapRow>,
    /// How many they are in all.
    #[serde(default)]
    pub rows_in_all: u64,
    /// The orders that are not certain.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub orders: BTreeMap<OrderId, GapOrder>,
    /// From when on orders that have no name here could count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Since>,
    /// Whether it is being taken in, or was broken off: what is missing is not known yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// Set once an operator has answered for it: then it holds nothing up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

impl Gap {
    /// A source of which nothing is missing.
    pub fn new(source: impl Into<String>, as_of: Option<Instant>) -> Self {
        Self {
            source: source.into(),
            as_of,
            rows: Vec::new(),
            rows_in_all: 0,
            orders: BTreeMap::new(),
            unnamed: None,
            unfinished: false,
            accepted: None,
        }
    }

    /// A source that begins to be taken in: all of it may be missing until it is told what is.
    pub fn begun(source: impl Into<String>, as_of: Option<Instant>) -> Self {
        Self { unnamed: Some(Since::Always), unfinished: true, ..Self::new(source, as_of) }
    }

    /// Adds a row that was left out; the first are kept, all are counted.
    pub fn add_row(&mut self, row: u64, code: &str, order_id: Option<OrderId>) {
        self.rows_in_all += 1;
        if self.rows.len() < limits::GAP_ROWS {
            self.rows.push(GapRow { row, code: code.to_owned(), order_id });
        }
    }

    /// Adds an order that is not certain.
    pub fn add_order(&mut self, order_id: &OrderId, since: Since, missing: Missing) {
        self.add(order_id, GapOrder::new(since, missing));
    }

    /// The same, with all that is known of when it counts.
    pub fn add(&mut self, order_id: &OrderId, order: GapOrder) {
        if let Some(known) = self.orders.get_mut(order_id) {
            known.join(order);
        } else if self.orders.len() < limits::GAP_ORDERS {
            self.orders.insert(order_id.clone(), order);
        } else {
            self.add_unnamed(order.since);
        }
    }

    /// Adds an order of which not even the name is known.
    pub fn add_unnamed(&mut self, since: Since) {
        self.unnamed = Some(self.unnamed.map_or(since, |known| known.min(since)));
    }

    /// Adds what another one says of the same source.
    pub fn join(&mut self, other: &Self) {
        self.rows_in_all += other.rows_in_all;
        let room = limits::GAP_ROWS.saturating_sub(self.rows.len());
        self.rows.extend(other.rows.iter().take(room).cloned());
        self.rows.sort_by_key(|row| row.row);
        for (order_id, order) in &other.orders {
            self.add(order_id, *order);
        }
        if let Some(since) = other.unnamed {
            self.add_unnamed(since);
        }
    }

    /// From when on something of it could count; `None` where nothing is missing, or somebody answers for it.
    pub fn since(&self) -> Option<Since> {
        self.since_of(None)
    }

    /// The same for what begins at that moment: an order that counts before it for sure does not matter.
    fn since_of(&self, from: Option<Instant>) -> Option<Since> {
        if self.accepted.is_some() {
            return None;
        }
        let is_before = |order: &&GapOrder| order.until.zip(from).is_some_and(|(until, from)| until < from);
        let orders = self.orders.values().filter(|order| !is_before(order));
        orders.map(|order| order.since).chain(self.unnamed).min()
    }

    /// Whether nothing is missing.
    pub fn is_closed(&self) -> bool {
        self.orders.is_empty() && self.unnamed.is_none()
    }

    /// Whether an order that is taken in whole, of a download of that time, fills what is missing of it. One that
    /// counts in part is filled by a newer download, for it was taken in with the gap, or while the source is taken in
    /// again: if it is in doubt still, that is told at the end.
    pub fn is_filled_by(&self, order_id: &OrderId, as_of: Option<Instant>) -> bool {
        let Some(order) = self.orders.get(order_id) else { return false };
        match (order.missing, as_of.zip(self.as_of)) {
            (Missing::Whole, known) => known.is_none_or(|(told, gap)| told >= gap),
            (Missing::Perhaps, _) if self.unfinished => true,
            (Missing::Perhaps, known) => known.is_some_and(|(told, gap)| told > gap),
        }
    }

    /// The gap without an order and its rows.
    #[must_use]
    pub fn without(&self, order_id: &OrderId) -> Self {
        let mut gap = self.clone();
        gap.orders.remove(order_id);
        gap.rows.retain(|row| row.order_id.as_ref() != Some(order_id));
        gap.rows_in_all = gap.rows_in_all.saturating_sub((self.rows.len() - gap.rows.len()) as u64);
        gap
    }

    /// What of it matters to rankings that begin at that moment or later: without orders that count before it for sure.
    #[must_use]
    pub fn mattering(&self, from: Instant) -> Self {
        let is_before = |order: &GapOrder| order.until.is_some_and(|until| until < from);
        let before = self.orders.iter().filter(|(_, order)| is_before(order));
        before.fold(self.clone(), |gap, (order_id, _)| gap.without(order_id))
    }

    /// What stays missing when the source is taken in again and `told` is missing of it: orders, left out or in doubt,
    /// wait until they come or somebody answers for them, for another file may have the name; what had no name is told
    /// anew.
    #[must_use]
    pub fn told_again(&self, told: Self) -> Self {
        let mut gap = told;
        for (order_id, order) in self.orders.iter().filter(|_| self.accepted.is_none()) {
            gap.add(order_id, *order);
        }
        gap
    }
}

/// How far ranks that begin at that moment are certain: through the download's watermark, and before every gap (A-S4-6,
/// A-S4-25).
pub fn certain_before<'g>(
    watermark: Option<Instant>,
    gaps: impl IntoIterator<Item = &'g Gap>,
    from: Instant,
) -> Option<Instant> {
    gaps.into_iter().filter_map(|gap| gap.since_of(Some(from))).fold(watermark, |known, since| match since {
        Since::Always => None,
        Since::At(at) => known.map(|known| known.min(at.plus_seconds(-1))),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_micros(second * 1_000_000)
    }
    fn id(name: &str) -> OrderId {
        OrderId::try_new(name).unwrap()
    }

    #[test]
    fn a_s4_25_ranks_are_certain_before_the_earliest_gap() {
        let (mut one, mut two) = (Gap::new("a.csv", None), Gap::new("b.csv", None));
        one.add_order(&id("1"), Since::At(at(50)), Missing::Whole);
        two.add_order(&id("2"), Since::At(at(40)), Missing::Perhaps);
        for (watermark, gaps, expected) in [
            (Some(60), vec![], Some(60)),
            (Some(60), vec![&one], Some(49)),
            (Some(60), vec![&one, &two], Some(39)),
            (Some(30), vec![&one, &two], Some(30)),
            (None, vec![&one], None),
        ] {
            assert_eq!(certain_before(watermark.map(at), gaps, at(0)), expected.map(at));
        }
        two.add_unnamed(Since::Always);
        assert_eq!(certain_before(Some(at(60)), [&one, &two], at(0)), None);
        two.accepted = Some(Accepted { at: at(1), reason: "seen".into() });
        assert_eq!(certain_before(Some(at(60)), [&one, &two], at(0)), Some(at(49)));
    }

    /// A rank depends on an order in doubt only where it may count at or behind the moment at which the ranking begins.
    #[test]
    fn a_s4_25_what_counts_before_a_ranking_for_sure_does_not_matter() {
        let mut gap = Gap::new("a.csv", None);
        let order = GapOrder { until: Some(at(30)), ..GapOrder::new(Since::At(at(20)), Missing::Perhaps) };
        gap.add(&id("1"), order);
        for (from, expected) in [(0, 19), (20, 19), (30, 19), (31, 60)] {
            assert_eq!(certain_before(Some(at(60)), [&gap], at(from)), Some(at(expected)), "{from}");
        }
        assert_eq!(gap.since(), Some(Since::At(at(20))), "it is in doubt all the same");
        assert_eq!((gap.mattering(at(30)).is_closed(), gap.mattering(at(31)).is_closed()), (false, true));
        gap.add(&id("1"), GapOrder { until: Some(at(40)), ..order });
        assert_eq!(certain_before(Some(at(60)), [&gap], at(31)), Some(at(19)));
        gap.add_order(&id("1"), Since::At(at(20)), Missing::Perhaps);
        assert_eq!(certain_before(Some(at(60)), [&gap], at(50)), Some(at(19)), "nobody knows until when");
    }

    #[test]
    fn a_s4_25_an_order_fills_its_gap_unless_it_is_older() {
        let mut gap = Gap::new("a.csv", Some(at(100)));
        gap.add_order(&id("1"), Since::Always, Missing::Whole);
        gap.add_order(&id("2"), Since::Always, Missing::Perhaps);
        for (order, as_of, fills) in [
            ("1", None, true),
            ("1", Some(100), true),
            ("1", Some(99), false),
            ("2", None, false),
            ("2", Some(100), false),
            ("2", Some(101), true),
            ("3", None, false),
        ] {
            assert_eq!(gap.is_filled_by(&id(order), as_of.map(at)), fills, "{order} {as_of:?}");
        }
        // The file again, or another of its name: both wait for their orders. Until all of it was read nothing is final.
        let gap = gap.told_again(Gap::begun("a.csv", None));
        assert_eq!((gap.since(), gap.is_closed()), (Some(Since::Always), false));
        assert!(gap.is_filled_by(&id("2"), None), "it is told at the end whether it is in doubt still");
        let again = gap.told_again(Gap::new("a.csv", None));
        assert_eq!(again.orders.keys().collect::<Vec<_>>(), [&id("1"), &id("2")]);
        assert!(!again.is_filled_by(&id("2"), None));
        assert!(again.without(&id("1")).without(&id("2")).is_closed());
    }

    #[test]
    fn a_s4_25_an_order_that_came_takes_its_rows_along() {
        let mut gap = Gap::new("a.csv", None);
        for (row, order) in [(2, Some("1")), (3, Some("2")), (4, None), (5, Some("1"))] {
            gap.add_row(row, "required", order.map(id));
        }
        gap.add_order(&id("1"), Since::Always, Missing::Whole);
        let left = gap.without(&id("1"));
        assert_eq!(left.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(left.rows_in_all, 2);
    }

    #[test]
    fn a_s4_25_what_has_no_room_still_counts() {
        let mut gap = Gap::new("a.csv", None);
        for (number, second) in (0..=limits::GAP_ORDERS).zip((0..=1_000).rev()) {
            gap.add_order(&id(&number.to_string()), Since::At(at(second)), Missing::Whole);
            gap.add_row(number as u64, "required", None);
        }
        assert_eq!((gap.orders.len(), gap.rows.len()), (limits::GAP_ORDERS, limits::GAP_ROWS));
        assert_eq!(gap.rows_in_all, limits::GAP_ORDERS as u64 + 1);
        assert_eq!(gap.since(), Some(Since::At(at(0))));
    }
}
