//! What other parties than the merchant bore of a paid order, and what of it goes back with the money (A-G-16).
//!
//! Refunds count in the order in which they were granted, whichever was heard of first (A-G-8). Always holds: a
//! party never gets back more than it bore; the refund that takes the last of the customer's cash takes the last of
//! every part, but for units that cost the customer nothing and stay: their part goes when they do.

use super::{COUPON_PARTY, Order, Parts, Party, Refund};
use money::{Money, Rate, Rounding, unit_span};

/// What the customer paid for a line: list - shares - its part of the payment coupon and of what came
/// off with the balance; while only the deposit is in, its part of that.
pub(super) fn cash(order: &Order, index: usize) -> Money {
    match order.paid_by() {
        Some(payment) => {
            let coupon = payment.shares.get(index).copied().unwrap_or_default();
            order.lines[index].payable() - coupon - payment.discounted_of(index)
        }
        None => order.deposit_of(index),
    }
}

/// What each party bore of a line; before a balance is paid nobody bore anything.
pub(super) fn borne(order: &Order, index: usize) -> Parts {
    let Some(payment) = order.paid_by() else {
        return Parts::default();
    };
    let placed = order.discounts.iter().zip(order.lines[index].shares.iter().copied());
    let with_balance = payment.discounts.iter();
    let with_balance = with_balance.filter_map(|d| Some((&d.discount, *d.shares.get(index)?)));
    let shares: Vec<(Party, Money)> =
        placed.chain(with_balance).map(|(discount, share)| (discount.funded_by, share)).collect();
    let coupon = payment.shares.get(index).copied().unwrap_or_default();
    sum_by_party(shares.into_iter().chain([(COUPON_PARTY, coupon)]))
}

/// What each party bore of the freight.
fn borne_of_freight(order: &Order) -> Parts {
    let Some(payment) = order.paid_by() else {
        return Parts::default();
    };
    let coupon = payment.shares.get(order.lines.len()).copied().unwrap_or_default();
    let off = Party::OTHERS.into_iter().map(|party| (party, order.freight_borne_by(party, payment)));
    sum_by_party(off.chain([(COUPON_PARTY, coupon)]))
}

fn sum_by_party(amounts: impl Iterator<Item = (Party, Money)>) -> Parts {
    let amounts: Vec<_> = amounts.collect();
    Parts::each(|party| amounts.iter().filter(|(whose, _)| *whose == party).map(|(_, amount)| *amount).sum())
}

/// Units `from + 1` to `to` of a line bear this of it (A-G-6).
pub(super) fn span(whole: &Parts, quantity: u64, from: u64, to: u64) -> Parts {
    Parts::each(|party| unit_span(whole.of(party), quantity, from, to).unwrap_or_default())
}

/// A line while refunds take from it.
struct Side {
    quantity: u64,
    /// Units given back so far.
    back: u64,
    cash: Money,
    borne: Parts,
}

impl Side {
    /// What units `from + 1` to `to` bear, of those alone that cost the customer nothing.
    fn free_span(&self, from: u64, to: u64) -> Parts {
        let all = span(&self.borne, self.quantity, from, to);
        if all.is_zero() || self.cash.is_zero() {
            return all;
        }
        let paid = u128::try_from(self.cash.minor()).unwrap_or_default();
        // With a fen for each of them every unit cost something.
        if paid >= u128::from(self.quantity) {
            return Parts::default();
        }
        // The rest cost nothing: the unit that brings the n-th fen is the first to reach n - 1/2 of them.
        let fen = |units: u64| unit_span(self.cash, self.quantity, 0, units).unwrap_or_default().minor();
        let brings = |nth: i64| {
            let nth = u128::try_from(nth).unwrap_or_default();
            u64::try_from((u128::from(self.quantity) * (2 * nth - 1)).div_ceil(2 * paid)).unwrap_or_default()
        };
        Parts::each(|party| {
            let unit = |nth| unit_span(self.borne.of(party), self.quantity, nth - 1, nth).unwrap_or_default();
            all.of(party) - (fen(from) + 1..=fen(to)).map(|nth| unit(brings(nth))).sum::<Money>()
        })
    }
}

/// A paid order while its refunds take from it, one after the other.
struct Course<'o> {
    order: &'o Order,
    lines: Vec<Side>,
    freight: Parts,
    freight_is_back: bool,
    /// Whether nothing was paid at all.
    free: bool,
    cash_left: Money,
    left: Parts,
}

impl<'o> Course<'o> {
    fn of(order: &'o Order) -> Self {
        let side = |(index, line): (usize, &super::Line)| Side {
            quantity: line.quantity,
            back: 0,
            cash: cash(order, index),
            borne: borne(order, index),
        };
        let lines: Vec<Side> = order.lines.iter().enumerate().map(side).collect();
        let freight = borne_of_freight(order);
        let left = lines.iter().fold(freight.clone(), |sum, line| sum.with(&line.borne, |a, b| a + b));
        let paid = order.paid();
        Self { order, lines, freight, freight_is_back: false, free: paid.is_zero(), cash_left: paid, left }
    }

