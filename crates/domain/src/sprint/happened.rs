//! What happened in a wave, by the quarter of an hour: sums over its members as they are.
//!
//! Always holds: the sums are a function of the members. Every zone's days are made of whole quarters, so the same sums tell
//! the days of the shop's zone whenever that is changed.

use super::{AwardStatus, Counting, CountsFrom, Member, Wave};
use crate::Instant;
use money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A quarter of an hour, counted from 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(pub i64);

const QUARTER: i64 = 15 * 60 * 1_000_000;

impl Quarter {
    /// The one that a moment is in.
    pub const fn of(at: Instant) -> Self {
        Self(at.micros().div_euclid(QUARTER))
    }
    /// Its first moment.
    pub const fn starts_at(self) -> Instant {
        Instant::from_micros(self.0 * QUARTER)
    }
}

/// What happened in a while. Amounts are minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Happened {
    /// Members who enrolled.
    #[serde(skip_serializing_if = "is_none")]
    pub enrolled: i64,
    /// New members of the shop among them.
    #[serde(skip_serializing_if = "is_none")]
    pub new_members: i64,
    /// Orders placed that count.
    #[serde(skip_serializing_if = "is_none")]
    pub orders: i64,
    /// Paid in these, for goods of the scope.
    #[serde(skip_serializing_if = "is_none")]
    pub spent: i64,
    /// The part of new members.
    #[serde(skip_serializing_if = "is_none")]
    pub spent_by_new: i64,
    /// Orders that count whose receipt was confirmed in time.
    #[serde(skip_serializing_if = "is_none")]
    pub receipts: i64,
    /// What went back in time.
    #[serde(skip_serializing_if = "is_none")]
    pub refunded: i64,
    /// Members who reached their first tier.
    #[serde(skip_serializing_if = "is_none")]
    pub qualified: i64,
    /// Prizes won.
    #[serde(skip_serializing_if = "is_none")]
    pub won: i64,
    /// Prizes given, and not taken back.
    #[serde(skip_serializing_if = "is_none")]
    pub given: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_none(sum: &i64) -> bool {
    *sum == 0
}

impl Happened {
    /// The sums, each with its name, in the order in which they are told.
    pub fn parts(&mut self) -> [(&'static str, &mut i64); 10] {
        [
            ("enrolled", &mut self.enrolled),
            ("new_members", &mut self.new_members),
            ("orders", &mut self.orders),
            ("spent", &mut self.spent),
            ("spent_by_new", &mut self.spent_by_new),
            ("receipts", &mut self.receipts),
            ("refunded", &mut self.refunded),
            ("qualified", &mut self.qualified),
            ("won", &mut self.won),
            ("given", &mut self.given),
        ]
    }
    /// Adds so many times what others come to.
    pub fn add(&mut self, other: &Self, times: i64) {
        let mut other = *other;
        for ((_, sum), (_, more)) in self.parts().into_iter().zip(other.parts()) {
            *sum += times * *more;
        }
    }
    /// Whether nothing happened.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a member brings to each quarter, as they are: a function of the member alone.
pub fn happened(wave: &Wave, from: CountsFrom, member: &Member) -> BTreeMap<Quarter, Happened> {
    let mut all: BTreeMap<Quarter, Happened> = BTreeMap::new();
    let Some(enrolled_at) = member.enrolled_at else { return all };
    let mut on = |at, change: &dyn Fn(&mut Happened)| change(all.entry(Quarter::of(at)).or_default());
    on(enrolled_at, &|sums| {
        sums.enrolled += 1;
        sums.new_members += i64::from(member.is_new);
    });
    let counting = Counting::of(wave, from, enrolled_at);
    for order in member.orders.iter().filter(|order| counting.placed.contains(order.placed_at)) {
        let paid = order.paid.minor();
        on(order.placed_at, &|sums| {
            sums.orders += 1;
            sums.spent += paid;
            sums.spent_by_new += if member.is_new { paid } else { 0 };
        });
        if let Some(at) = order.received_at.filter(|at| *at < counting.by) {
            on(at, &|sums| sums.receipts += 1);
        }
        let mut left = order.paid;
        for (at, amount) in order.refunds.iter().filter(|(at, _)| *at < counting.by) {
            let gone = (*amount).min(left);
            left -= gone;
            on(*at, &|sums| sums.refunded += gone.minor());
        }
        debug_assert!(left >= Money::ZERO);
    }
    if let Some(at) = member.reached.iter().map(|reached| reached.qualified_at).min() {
        on(at, &|sums| sums.qualified += 1);
    }
    for award in &member.awards {
        on(award.won_at, &|sums| sums.won += 1);
        if let Some(at) = award.given_at.filter(|_| award.status == AwardStatus::Given) {
            on(at, &|sums| sums.given += 1);
        }
    }
    all
}
