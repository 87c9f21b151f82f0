//! The way back: how much of each refund goes back to which payment, newest first (A-G-15).

use super::{Order, Payment, PaymentPart, PaymentStatus, Refund, RefundOf};
use crate::{Instant, PaymentId};
use money::Money;

impl Order {
    /// Tells each granted refund its ways back. Refunds that were answered keep theirs before others; of those the
    /// earlier told goes first. A payment that was named takes as much as it has, the rest goes the newest way.
    pub fn tell_ways_back(&mut self) {
        let mut good: Vec<(Instant, PaymentId, Money)> =
            self.good_payments().map(|p| (p.at, p.payment_id.clone(), p.amount)).collect();
        good.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
        let late: Vec<PaymentId> = self.late_payments().map(|p| p.payment_id.clone()).collect();
        let mut turns: Vec<usize> = (0..self.refunds.len()).collect();
        turns.sort_by_key(|index| {
            let refund = &self.refunds[*index];
            let place = if refund.answered { (0, *index, None) } else { (1, 0, Some(refund.first_told())) };
            (place, refund.refund_id.clone())
        });
        for index in turns {
            let refund = &mut self.refunds[index];
            refund.payments.retain(|part| late.contains(&part.payment_id));
            if !refund.status.is_granted() || refund.of == RefundOf::Unclear {
                refund.payments.clear();
                continue;
            }
            let own = if refund.is_booked() { refund.amount } else { Money::ZERO };
            refund.payments.extend(ways(refund, &mut good, own));
        }
        self.newest_first();
    }

    fn good_payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded)
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

    /// What of a refused payment has not gone back.
    pub fn left_of(&self, payment: &Payment) -> Money {
        let granted = self.refunds.iter().filter(|refund| refund.status.is_granted());
        let parts = granted.flat_map(|refund| &refund.payments);
        let back = parts.filter(|part| part.payment_id == payment.payment_id).map(|part| part.amount);
        payment.amount - back.sum::<Money>()
    }
}

/// Takes an amount from the payments: from the one that the refund names, then from the first that have any.
fn ways(refund: &Refund, good: &mut [(Instant, PaymentId, Money)], amount: Money) -> Vec<PaymentPart> {
    let named = refund.payment_id.as_ref();
    let by_name = good.iter().position(|(_, id, _)| Some(id) == named);
    let places = by_name.into_iter().chain((0..good.len()).filter(|place| Some(*place) != by_name));
    let (mut still, mut found) = (amount, Vec::new());
    for place in places.collect::<Vec<_>>() {
        let (_, payment_id, left) = &mut good[place];
        let part = still.min(*left);
        if part.is_positive() {
            *left -= part;
            still -= part;
            found.push(PaymentPart { payment_id: payment_id.clone(), amount: part });
        }
    }
    found
}
