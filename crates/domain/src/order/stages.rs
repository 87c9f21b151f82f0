//! An order's stages: open, paid or cancelled, by when things happened, not by when we heard.
//!
//! Events are ordered by their own time, payment before cancellation in the same instant (A-G-9).
//! So a payment that happened before the cancellation revives the order however late it arrives,
//! and a cancellation that happened before the payment undoes it.

use super::{CancelReason, Order, OrderKind, Payment, PaymentStatus, Stage, State, shares};
use crate::{
    Code, CouponId, Instant, PaymentId, Refusal, Violation, event::PaymentSucceeded, limits, sentence,
};
use money::Money;

/// What a payment did to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayOutcome {
    /// The order is paid now.
    Paid,
    /// The deposit is in; the balance is to come.
    DepositPaid,
    /// This payment was known already.
    Duplicate,
}

/// What a cancellation did to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The order is cancelled now.
    Cancelled,
    /// It was cancelled already; the earlier of the two times stays.
    Duplicate,
    /// It had been paid after this moment: the payment is undone.
    PaymentUndone,
}

impl Order {
    /// Money came in. Refuses a payment of an order that another one had paid before, one that came
    /// when the order had been cancelled, and an amount that is not what was to be paid. Of two that
    /// pay the order the earlier stands, however late it is heard of; the other becomes late. Of two
    /// accounts of one payment the earlier stands as well.
    pub fn pay(&mut self, payment: Payment) -> Result<PayOutcome, Refusal> {
        let known = self.known_payment(&payment)?;
        if known.is_some_and(|known| known.at <= payment.at) {
            return Ok(PayOutcome::Duplicate);
        }
        let deposit_again = known.is_some() && payment.stage == Stage::Deposit;
        self.check_stage(payment.stage, payment.at)?;
        let mut displaced = self.later_deposit(&payment).map(|later| later.payment_id.clone());
        let deposit_before = displaced.is_some();
        match self.state {
            _ if deposit_again || deposit_before => {}
            State::Paid { .. } => {
                let later = self.displaced_by(&payment).ok_or_else(|| Refusal::new(Code::OrderPaid))?;
                displaced = Some(later.payment_id.clone());
            }
            State::Cancelled { at, .. } if payment.at > at => {
                return Err(Code::OrderCancelled.into());
            }
            State::Open | State::Cancelled { .. } => {}
        }
        // The deadline itself is past the time to pay (A-G-3), whether its timer has fired or not.
        if self.cancel_at.is_some_and(|deadline| payment.at >= deadline) {
            return Err(Code::OrderCancelled.into());
        }
        let earliest = self.placed_at.plus_minutes(-limits::PAYMENT_BEFORE_ORDER_MINUTES);
        if payment.at < earliest {
            let message =
                format!("the order was placed at {}; the payment lies too far before it", self.placed_at);
            let violation = Violation::with("time", Code::OutOfRange, message);
            Refusal::from_violations(Code::OutOfRange, vec![violation])?;
        }
        if deposit_again {
            for known in self.payments.iter_mut().filter(|known| known.payment_id == payment.payment_id) {
                known.at = payment.at;
            }
            self.deposit_paid_at = Some(payment.at);
            return Ok(PayOutcome::DepositPaid);
        }
        if deposit_before && Some(payment.amount) != self.deposit_taken().map(|known| known.amount) {
            return Err(Refusal::with(Code::AmountMismatch, "another deposit was to be paid"));
        }
        if !deposit_before {
            self.check_amount(&payment)?;
        }
        let at = payment.at;
        let stage = payment.stage;
        if let Some(later) = self.payments.iter_mut().find(|p| Some(&p.payment_id) == displaced.as_ref()) {
            later.make_late();
        }
        self.put_payment(payment);
        if deposit_before {
            self.deposit_paid_at = Some(at);
            return Ok(PayOutcome::DepositPaid);
        }
        if stage == Stage::Deposit {
            self.take_deposit(at);
            return Ok(PayOutcome::DepositPaid);
        }
        self.state = State::Paid { at };
        Ok(PayOutcome::Paid)
    }

    /// A payment whose money is known is told again, with its channel's id: `true` where that is new.
    pub fn learn_transaction(&mut self, paid: &PaymentSucceeded) -> bool {
        let known = self.payments.iter_mut().find(|known| known.payment_id == paid.payment_id);
        let Some(known) = known.filter(|known| known.transaction_id.is_none()) else { return false };
        known.transaction_id.clone_from(&paid.transaction_id);
        known.transaction_id.is_some()
    }

    /// What is known of a payment whose money came; refused when it was another amount or stage.
    pub fn known_payment(&self, payment: &Payment) -> Result<Option<&Payment>, Refusal> {
        let known = self.payment(&payment.payment_id).filter(|p| p.status == PaymentStatus::Succeeded);
        if known.is_some_and(|known| (known.amount, known.stage) != (payment.amount, payment.stage)) {
            return Err(Code::IdempotencyConflict.into());
        }
        Ok(known)
    }

    /// The deposit that this one was paid before: of two the earlier stands, however late it is heard of (A-G-8,
    /// A-S1-12). In one instant the smaller id is the earlier.
    pub fn later_deposit(&self, payment: &Payment) -> Option<&Payment> {
        let when = |p: &Payment| (p.at, p.payment_id.clone());
        self.deposit_taken().filter(|known| {
            payment.stage == Stage::Deposit
                && known.payment_id != payment.payment_id
                && when(payment) < when(known)
        })
    }

