//! How a presale order of two stages stands by all that is known of it: told anew, from its placing on, in the order in
//! which things happened (A-G-8, A-S1-20, A-S1-24).
//!
//! Always holds: it follows from times and contents alone, so it is the same whatever was heard first. A refund of the
//! deposit ends the order, and what it is of hangs on the money that came before; so money and refunds are told together,
//! each step on what the steps before it left.

use super::{CalledOff, CancelReason, Order, Payment, PaymentStatus, Refund, Stage, State, whose};
use crate::{Instant, RefundId, limits};

/// Where an order stands, and which refund ended it, if one did.
#[derive(Debug)]
pub struct Stood {
    /// The order: its state, its payments and its deposit count; nothing else does.
    pub order: Order,
    /// The refund of the deposit that ended it.
    pub ended_by: Option<RefundId>,
}

impl Stood {
    /// Whether it is not over where that state says that it is: it goes on, or ended later.
    pub fn goes_on_after(&self, state: State) -> bool {
        let State::Cancelled { at: known, reason: why } = state else { return false };
        match self.order.state {
            State::Open | State::Paid { .. } => true,
            State::Cancelled { at, reason } => (known, why) < (at, reason),
        }
    }
    /// The payments that were refused and are taken after all, as they came.
    pub fn taken_after_all<'o>(&self, order: &'o Order) -> Vec<&'o Payment> {
        let is_good = |late: &&Payment| {
            let told = self.order.payment(&late.payment_id);
            told.is_some_and(|told| told.status == PaymentStatus::Succeeded)
        };
        let mut found: Vec<&Payment> = order.late_payments().filter(is_good).collect();
        found.sort_by(|a, b| (a.at, &a.payment_id).cmp(&(b.at, &b.payment_id)));
        found
    }
}

