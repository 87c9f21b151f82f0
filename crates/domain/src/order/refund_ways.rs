//! The way back: how much of each refund goes back to which payment, newest first (A-G-15).
//!
//! Always holds: there is one split. What is asked for here is judged by it, answered with it, and keeps it; it takes what
//! all that went back or is promised leaves, so an answer moves no money of another refund.

use super::{Order, Payment, PaymentPart, PaymentStatus, Refund, RefundOf};
use crate::{Instant, PaymentId};
use money::Money;

/// Payments with what has not gone back of them, newest first.
type Left = Vec<(Instant, PaymentId, Money)>;

impl Order {
    /// Tells each refund that was agreed to its ways back. Refunds that were answered keep theirs before others; of those the
    /// earlier told goes first, and one that is being answered last. A payment that was named takes as much as it has, the rest goes the newest way. Goods
    /// whose refund names a refused payment go back that way, as far as it has money: that money is still to be returned.
    pub fn tell_ways_back(&mut self) {
        let mut good = self.good_money();
        let mut late = self.late_money();
        for index in self.in_turn_of_ways() {
            let refund = &mut self.refunds[index];
            let answered = if refund.answered { refund.payments.clone() } else { Vec::new() };
            let ends_refused = refund.refused.is_positive();
            refund
                .payments
                .retain(|part| ends_refused && late.iter().any(|(_, id, _)| *id == part.payment_id));
            if !refund.status.is_agreed() || refund.of == RefundOf::Unclear {
                (refund.is_asked_now, refund.payments) = (false, Vec::new());
                continue;
            }
            let own = if refund.takes_of_order() { refund.amount } else { Money::ZERO };
            let named = refund.payment_id.as_ref().filter(|_| !refund.answered && !ends_refused);
            let crossed = named.and_then(|id| take(&mut late, id, own));
            let own = own - crossed.as_ref().map_or(Money::ZERO, |part| part.amount);
            let ways = ways(refund, &answered, &mut good, own);
            refund.payments.extend(crossed.into_iter().chain(ways));
            refund.is_asked_now = false;
        }
        self.newest_first();
    }

    /// Whose money a refund of the order is that stands in the books beside the others: of each payment that the order
    /// took, so much. Empty where all of it is of the payment that paid the order last, or of its deposit (A-G-17).
    pub fn money_of(&self, refund: &Refund) -> Vec<PaymentPart> {
        let mut beside = self.clone();
        match beside.refunds.iter_mut().find(|known| known.refund_id == refund.refund_id) {
            Some(known) => *known = refund.clone(),
            None => beside.refunds.push(refund.clone()),
        }
        let place = beside.refunds.iter().position(|known| known.refund_id == refund.refund_id);
        let found = place.map(|place| beside.whose_money().swap_remove(place));
        found.unwrap_or_default()
    }

    /// The same of every refund, in their order; nothing of those that are in no book.
    pub fn whose_money(&self) -> Vec<Vec<PaymentPart>> {
        let mut good = self.good_money();
        let last = self.paid_by().or_else(|| self.good_payments().next()).map(|p| p.payment_id.clone());
        let mut found = vec![Vec::new(); self.refunds.len()];
        for index in self.in_turn_of_ways() {
            let refund = &self.refunds[index];
            if refund.takes_of_order() {
                let answered = refund.payments.iter().filter(|_| refund.answered).cloned();
                let ways = ways(refund, &answered.collect::<Vec<_>>(), &mut good, refund.amount);
                if refund.is_booked() {
                    found[index] = ways;
                }
            }
        }
        for parts in &mut found {
            if parts.iter().all(|part| Some(&part.payment_id) == last.as_ref()) {
                parts.clear();
            }
        }
        found
    }

    fn good_payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded)
    }

    fn good_money(&self) -> Left {
        let mut good: Left = self.good_payments().map(|p| (p.at, p.payment_id.clone(), p.amount)).collect();
        good.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
        good
    }

    fn late_money(&self) -> Left {
        self.late_payments().map(|p| (p.at, p.payment_id.clone(), self.left_of(p))).collect()
    }

    fn in_turn_of_ways(&self) -> Vec<usize> {
        let mut turns: Vec<usize> = (0..self.refunds.len()).collect();
        turns.sort_by_key(|index| {
            let refund = &self.refunds[*index];
            let told = Some(refund.first_told());
            let place = match (refund.is_promised(), refund.answered) {
                _ if refund.is_asked_now => (3, 0, None),
                // What has happened comes before what is only promised.
                (true, _) => (2, *index, None),
                (false, true) => (0, *index, None),
                // What names its payment is of that; what names none makes room for it.
                (false, false) => (1, usize::from(refund.payment_id.is_none()), told),
            };
            (place, refund.refund_id.clone())
        });
        turns
    }

    fn newest_first(&mut self) {
        let when: Vec<(PaymentId, Instant)> =
            self.payments.iter().map(|p| (p.payment_id.clone(), p.at)).collect();
        let at = |id: &PaymentId| when.iter().find(|(known, _)| known == id).map(|(_, at)| *at);
        for refund in &mut self.refunds {
            refund
                .payments
                .sort_by(|a, b| (at(&b.payment_id), &b.payment_id).cmp(&(at(&a.payment_id), &a.payment_id)));
        }
    }

    /// What of a refused payment has neither gone back nor is promised. Goods that came back the way of its money leave it as it is.
    pub fn left_of(&self, payment: &Payment) -> Money {
        let ends = |refund: &&Refund| refund.status.is_agreed() && refund.refused.is_positive();
        let agreed = self.refunds.iter().filter(ends);
        let parts = agreed.flat_map(|refund| &refund.payments);
        let back = parts.filter(|part| part.payment_id == payment.payment_id).map(|part| part.amount);
        payment.amount - back.sum::<Money>()
    }
}

/// Takes as much of an amount from that payment as it has.
fn take(of: &mut Left, payment: &PaymentId, amount: Money) -> Option<PaymentPart> {
    let (_, payment_id, left) = of.iter_mut().find(|(_, id, _)| id == payment)?;
    let amount = amount.min(*left);
    *left -= amount;
    amount.is_positive().then(|| PaymentPart { payment_id: payment_id.clone(), amount })
}

/// Takes an amount from the payments: what was answered of each, then from the one that the refund names, then from the
/// first that have any.
fn ways(
    refund: &Refund,
    answered: &[PaymentPart],
    good: &mut [(Instant, PaymentId, Money)],
    amount: Money,
) -> Vec<PaymentPart> {
    let named = refund.payment_id.as_ref();
    let place_of = |id: Option<&PaymentId>| good.iter().position(|(_, known, _)| Some(known) == id);
    let told = answered.iter().filter_map(|part| Some((place_of(Some(&part.payment_id))?, part.amount)));
    let by_name = place_of(named).map(|place| (place, amount));
    let places: Vec<(usize, Money)> =
        told.chain(by_name).chain((0..good.len()).map(|place| (place, amount))).collect();
    let (mut still, mut found) = (amount, Vec::<PaymentPart>::new());
    for (place, most) in places {
        let (_, payment_id, left) = &mut good[place];
        let part = still.min(*left).min(most);
        if !part.is_positive() {
            continue;
        }
        *left -= part;
        still -= part;
        match found.iter_mut().find(|known| known.payment_id == *payment_id) {
            Some(known) => known.amount += part,
            None => found.push(PaymentPart { payment_id: payment_id.clone(), amount: part }),
        }
    }
    found
}