    /// The payment of a paid order that this one was made before: the later of the two goes back.
    /// In one instant the smaller id is the earlier.
    pub fn displaced_by(&self, payment: &Payment) -> Option<&Payment> {
        let when = |p: &Payment| (p.at, p.payment_id.clone());
        self.paid_by().filter(|known| payment.stage != Stage::Deposit && when(payment) < when(known))
    }

    /// Money came that the order does not take: it is kept as late, in place of what was known of that
    /// payment. `false` when that is known, is no amount of money, or there are too many of them to
    /// keep. Of two accounts of one payment the later stands.
    pub fn keep_late(&mut self, mut payment: Payment) -> bool {
        payment.make_late();
        if !(1..=limits::AMOUNT_MINOR).contains(&payment.amount.minor()) {
            return false;
        }
        let late = |p: &&Payment| p.status == PaymentStatus::Late;
        match self.payment(&payment.payment_id) {
            Some(known) if known.status == PaymentStatus::Succeeded => return false,
            Some(known) if late(&known) && (known.at, known.amount) >= (payment.at, payment.amount) => {
                return false;
            }
            None if self.payments.iter().filter(late).count() >= limits::ORDER_PAYMENTS => return false,
            Some(_) | None => {}
        }
        self.put_payment(payment);
        true
    }

    fn check_amount(&self, payment: &Payment) -> Result<(), Refusal> {
        let deposits = self.payments.iter().filter(|p| p.stage == Stage::Deposit);
        let deposits = deposits.filter(|p| p.status == PaymentStatus::Succeeded);
        let deposited: Money = deposits.map(|p| p.amount).sum();
        let due = match payment.stage {
            Stage::Balance if self.lacks_deposit(payment.stage) => {
                return Err(Refusal::with(Code::AmountMismatch, "no deposit of it was taken"));
            }
            Stage::Full | Stage::Balance => self.payable - deposited - payment.saving - payment.discounted(),
            Stage::Deposit if self.kind != OrderKind::Presale => {
                return Err(Refusal::with(Code::InvalidValue, "only a presale order has a deposit"));
            }
            Stage::Deposit if self.deposit_paid_at.is_some() => return Err(Code::OrderPaid.into()),
            Stage::Deposit if self.presale.is_some() => self.deposit_due().unwrap_or_default(),
            Stage::Deposit if payment.amount.is_positive() && payment.amount < self.payable => {
                return Ok(());
            }
            Stage::Deposit => {
                return Err(Refusal::with(Code::AmountMismatch, "a deposit is part of the price"));
            }
        };
        if payment.amount == due {
            return Ok(());
        }
        let detail = sentence![due, " was to be paid, ", payment.amount, " came"];
        Err(Refusal::with(Code::AmountMismatch, detail))
    }

    /// Remembers an attempt; the same id replaces what was known of it.
    pub(crate) fn put_payment(&mut self, mut payment: Payment) {
        let left = self.lines.iter().enumerate();
        let left = left.map(|(index, line)| line.payable() - payment.discounted_of(index)).collect();
        payment.shares = shares::spread_payment_coupon(left, self.freight_of(&payment), payment.saving);
        match self.payments.iter_mut().find(|p| p.payment_id == payment.payment_id) {
            Some(known) => {
                let attempt = matches!(known.status, PaymentStatus::Started | PaymentStatus::Failed);
                let own = known.coupon_id.take().filter(|_| attempt);
                payment.started_with = known.started_with.take().or(own);
                payment.locked_until = payment.locked_until.or(known.locked_until);
                payment.checkout_id = payment.checkout_id.or(known.checkout_id.take());
                *known = payment;
            }
            None => self.payments.push(payment),
        }
    }

    /// The order ended unpaid at that moment.
    pub fn cancel(&mut self, at: Instant, reason: CancelReason) -> Result<CancelOutcome, Refusal> {
        let outcome = match self.state {
            State::Open => CancelOutcome::Cancelled,
            State::Cancelled { at: known, reason: why } if (known, why) <= (at, reason) => {
                return Ok(CancelOutcome::Duplicate);
            }
            State::Cancelled { .. } => CancelOutcome::Duplicate,
            State::Paid { at: paid } if paid <= at => return Err(Code::OrderPaid.into()),
            State::Paid { .. } => CancelOutcome::PaymentUndone,
        };
        self.state = State::Cancelled { at, reason };
        self.undo_later_deposit(at);
        for payment in &mut self.payments {
            match payment.status {
                PaymentStatus::Succeeded if payment.stage != Stage::Deposit => payment.make_late(),
                PaymentStatus::Started => payment.status = PaymentStatus::Failed,
                PaymentStatus::Succeeded | PaymentStatus::Failed | PaymentStatus::Late => {}
            }
        }
        Ok(outcome)
    }

    /// An attempt failed or ran out of time; the coupon that it held, if any.
    pub fn fail_payment(&mut self, id: &PaymentId) -> Option<CouponId> {
        let payment = self.payments.iter_mut().find(|p| p.payment_id == *id)?;
        if payment.status != PaymentStatus::Started {
            return None;
        }
        payment.status = PaymentStatus::Failed;
        payment.coupon_id.clone()
    }
}
