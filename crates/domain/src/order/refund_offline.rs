//! A refund whose money cannot go back by its payments: it is promised, and paid back by a transfer outside the system,
//! which is recorded with its evidence (S2-R02, A-S2-4).
//!
//! Always holds: what is promised stands in no book and moves no money, and nobody else is promised it. What is said to have
//! gone back comes first: where a promise has no room beside it any more, the promise gives way.

use super::{ClosedWay, Offline, Order, Payment, PaymentPart, Refund, RefundStatus, Transfer};
use crate::{
    Code, Instant, PaymentId, RefundId, Refusal, Violation, limits, sentence,
    time::Zone,
    way_back::{Ends, Limits},
};

impl Refund {
    /// Whether it waits for a transfer outside the system.
    pub fn is_promised(&self) -> bool {
        self.status == RefundStatus::OfflineTransferRequired
    }
    /// The transfer that it went back with, if it went so.
    pub fn transfer(&self) -> Option<&Transfer> {
        self.offline.as_ref().and_then(|offline| offline.transfer.as_ref())
    }

    /// When its money left, as far as that is known apart from when it was told of.
    pub fn left_at(&self) -> Instant {
        self.transfer().map_or(self.at, |transfer| transfer.at)
    }

    /// Refuses a transfer that is not what was promised: more than that (`exceeds_paid`), another amount
    /// (`amount_mismatch`), money that left before it had come (`out_of_range`), or a refund that does not wait for one
    /// (`transfer_not_required`; `exceeds_paid` where it gave way to others).
    pub fn check_transfer(&self, order: &Order, transfer: &Transfer) -> Result<(), Refusal> {
        Refusal::from_violations(Code::InvalidValue, transfer.violations())?;
        if !self.is_promised() {
            let gave_way = self.offline.as_ref().is_some_and(|offline| offline.gave_way);
            let detail = format!("refund {} gave way to others that went back", self.refund_id);
            return Err(if gave_way {
                Refusal::with(Code::ExceedsPaid, detail)
            } else {
                Code::TransferNotRequired.into()
            });
        }
        let (amount, promised) = (transfer.amount, self.total());
        if amount != promised {
            let code = if amount > promised { Code::ExceedsPaid } else { Code::AmountMismatch };
            return Err(Refusal::with(code, sentence![promised, " is to be transferred, not ", amount]));
        }
        let came =
            self.payments.iter().filter_map(|part| order.payment(&part.payment_id)).map(|p| p.at).max();
        let earliest = came.map(|at| at.plus_minutes(-limits::PAYMENT_BEFORE_ORDER_MINUTES));
        if earliest.is_some_and(|earliest| transfer.at < earliest) {
            return Err(Refusal::of(Violation::with("at", Code::OutOfRange, "not before the money came")));
        }
        Ok(())
    }
}

impl Order {
    /// The order without that refund.
    #[must_use]
    pub fn without_refund(&self, id: &RefundId) -> Self {
        let mut without = self.clone();
        without.refunds.retain(|refund| refund.refund_id != *id);
        without
    }

    /// Why a refund that is to be granted now cannot go back by its payments: each is judged by its own moment and method.
    /// Where one of them is closed to its part, the whole is to be transferred, so that a refund goes one way. `None` where
    /// all are open.
    pub fn offline(&self, zone: &Zone, refund: &Refund, now: Instant) -> Option<Offline> {
        if !self.payments.iter().any(|payment| self.may_be_closed(zone, payment, now)) {
            return None;
        }
        let mut beside = self.without_refund(&refund.refund_id);
        beside.refunds.push(Refund { status: RefundStatus::Approved, ..refund.clone() });
        beside.tell_ways_back();
        let ways = beside.refunds.pop().map(|refund| refund.payments).unwrap_or_default();
        let closed = beside.closed_of(zone, &ways, now);
        (!closed.is_empty()).then_some(Offline { closed, transfer: None, gave_way: false })
    }

    /// Which of those ways are closed at that moment, and why.
    fn closed_of(&self, zone: &Zone, ways: &[PaymentPart], at: Instant) -> Vec<ClosedWay> {
        let closed = |part: &PaymentPart| {
            let code = self.closed_way(zone, &part.payment_id, at)?;
            Some(ClosedWay { payment_id: part.payment_id.clone(), code })
        };
        ways.iter().filter_map(closed).collect()
    }

    /// What is heard of later may take the money of a promise, which is of other payments then: it says which of these were
    /// closed when it was promised. Where none was it keeps its reason.
    pub fn tell_closed_ways(&mut self, zone: &Zone) {
        let promised = (0..self.refunds.len()).filter(|index| self.refunds[*index].is_promised());
        for index in promised.collect::<Vec<_>>() {
            let refund = &self.refunds[index];
            let closed = self.closed_of(zone, &refund.payments, refund.first_told());
            if let Some(offline) = self.refunds[index].offline.as_mut().filter(|_| !closed.is_empty()) {
                offline.closed = closed;
            }
        }
    }

    /// `false` where that payment is open for sure: most are, and need no closer look.
    fn may_be_closed(&self, zone: &Zone, payment: &Payment, now: Instant) -> bool {
        let refunds: u32 = self.refunds.iter().map(|refund| refund.sums.max(1)).sum();
        let is_many = Limits::of(payment.method).refunds.is_some_and(|most| refunds >= most);
        is_many || Ends::of(zone, payment.method, payment.at).closed(now).is_some()
    }

    /// Why no more money can go back by that payment, if it cannot: its time is over, or its channel has had as many
    /// refunds of it as it takes.
    fn closed_way(&self, zone: &Zone, id: &PaymentId, now: Instant) -> Option<Code> {
        let payment = self.payment(id)?;
        let too_many = || {
            let most = Limits::of(payment.method).refunds?;
            (self.refunds_by(id) >= most).then_some(Code::TooManyPartialRefunds)
        };
        Ends::of(zone, payment.method, payment.at).closed(now).or_else(too_many)
    }

    /// How many refunds have gone back by that payment, whoever told of them; each id once. Of those that are summed up all
    /// count for each payment that they are of.
    pub fn refunds_by(&self, payment: &PaymentId) -> u32 {
        let is_of_it = |refund: &&Refund| {
            let by_channel = refund.status.is_granted() && refund.transfer().is_none();
            by_channel && refund.payments.iter().any(|part| part.payment_id == *payment)
        };
        self.refunds.iter().filter(is_of_it).map(|refund| refund.sums.max(1)).sum()
    }
}
