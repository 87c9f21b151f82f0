//! What a combination is worth, ties included, as one number that adds up.

use std::{iter::Sum, ops::Add};

/// How many offers fit the tie of a score.
pub(in crate::coupons) const OFFERS: usize = 120;

/// The saving, and among equal savings the tie: fewer coupons, then the smallest sorted list of ids.
/// Greater is better. Two different sets of offers never have the same score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::coupons) struct Score {
    pub(in crate::coupons) saving: i64,
    /// A coupon costs `2^120` and gains the bit of its rank, the smallest id the highest: of two sets of
    /// the same size the one with the smaller sorted list has the larger sum of bits.
    tie: i128,
}

impl Score {
    /// Nothing taken.
    pub(in crate::coupons) const ZERO: Self = Self { saving: 0, tie: 0 };

    /// The score of one offer by its saving and its rank.
    pub(in crate::coupons) const fn of(saving: i64, rank: usize) -> Self {
        Self { saving, tie: (1 << (OFFERS - 1 - rank)) - (1 << OFFERS) }
    }

    /// As good as any score that comes from this one by more offers and saves at most so much.
    pub(in crate::coupons) const fn onward(self, saving: i64) -> Self {
        // One offer more costs at least this.
        let tie = if saving > self.saving { self.tie - (1 << (OFFERS - 1)) } else { self.tie };
        Self { saving, tie }
    }
}

impl Add for Score {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { saving: self.saving + other.saving, tie: self.tie + other.tie }
    }
}

impl Sum for Score {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::ZERO, Add::add)
    }
}

/// What adds up to a bound: a saving, with its tie or without.
pub(in crate::coupons) trait Worth: Copy + Ord + Add<Output = Self> {
    /// Nothing taken.
    const NONE: Self;
    /// The worth of one offer by its saving and its rank.
    fn one(saving: i64, rank: usize) -> Self;
    /// The most that offers which stand together can save when no more than `limit` is there for all of
    /// them; each comes with the most that it can save and its rank.
    fn pool(offers: &mut [(i64, usize)], limit: i64) -> Self;
}

impl Worth for i64 {
    const NONE: Self = 0;
    fn one(saving: i64, _: usize) -> Self {
        saving
    }
    fn pool(offers: &mut [(i64, usize)], limit: i64) -> Self {
        offers.iter().map(|(most, _)| most).sum::<i64>().min(limit.max(0))
    }
}

impl Worth for Score {
    const NONE: Self = Self::ZERO;
    fn one(saving: i64, rank: usize) -> Self {
        Self::of(saving, rank)
    }

    /// Above the limit: a combination that saves as much needs at least as many offers as the largest ones
    /// do to get there, and no offers have a better tie than the same number of smallest ids.
    fn pool(offers: &mut [(i64, usize)], limit: i64) -> Self {
        let sum: Self = offers.iter().map(|(most, rank)| Self::of(*most, *rank)).sum();
        if sum.saving <= limit {
            return sum;
        }
        offers.sort_unstable_by(|a, b| b.cmp(a));
        let mut reached = 0;
        let count = offers
            .iter()
            .take_while(|(most, _)| {
                let short = reached < limit;
                reached += most;
                short
            })
            .count();
        offers.sort_unstable_by_key(|(_, rank)| *rank);
        let ties: Self = offers.iter().take(count).map(|(_, rank)| Self::of(0, *rank)).sum();
        Self { saving: limit.max(0), ..ties }
    }
}