    /// What goes back with one more refund.
    fn take(&mut self, refund: &Refund) -> Parts {
        let paying = self.cash_left.is_positive();
        if refund.is_sum() && !refund.parts.is_zero() {
            // What was summed up keeps what went back with it, one by one.
            return self.give(refund.amount, refund.parts.with(&self.left, Ord::min));
        }
        let takes_all = paying && refund.amount >= self.cash_left;
        let share = if refund.lines.is_empty() {
            if takes_all { self.left.clone() } else { self.in_proportion(refund.amount) }
        } else {
            let units = self.give_back(refund, paying);
            if takes_all { self.all_but_free_units() } else { units.with(&self.left, Ord::min) }
        };
        self.give(refund.amount, share)
    }

    fn give(&mut self, amount: Money, share: Parts) -> Parts {
        self.cash_left = (self.cash_left - amount).max(Money::ZERO);
        self.left = self.left.with(&share, |left, share| left - share);
        share
    }

    fn in_proportion(&self, amount: Money) -> Parts {
        let minor = |money: Money| u64::try_from(money.minor()).unwrap_or_default();
        let Some(rate) = Rate::try_new(minor(amount), minor(self.cash_left)) else {
            return Parts::default();
        };
        Parts::each(|party| rate.times(self.left.of(party), Rounding::HalfUp).unwrap_or_default())
    }

    /// Units come back, and the freight with the last of them. Once the cash is gone only what cost nothing still
    /// brings its part: the rest of every part went with the cash.
    fn give_back(&mut self, refund: &Refund, paying: bool) -> Parts {
        let mut units = Parts::default();
        for part in &refund.lines {
            let found = self.order.lines.iter().position(|line| line.line_id == part.line_id);
            let Some(line) = found.and_then(|index| self.lines.get_mut(index)) else { continue };
            let (from, to) = (line.back, line.back.saturating_add(part.quantity).min(line.quantity));
            line.back = to;
            let borne =
                if paying { span(&line.borne, line.quantity, from, to) } else { line.free_span(from, to) };
            units = units.with(&borne, |a, b| a + b);
        }
        let all_free = self.lines.iter().all(|line| line.cash.is_zero());
        let is_back = |line: &Side| line.back == line.quantity || line.cash.is_zero() && !all_free;
        if !self.freight_is_back && self.lines.iter().all(is_back) {
            self.freight_is_back = true;
            if paying || self.free {
                units = units.with(&self.freight, |a, b| a + b);
            }
        }
        units
    }

    fn all_but_free_units(&self) -> Parts {
        let stay = |line: &Side| line.free_span(line.back, line.quantity);
        let stays = self.lines.iter().map(stay);
        stays.fold(self.left.clone(), |left, stays| {
            left.with(&stays, |left, stays| (left - stays).max(Money::ZERO))
        })
    }
}

/// Goes through refunds in the order in which they were granted; of those granted in one instant the first in the
/// list comes first.
fn walk<'r, K>(order: &Order, refunds: impl Iterator<Item = (K, &'r Refund)>) -> Vec<(K, Parts)> {
    let mut refunds: Vec<(K, &Refund)> = refunds.collect();
    refunds.sort_by_key(|(_, refund)| refund.granted_since());
    let mut course = Course::of(order);
    refunds.into_iter().map(|(key, refund)| (key, course.take(refund))).collect()
}

/// What goes back to each party with each refund, in the order of the order's refunds: nothing with those that are
/// not granted. The one rule for every path (A-G-16); the auditor asks it too.
pub fn parts(order: &Order) -> Vec<Parts> {
    let live = order.refunds.iter().enumerate().filter(|(_, refund)| refund.is_booked());
    let mut found = vec![Parts::default(); order.refunds.len()];
    for (index, parts) in walk(order, live) {
        found[index] = parts;
    }
    found
}

/// What goes back to each party with a refund that is to be granted, in place of what the order has of it.
pub fn parts_with(order: &Order, refund: &Refund) -> Parts {
    let is_known = order.refunds.iter().any(|known| known.refund_id == refund.refund_id);
    let all =
        order.refunds.iter().map(|known| if known.refund_id == refund.refund_id { refund } else { known });
    let all = all.chain(std::iter::once(refund).filter(|_| !is_known));
    let live = all.filter(|known| known.is_booked() || std::ptr::eq(*known, refund));
    let live = live.map(|known| (std::ptr::eq(known, refund), known));
    let its = walk(order, live).into_iter().find(|(is_its, _)| *is_its);
    its.map(|(_, parts)| parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A-G-6, A-G-16: which units cost nothing, against each unit by itself.
    #[test]
    fn a_g_16_units_that_cost_nothing() {
        for (quantity, cash, borne) in [
            (1, 0, 7),
            (3, 1, 299),
            (3, 2, 299),
            (3, 3, 9),
            (7, 3, 10_000),
            (7, 5, 3),
            (10, 1, 10),
            (4, 9, 4),
        ] {
            let borne = Parts::each(|_| Money::from_minor(borne));
            let side = Side { quantity, back: 0, cash: Money::from_minor(cash), borne };
            for from in 0..=quantity {
                for to in from..=quantity {
                    let free =
                        |unit: &u64| unit_span(side.cash, quantity, unit - 1, *unit) == Some(Money::ZERO);
                    let each = (from + 1..=to).filter(free);
                    let wanted: Money =
                        each.map(|unit| span(&side.borne, quantity, unit - 1, unit).sum()).sum();
                    let found = side.free_span(from, to).sum();
                    assert_eq!(found, wanted, "{cash} for {quantity}, units {from} to {to}");
                }
            }
        }
    }
}