/// Something that is known to have happened.
enum Step<'o> {
    Came(&'o Payment),
    Ended(CalledOff),
    Granted(&'o Refund),
}

/// Tells the order anew up to that moment; nothing of an order that no refund can end.
pub fn stood(order: &Order, by: Instant) -> Option<Stood> {
    let has_grant = order.refunds.iter().any(|refund| refund.status.is_agreed());
    if !has_grant || !order.is_in_stages() {
        return None;
    }
    let mut stood = Stood { order: order.untold(), ended_by: None };
    for (at, _, step) in steps(order) {
        match step {
            Step::Came(payment) => {
                stood.go_on(at.just_before(), at.just_before());
                stood.money_came(payment);
            }
            Step::Ended(told) => {
                stood.go_on(at.just_before(), at.just_before());
                // A paid order is cancelled no more.
                let before = stood.order.state;
                if stood.order.cancel(told.at, told.reason).is_ok() && stood.order.state != before {
                    stood.ended_by = None;
                }
            }
            Step::Granted(refund) => {
                stood.go_on(at, at);
                stood.order.refunds.push(refund.clone());
            }
        }
    }
    // A refund ends it as soon as it is heard of, though the minutes by which clocks differ are not over.
    let last = order.refunds.iter().map(Refund::granted_since).max().unwrap_or(by);
    stood.go_on(by.max(last.plus_minutes(limits::REFUND_BEFORE_BALANCE_MINUTES)), by);
    Some(stood)
}

fn steps(order: &Order) -> Vec<(Instant, u8, Step<'_>)> {
    let came = |payment: &&Payment| matches!(payment.status, PaymentStatus::Succeeded | PaymentStatus::Late);
    let came = order.payments.iter().filter(came).filter(|payment| !payment.is_of_nothing());
    let mut came: Vec<&Payment> = came.collect();
    came.sort_by(|a, b| (a.at, &a.payment_id).cmp(&(b.at, &b.payment_id)));
    let mut granted: Vec<&Refund> = order.refunds.iter().filter(|refund| refund.status.is_agreed()).collect();
    granted.sort_by(|a, b| (a.granted_since(), &a.refund_id).cmp(&(b.granted_since(), &b.refund_id)));
    let mut steps: Vec<(Instant, u8, Step<'_>)> =
        came.into_iter().map(|payment| (payment.at, 0, Step::Came(payment))).collect();
    steps.extend(order.end_as_told().map(|told| (told.at, 1, Step::Ended(told))));
    steps.extend(granted.into_iter().map(|refund| (order.counts_since(refund), 2, Step::Granted(refund))));
    steps.sort_by_key(|(at, rank, _)| (*at, *rank));
    steps
}

impl Stood {
    fn money_came(&mut self, payment: &Payment) {
        let taken = payment.taken();
        if self.order.pay(taken.clone()).is_err() {
            self.order.keep_late(taken);
        }
    }

    /// What time itself brings: a balance of nothing is paid when it opens, a refund of the deposit ends the order, and so
    /// does a deadline that has passed.
    fn go_on(&mut self, to: Instant, passed: Instant) {
        while matches!(self.order.state, State::Open) {
            let free = self.order.free_at().filter(|at| *at <= to).map(|at| (at, 0));
            let end = self.end_by_refund();
            let by_refund = end.map(|(at, _)| at).filter(|at| *at <= to).map(|at| (at, 1));
            let deadline = self.order.cancel_at.filter(|at| *at <= passed).map(|at| (at, 2));
            let Some(next) = [free, by_refund, deadline].into_iter().flatten().min() else { return };
            let done = match next {
                (at, 0) => self.order.pay(Payment::of_nothing(self.order.last_stage(), at)).is_ok(),
                (at, 1) => {
                    self.ended_by = end.map(|(_, index)| self.order.refunds[index].refund_id.clone());
                    self.order.cancel(at, CancelReason::Merchant).is_ok()
                }
                (at, _) => self.order.cancel(at, CancelReason::Timeout).is_ok(),
            };
            if !done {
                return;
            }
        }
    }

    /// When the first of the refunds that are of the deposit ends the order, and which it is.
    fn end_by_refund(&self) -> Option<(Instant, usize)> {
        let order = &self.order;
        if order.refunds.is_empty() || order.deposit_paid_at.is_none() {
            return None;
        }
        let ends = |(index, found): (usize, Result<Refund, crate::Refusal>)| {
            let refund = found.ok().filter(Refund::takes_of_order)?;
            let at = refund.granted_since();
            let ends = if refund.answered {
                at
            } else {
                order.ended_by_refund(&refund.ask, refund.payment_id.as_ref(), at)?
            };
            Some((ends, at, index))
        };
        let first = whose(order).into_iter().enumerate().filter_map(ends).min();
        first.map(|(ends, _, index)| (ends, index))
    }
}

impl Order {
    /// The order as it was placed.
    fn untold(&self) -> Self {
        let deadline = if self.deposit_paid_at.is_some() { self.deposit_deadline } else { self.cancel_at };
        Self {
            state: State::Open,
            cancel_at: deadline,
            told_end: None,
            deposit_paid_at: None,
            deposit_deadline: None,
            payments: Vec::new(),
            refunds: Vec::new(),
            ..self.clone()
        }
    }

    /// From when on a refund that was granted is judged: not before the money that it names. What is asked for here is
    /// after every payment that was known then, whatever their clocks say (A-S1-24).
    fn counts_since(&self, refund: &Refund) -> Instant {
        let named = refund.payment_id.as_ref().and_then(|id| self.payment(id));
        let is_of_it = |payment: &&Payment| refund.ask.lines.is_empty() || payment.stage != Stage::Deposit;
        let named = named.filter(is_of_it).map(|payment| payment.at);
        let paid = match self.state {
            State::Paid { at } if refund.answered => Some(at),
            State::Open | State::Paid { .. } | State::Cancelled { .. } => None,
        };
        [named, paid].into_iter().flatten().fold(refund.granted_since(), Instant::max)
    }

    /// The cancellation that was told of by itself, the first if there were several. An older document has it in its state
    /// alone.
    fn end_as_told(&self) -> Option<CalledOff> {
        let State::Cancelled { at, reason } = self.state else { return self.told_end };
        let by_refund = self.refunds.iter().any(|refund| {
            let agreed = refund.status.is_agreed();
            agreed && (refund.ended.is_some() || refund.answered && refund.granted_since() == at)
        });
        let by_itself = by_refund || reason == CancelReason::Timeout && self.cancel_at == Some(at);
        self.told_end.or_else(|| (!by_itself).then_some(CalledOff { at, reason }))
    }

    /// Keeps a cancellation that is told of, the first of several; what comes of the order's own deadline is known anyway.
    pub fn tell_end(&mut self, told: CalledOff) {
        let is_deadline = told.reason == CancelReason::Timeout && self.cancel_at == Some(told.at);
        if self.is_in_stages() && !is_deadline {
            self.told_end = Some(self.told_end.map_or(told, |known| known.min(told)));
        }
    }

    /// Forgets a cancellation that was told of and came after the order had been paid.
    pub fn forget_told_end(&mut self) {
        if matches!(self.state, State::Paid { .. }) {
            self.told_end = None;
        }
    }
}
