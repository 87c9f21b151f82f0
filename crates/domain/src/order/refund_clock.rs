//! A refund of a deposit ends its order, unless it came after the balance: by whose clock (A-S1-20, A-S1-24).
//!
//! Always holds: of events only times and contents decide. A refund that is told of ends the order a little later than
//! its own time, when no balance can count as earlier any more; so a balance inside those minutes is taken, whichever
//! of the two is heard first.

use super::{Order, Payment, RefundAsk, Stage, State};
use crate::{Instant, PaymentId, RefundId, event::RefundFacts, limits};
use money::Money;

impl Order {
    /// When a refund that an event tells of ends the order, if it does: before the balance came, and less than the
    /// minutes by which clocks differ before the deadline.
    pub fn ended_by_refund(
        &self,
        ask: &RefundAsk,
        named: Option<&PaymentId>,
        at: Instant,
    ) -> Option<Instant> {
        let deposit = self.deposit()?;
        self.deposit_paid_at?;
        if self.names_balance(named) || ask.amount.is_some_and(|amount| amount > deposit) {
            return None;
        }
        let known = at.plus_minutes(limits::REFUND_BEFORE_BALANCE_MINUTES);
        let deadline = self.cancel_at.filter(|deadline| at < *deadline);
        let ends = deadline.map_or(known, |deadline| deadline.min(known)).just_before();
        match self.state {
            State::Open => Some(ends),
            State::Paid { at: paid } => (ends < paid).then_some(ends),
            State::Cancelled { at: ended, .. } => (ends < ended).then_some(ends),
        }
    }

    /// When a refund that is asked for here ends the order, if it does: it is after every payment that is known.
    pub fn ended_by_request(&self, at: Instant) -> Option<Instant> {
        self.deposit_paid_at?;
        match self.state {
            State::Open => Some(at),
            State::Paid { .. } => None,
            State::Cancelled { at: ended, .. } => (at < ended).then_some(at),
        }
    }

    /// When the order was cancelled, by the time of what cancelled it.
    pub fn cancelled_at(&self) -> Option<Instant> {
        let State::Cancelled { at, .. } = self.state else { return None };
        let by_refund = self.refunds.iter().find(|refund| refund.ended.is_some());
        Some(by_refund.map_or(at, |refund| refund.at))
    }

    /// Notes which refund ended the order, if one did.
    pub fn note_ended_by(&mut self, ended_by: Option<&RefundId>) {
        for refund in &mut self.refunds {
            refund.ended = (Some(&refund.refund_id) == ended_by).then_some(State::Open);
        }
    }

    /// Whether a refund of that moment was before the only deposit that is known, by more than clocks differ: it is of
    /// another one, which is not heard of yet.
    pub fn is_before_deposit(&self, told: Instant) -> bool {
        let known = told.plus_minutes(limits::REFUND_BEFORE_BALANCE_MINUTES);
        self.paid_by().is_none() && self.deposit_paid_at.is_some_and(|paid_at| known <= paid_at)
    }

    /// Whether a refund speaks of the balance, and that has not come yet.
    pub fn awaits_balance_of(&self, amount: Option<Money>) -> bool {
        let above = |deposit: Money| amount.is_some_and(|amount| amount > deposit);
        self.paid_by().is_none() && self.is_in_stages() && self.deposit().is_some_and(above)
    }

    /// Whether money of that payment came, taken or not.
    pub fn has_money_of(&self, payment: &PaymentId) -> bool {
        self.payment(payment).is_some_and(|payment| payment.status.has_money())
    }

    /// Whether a refund that is told of speaks of money that has not come: a payment that nobody has told of, the balance,
    /// or any at all. Of a cancelled order too: its payment may have been in time and come late.
    pub fn awaits_money_of(&self, facts: &RefundFacts, at: Instant) -> bool {
        let (lines, named) = (!facts.lines.is_empty(), facts.payment_id.as_ref());
        let is_late = |id: &PaymentId| self.late_payments().any(|late| late.payment_id == *id);
        if named.is_some_and(|id| !lines && !self.has_money_of(id)) {
            return true;
        }
        if named.is_some_and(|id| !lines && is_late(id)) {
            return false;
        }
        let refused = !lines && self.late_payments().any(|late| late.at <= at);
        let waits = !lines && self.awaits_balance_of(facts.amount) && !self.refused_money_holds(facts.amount);
        let before_deposit = named.is_none() && !refused && self.is_before_deposit(at);
        !self.has_money() && !refused || before_deposit || waits
    }

    fn names_balance(&self, named: Option<&PaymentId>) -> bool {
        let payment = named.and_then(|id| self.payment(id));
        payment.is_some_and(|payment: &Payment| payment.stage != Stage::Deposit)
    }
}
