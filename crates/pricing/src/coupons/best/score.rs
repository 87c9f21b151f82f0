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

    /// As good as any score with at most this saving: every offer costs some tie.
    pub(in crate::coupons) fn at_most(self, saving: i64) -> Self {
        if self.saving <= saving { self } else { Self { saving, tie: 0 } }
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

/// The most that offers which stand together can save when no more than `limit` is there for all of them;
/// each comes with the most that it can save and its rank.
///
/// Above the limit: a combination that saves as much needs at least as many offers as the largest ones do
/// to get there, and no offers have a better tie than the same number of smallest ids.
pub(in crate::coupons) fn pooled(offers: &mut Vec<(i64, usize)>, limit: i64) -> Score {
    offers.retain(|(most, _)| *most > 0);
    if limit <= 0 || offers.is_empty() {
        return Score::ZERO;
    }
    let sum: Score = offers.iter().map(|(most, rank)| Score::of(*most, *rank)).sum();
    if sum.saving <= limit {
        return sum;
    }
    offers.sort_unstable_by(|a, b| b.cmp(a));
    let reaches = |sum: &mut i64, most: i64| {
        let short = *sum < limit;
        *sum += most;
        short.then_some(())
    };
    let count = offers.iter().scan(0, |sum, (most, _)| reaches(sum, *most)).count();
    offers.sort_unstable_by_key(|(_, rank)| *rank);
    let ties: Score = offers.iter().take(count).map(|(_, rank)| Score::of(0, *rank)).sum();
    Score { saving: limit, ..ties }
}
