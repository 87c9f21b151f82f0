//! Refused money while refunds are found that it went back with (A-G-15).
//!
//! Always holds: no payment gives back more than came with it. What names no payment takes the oldest money that was
//! there; it makes room for what does.

use super::{Order, Payment, PaymentPart};
use crate::{Instant, PaymentId, RefundId};
use money::Money;
use std::collections::BTreeMap;

/// When a refund was first told of, and its id: the order in which refunds are judged.
pub(super) type Turn = (Instant, RefundId);

/// How a refund came to a payment's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Because {
    Named,
    /// It was the oldest that had some left.
    Oldest,
}

/// What a refund took of a payment.
struct Taken {
    by: Turn,
    amount: Money,
    because: Because,
}

/// A refused payment, and who has taken of it.
pub(super) struct Pot {
    pub payment_id: PaymentId,
    at: Instant,
    left: Money,
    taken: Vec<Taken>,
}

impl Pot {
    pub fn left(&self) -> Money {
        self.left
    }
    fn take(&mut self, by: &Turn, amount: Money, because: Because) {
        self.left -= amount;
        self.taken.push(Taken { by: by.clone(), amount, because });
    }
    /// Whether a refund that was told of then can be of it: nothing goes back before it came.
    fn was_there(&self, told: Instant) -> bool {
        self.at <= told
    }
}

/// All refused payments, the oldest first.
pub(super) struct Pots(Vec<Pot>);

impl Pots {
    pub fn of(order: &Order) -> Self {
        let mut late: Vec<&Payment> = order.late_payments().collect();
        late.sort_by(|a, b| (a.at, &a.payment_id).cmp(&(b.at, &b.payment_id)));
        let pot = |payment: &Payment| Pot {
            payment_id: payment.payment_id.clone(),
            at: payment.at,
            left: payment.amount,
            taken: Vec::new(),
        };
        Self(late.into_iter().map(pot).collect())
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The place of a payment.
    pub fn find(&self, payment: &PaymentId) -> Option<usize> {
        self.0.iter().position(|pot| pot.payment_id == *payment)
    }
    pub fn get(&self, place: usize) -> &Pot {
        &self.0[place]
    }
    /// When each came.
    pub fn came(&self) -> impl Iterator<Item = Instant> {
        self.0.iter().map(|pot| pot.at)
    }
    fn there(&self, told: Instant) -> impl Iterator<Item = &Pot> {
        self.0.iter().filter(move |pot| pot.was_there(told))
    }
    /// What has not gone back of those that had come by then.
    pub fn left_by(&self, told: Instant) -> Money {
        self.there(told).map(Pot::left).sum()
    }
    /// Whether that is exactly what is left of one that had come by then.
    pub fn is_left_of_one(&self, amount: Money, told: Instant) -> bool {
        self.there(told).any(|pot| pot.left() == amount)
    }
    /// So much of those that had come by then, the oldest first.
    pub fn take_oldest(&mut self, by: &Turn, amount: Money, told: Instant) {
        let mut still = amount;
        for pot in self.0.iter_mut().filter(|pot| pot.was_there(told)) {
            let part = still.min(pot.left());
            if part.is_positive() {
                pot.take(by, part, Because::Oldest);
                still -= part;
            }
        }
    }
    /// So much of the payment that was named. What took of it only because it was the oldest takes other money that was
    /// there, as far as there is some. `false` when it does not have that much, and nothing has changed.
    pub fn take_named(&mut self, place: usize, by: &Turn, amount: Money) -> bool {
        let missing = (amount - self.0[place].left()).max(Money::ZERO);
        if !self.make_room(place, missing) {
            return false;
        }
        self.0[place].take(by, amount, Because::Named);
        true
    }

    fn make_room(&mut self, place: usize, missing: Money) -> bool {
        if missing.is_zero() {
            return true;
        }
        let mut moves = Vec::new();
        let mut left: Vec<Money> = self.0.iter().map(Pot::left).collect();
        let mut still = missing;
        for (index, taken) in self.0[place].taken.iter().enumerate() {
            let mut may_go = if taken.because == Because::Oldest { taken.amount } else { Money::ZERO };
            let others = (0..self.0.len()).filter(|to| *to != place && self.0[*to].was_there(taken.by.0));
            for to in others.collect::<Vec<_>>() {
                let part = still.min(may_go).min(left[to]);
                if part.is_positive() {
                    moves.push((index, to, part));
                    left[to] -= part;
                    may_go -= part;
                    still -= part;
                }
            }
        }
        if still.is_positive() {
            return false;
        }
        for (index, to, part) in moves {
            let taken = &mut self.0[place].taken[index];
            taken.amount -= part;
            let by = taken.by.clone();
            self.0[place].left += part;
            self.0[to].take(&by, part, Because::Oldest);
        }
        true
    }

    /// How much of each a refund took, the oldest first.
    pub fn taken_by(&self, by: &Turn) -> Vec<PaymentPart> {
        let part = |pot: &Pot| {
            let amount: Money = pot.taken.iter().filter(|it| it.by == *by).map(|it| it.amount).sum();
            amount.is_positive().then(|| PaymentPart { payment_id: pot.payment_id.clone(), amount })
        };
        self.0.iter().filter_map(part).collect()
    }
    /// How much of each every refund took, the oldest first.
    pub fn parts(&self) -> BTreeMap<&Turn, Vec<PaymentPart>> {
        let mut found: BTreeMap<&Turn, Vec<PaymentPart>> = BTreeMap::new();
        for pot in &self.0 {
            for taken in pot.taken.iter().filter(|taken| taken.amount.is_positive()) {
                let parts = found.entry(&taken.by).or_default();
                if let Some(part) = parts.last_mut().filter(|part| part.payment_id == pot.payment_id) {
                    part.amount += taken.amount;
                } else {
                    parts.push(PaymentPart { payment_id: pot.payment_id.clone(), amount: taken.amount });
                }
            }
        }
        found
    }
}
