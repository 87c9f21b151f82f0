//! Many small refunds of one order, summed up so that its document stays small however many are told of (A-G-15: what has
//! happened is taken without a limit).
//!
//! Always holds: a sum stands for exactly what its refunds came to: money, ways and other parties' parts. One that names a
//! payment is judged by that, as its refunds were; another one stays the order's, as an answered one does. The ids of what
//! was summed up are remembered beside the order.

use super::{Figures, Order, PaymentPart, Refund, RefundAsk, RefundOf, RefundStatus, Topic};
use crate::{Instant, PaymentId, RefundId, limits};
use money::Money;

/// What the ids of sums begin with; no platform names a refund so.
const SUM: &str = "promenade-sum-of-refunds-";

impl RefundId {
    /// Whether it is the id of a sum.
    pub fn is_of_sum(&self) -> bool {
        self.as_str().starts_with(SUM)
    }
}

impl Refund {
    /// Whether it stands for several.
    pub fn is_sum(&self) -> bool {
        self.sums > 0
    }

    /// Whether it may be summed up: an amount that went back, with nothing else to it.
    fn is_plain(&self) -> bool {
        let is_open = self.answered || self.is_sum() || self.ended.is_some() || self.ask.fault.is_some();
        let is_amount = self.ask.lines.is_empty() && self.ask.amount == Some(self.total());
        if is_open || !is_amount || self.status != RefundStatus::Succeeded {
            return false;
        }
        match self.of {
            RefundOf::Order => true,
            RefundOf::Refused => self.payments.len() == 1,
            RefundOf::Both | RefundOf::Unclear => false,
        }
    }

    /// The payment that its sum names: refused money by its payment, the order's by what the refund names.
    fn payment_of_sum(&self) -> Option<PaymentId> {
        match self.of {
            RefundOf::Refused => self.payments.first().map(|part| part.payment_id.clone()),
            RefundOf::Order | RefundOf::Both | RefundOf::Unclear => self.payment_id.clone(),
        }
    }

    /// Takes another one in.
    fn add(&mut self, other: &Self) {
        let told = self.first_told().min(other.first_told());
        let granted = self.granted_since().min(other.granted_since());
        self.at = self.at.max(other.at);
        self.tell_since(told);
        self.grant_since(granted);
        self.amount += other.amount;
        self.refused += other.refused;
        self.ask.amount = Some(self.total());
        self.parts = self.parts.with(&other.parts, |a, b| a + b);
        add_parts(&mut self.payments, &other.payments);
        add_parts(&mut self.booked, &other.booked);
        self.sums += 1;
    }
}

fn add_parts(to: &mut Vec<PaymentPart>, more: &[PaymentPart]) {
    for part in more {
        match to.iter_mut().find(|known| known.payment_id == part.payment_id) {
            Some(known) => known.amount += part.amount,
            None => to.push(part.clone()),
        }
    }
}

impl Order {
    /// Sums the oldest small refunds up where more than [`limits::ORDER_REFUNDS_KEPT`] are granted; answers those that
    /// are no more in the order by themselves.
    pub fn sum_up_refunds(&mut self) -> Vec<Refund> {
        let granted = self.refunds.iter().filter(|refund| refund.status.is_granted()).count();
        if granted <= limits::ORDER_REFUNDS_KEPT {
            return Vec::new();
        }
        let mut plain: Vec<(Instant, Refund)> = self
            .refunds
            .iter()
            .filter(|refund| refund.is_plain())
            .map(|refund| (refund.granted_since(), refund.clone()))
            .collect();
        plain.sort_by(|(a, one), (b, other)| (a, &one.refund_id).cmp(&(b, &other.refund_id)));
        plain.truncate(plain.len().saturating_sub(limits::ORDER_REFUNDS_KEPT / 2));
        // Not one by one: what is summed up is remembered elsewhere, at a price.
        if plain.len() < limits::ORDER_REFUNDS_KEPT / 4 {
            return Vec::new();
        }
        let plain: Vec<Refund> = plain.into_iter().map(|(_, refund)| refund).collect();
        self.refunds.retain(|refund| !plain.iter().any(|gone| gone.refund_id == refund.refund_id));
        for refund in &plain {
            self.sum_of(refund, refund.payment_of_sum()).add(refund);
        }
        plain
    }

    /// Adds a refund of the order to those that are added up, of lines and of amounts: they say no more than how much has
    /// gone.
    pub(super) fn add_up(&mut self, refund: &Refund) {
        let is_alike = |known: &&mut Refund| known.lines.is_empty() == refund.lines.is_empty();
        let Some(known) = self.refunds.iter_mut().find(is_alike) else {
            self.refunds.push(refund.clone());
            return;
        };
        known.amount += refund.amount;
        known.freight += refund.freight;
        for part in &refund.lines {
            match known.lines.iter_mut().find(|line| line.line_id == part.line_id) {
                Some(line) => {
                    line.quantity += part.quantity;
                    line.amount += part.amount;
                }
                None => known.lines.push(part.clone()),
            }
        }
    }

    /// Whether any were summed up.
    pub fn has_sums(&self) -> bool {
        self.refunds.iter().any(Refund::is_sum)
    }

    /// The sum that a refund goes into.
    fn sum_of(&mut self, refund: &Refund, payment: Option<PaymentId>) -> &mut Refund {
        let is_its = |sum: &Refund| sum.is_sum() && sum.of == refund.of && sum.payment_id == payment;
        let known = self.refunds.iter().position(is_its);
        let place = known.unwrap_or_else(|| {
            let number = self.refunds.iter().filter(|refund| refund.is_sum()).count();
            let id = RefundId::try_new(&format!("{SUM}{number}"));
            let id = id.unwrap_or_else(|_| unreachable!("it is an id"));
            let ask = RefundAsk { lines: Vec::new(), amount: Some(Money::ZERO), fault: None };
            let stays = payment.is_none();
            let blank = Refund::told(id, ask, payment, refund.first_told());
            let sum = Refund {
                of: refund.of,
                figures: Figures::Granted,
                status: RefundStatus::Succeeded,
                answered: stays,
                answered_of_order: stays,
                granted_at: Some(refund.granted_since()),
                ..blank
            };
            self.refunds.push(sum);
            self.refunds.len() - 1
        });
        &mut self.refunds[place]
    }
}

impl Order {
    /// Remembers that something was told, or left out for good. Of more than usual those are forgotten whose refunds are
    /// no more in the order by themselves: nothing is told of them again.
    pub fn remember_told(&mut self, topic: Topic) {
        if self.notices.told.len() >= limits::ORDER_NOTICES {
            let refunds = &self.refunds;
            let is_here = |id: &RefundId| refunds.iter().any(|refund| refund.refund_id == *id);
            self.notices.told.retain(|known| known.refund_id.as_ref().is_none_or(is_here));
        }
        self.notices.told.push(topic);
    }
}
