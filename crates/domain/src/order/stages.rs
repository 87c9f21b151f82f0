//! An order's stages: open, paid or cancelled, by when things happened, not by when we heard.
//!
//! Events are ordered by their own time, payment before cancellation in the same instant (A-G-9).
//! So a payment that happened before the cancellation revives the order however late it arrives,
//! and a cancellation that happened before the payment undoes it.

use super::{CancelReason, Method, Order, OrderKind, Stage, shares};
use crate::{Code, CouponId, Instant, PaymentId, Refusal};
use money::Money;
use serde::{Deserialize, Serialize};

/// Where the order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Waiting for money.
    Open,
    /// Paid in full.
    Paid {
        /// When the last of the money came.
        at: Instant,
    },
    /// Ended without payment.
    Cancelled {
        /// When.
        at: Instant,
        /// Why.
        reason: CancelReason,
    },
}

/// Where an attempt to pay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The cashier is at it; its coupon is locked.
    Started,
    /// The money came.
    Succeeded,
    /// It failed, ran out of time, or a later attempt took its place.
    Failed,
    /// The money came for an order that had been cancelled before: to be sent back by the platform.
    Late,
}

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; amounts in minor units")]
pub struct Payment {
    pub payment_id: PaymentId,
    pub stage: Stage,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<CouponId>,
    /// Money that comes in, the coupon already off.
    pub amount: Money,
    /// What the payment coupon takes off.
    pub saving: Money,
    /// The saving over the lines and, last, the freight (A-G-5); empty without a coupon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Money>,
    pub status: PaymentStatus,
    pub at: Instant,
}

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
    /// Money came in. Refuses a payment of a paid order, one that came when the order had been
    /// cancelled, and an amount that is not what was to be paid.
    pub fn pay(&mut self, payment: Payment) -> Result<PayOutcome, Refusal> {
        if let Some(known) =
            self.payment(&payment.payment_id).filter(|known| known.status == PaymentStatus::Succeeded)
        {
            let same = known.amount == payment.amount && known.stage == payment.stage;
            return if same { Ok(PayOutcome::Duplicate) } else { Err(Code::IdempotencyConflict.into()) };
        }
        match self.state {
            State::Paid { .. } => return Err(Code::OrderPaid.into()),
            State::Cancelled { at, .. } if payment.at > at => {
                return Err(Code::OrderCancelled.into());
            }
            State::Open | State::Cancelled { .. } => {}
        }
        // The deadline itself is past the time to pay (A-G-3), whether its timer has fired or not.
        if self.cancel_at.is_some_and(|deadline| payment.at >= deadline) {
            return Err(Code::OrderCancelled.into());
        }
        self.check_amount(&payment)?;
        let at = payment.at;
        let stage = payment.stage;
        self.put_payment(payment);
        if stage == Stage::Deposit {
            self.deposit_paid_at = Some(at);
            let deadline = self.cancel_at.take();
            // A deposit in time lifts its own deadline; any other cancellation came after it and stands.
            if let State::Cancelled { at, .. } = self.state
                && deadline == Some(at)
            {
                self.state = State::Open;
            }
            return Ok(PayOutcome::DepositPaid);
        }
        self.state = State::Paid { at };
        Ok(PayOutcome::Paid)
    }

    fn check_amount(&self, payment: &Payment) -> Result<(), Refusal> {
        let due = match payment.stage {
            Stage::Full | Stage::Balance => self.payable - self.paid() - payment.saving,
            Stage::Deposit if self.kind != OrderKind::Presale => {
                return Err(Refusal::with(Code::InvalidValue, "only a presale order has a deposit"));
            }
            Stage::Deposit if self.deposit_paid_at.is_some() => return Err(Code::OrderPaid.into()),
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
        let detail = format!("{} was to be paid, {} came", due, payment.amount);
        Err(Refusal::with(Code::AmountMismatch, detail))
    }

    /// Remembers an attempt; the same id replaces what was known of it.
    pub(crate) fn put_payment(&mut self, mut payment: Payment) {
        payment.shares = shares::spread_payment_coupon(&self.lines, self.freight, payment.saving);
        match self.payments.iter_mut().find(|p| p.payment_id == payment.payment_id) {
            Some(known) => *known = payment,
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
        for payment in &mut self.payments {
            payment.status = match payment.status {
                PaymentStatus::Succeeded if payment.stage != Stage::Deposit => PaymentStatus::Late,
                PaymentStatus::Started => PaymentStatus::Failed,
                other => other,
            };
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
