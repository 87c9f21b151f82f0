//! Where coupons are at the end: used at most once, by the orders of one checkout (A-S1-6, A-S1-25, A-S1-28).

use super::CouponEnd;
use super::course::{Course, course, named};
use super::story::{Benefit, Coupon, Fen, LOCK, Minute, Story};
use std::collections::BTreeMap;

/// An order that has a share of a coupon.
struct Holder<'a> {
    order: usize,
    since: Minute,
    share: Fen,
    /// What it brings toward the threshold.
    base: Fen,
    course: &'a Course<'a>,
}

/// What became of a coupon, and which orders could not have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub end: CouponEnd,
    pub conflicts: Vec<usize>,
    /// Whether each of the orders that have it is told that they are below the threshold together, where that is judged.
    pub below: BTreeMap<usize, bool>,
}

pub fn standings(story: &Story) -> Vec<Standing> {
    let courses: Vec<Course<'_>> = (0..story.orders.len()).map(|order| course(story, order)).collect();
    (0..story.coupons.len()).map(|coupon| standing(story, coupon, &courses)).collect()
}

fn standing(story: &Story, index: usize, courses: &[Course<'_>]) -> Standing {
    let coupon = story.coupons[index];
    if let Benefit::AtCashier(_) = coupon.benefit {
        let used = |course: &Course<'_>| {
            let by = course.paid_by.as_ref().and_then(|(_, paid)| paid.as_ref());
            by.is_some_and(|paid| paid.voucher == Some(index))
        };
        // A used payment coupon is not restored (A-S0-22).
        let is_over = coupon.ends.is_some_and(|ends| ends <= story.until);
        let end = match courses.iter().any(used) {
            true => CouponEnd::Used,
            false if is_over => CouponEnd::Expired,
            false => CouponEnd::Available,
        };
        return Standing { end, conflicts: Vec::new(), below: BTreeMap::new() };
    }
    let mut found = Vec::new();
    for (order, course) in courses.iter().enumerate() {
        for (since, _, share) in named(course).into_iter().filter(|(_, coupon, _)| *coupon == index) {
            let base = story.orders[order].lines.iter().map(super::story::Line::price_after_gain).sum();
            found.push((since, order, Holder { order, since, share, base, course }));
        }
    }
    found.sort_by_key(|(since, order, _)| (*since, *order));
    let (mut holders, mut conflicts): (Vec<&Holder<'_>>, Vec<usize>) = Default::default();
    for (since, order, holder) in &found {
        // When the last has gone it is free for another checkout.
        if holders.iter().all(|known| known.leaves(coupon).is_some_and(|left| left <= *since)) {
            holders.clear();
        }
        if joins(coupon, &holders, holder) { holders.push(holder) } else { conflicts.push(*order) }
    }
    // Whoever has had it off keeps it, also one that could not have it: it is not free for yet another.
    let keeps = |(_, _, holder): &&(Minute, usize, Holder<'_>)| holder.leaves(coupon).is_none();
    let kept: Vec<&Holder<'_>> = found.iter().filter(keeps).map(|(_, _, holder)| holder).collect();
    let end = if kept.iter().any(|holder| holder.course.paid_by.is_some()) {
        CouponEnd::Used
    } else if kept.is_empty() {
        CouponEnd::Available
    } else {
        CouponEnd::Locked
    };
    Standing { end, conflicts, below: below(story, coupon, &holders) }
}

/// A-S1-28: when nobody can join any more the threshold is judged over all orders of the checkout, returned later or not;
/// those that had ended unpaid by then do not count.
fn below(story: &Story, coupon: Coupon, holders: &[&Holder<'_>]) -> BTreeMap<usize, bool> {
    let Some(first) = first_paid(holders) else { return BTreeMap::new() };
    let counts = |holder: &&&Holder<'_>| {
        let bought = holder.course.paid_by.is_some() || holder.leaves(coupon).is_none();
        bought || holder.leaves(coupon).is_some_and(|left| left > first + LOCK)
    };
    let whole: Fen = holders.iter().filter(counts).map(|holder| holder.base).sum();
    let live = holders.iter().filter(|holder| holder.leaves(coupon).is_none() && first + LOCK < story.until);
    live.map(|holder| (holder.order, whole < coupon.spend)).collect()
}

fn first_paid(holders: &[&Holder<'_>]) -> Option<Minute> {
    holders.iter().filter_map(|holder| Some(holder.course.paid_by.as_ref()?.0)).min()
}

impl Holder<'_> {
    /// When it lets go: unpaid at its end; paid, when everything has gone back, where the coupon returns.
    fn leaves(&self, coupon: Coupon) -> Option<Minute> {
        let is_paid = self.course.paid_by.is_some() && !self.course.called_off;
        self.course.gone_at.filter(|_| !is_paid || coupon.returns)
    }
}

/// A-S1-28: one checkout took hold of it before the first was paid or soon after, and no more than it gives.
fn joins(coupon: Coupon, holders: &[&Holder<'_>], new: &Holder<'_>) -> bool {
    let is_late = first_paid(holders).is_some_and(|first| new.since >= first + LOCK);
    let there = holders.iter().filter(|holder| holder.leaves(coupon).is_none_or(|left| left > new.since));
    let taken: Fen = there.map(|holder| holder.share).sum();
    let fits = match coupon.benefit {
        Benefit::Save(save) => taken + new.share <= save,
        Benefit::Percent(_) | Benefit::AtCashier(_) => true,
    };
    !is_late && fits
}
