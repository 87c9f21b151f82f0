//! Money that came, was not taken, and has not gone back: what the list `money-to-return` says (A-G-15).

use super::{Method, Order, Payment, Stage, State};
use crate::{Code, Instant, PaymentId, RefundId};
use money::Money;

/// What is left of a payment that has to go back, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct ToReturn {
    pub payment_id: PaymentId,
    pub method: Method,
    pub amount: Money,
    /// When the money came.
    pub at: Instant,
    /// Why it was not taken, by the order as it stands: `order_paid`, `order_cancelled`, or `amount_mismatch` where it
    /// was not what was to be paid. `refund_ambiguous`: it may have gone back, see `refunds`.
    pub reason: Code,
    /// Refunds that may be of it and are kept until somebody says.
    pub refunds: Vec<RefundId>,
}

impl Order {
    /// Refused or late payments that have not gone back, the oldest first. Refunds of which nobody can say what they
    /// are of stand with the oldest payment whose rest they equal.
    pub fn to_return(&self) -> Vec<ToReturn> {
        let row = |payment: &Payment| ToReturn {
            payment_id: payment.payment_id.clone(),
            method: payment.method,
            amount: self.left_of(payment),
            at: payment.at,
            reason: self.why_refused(payment),
            refunds: Vec::new(),
        };
        let mut rows: Vec<ToReturn> =
            self.late_payments().map(row).filter(|row| row.amount.is_positive()).collect();
        rows.sort_by(|a, b| (a.at, &a.payment_id).cmp(&(b.at, &b.payment_id)));
        for refund in self.refunds.iter().filter(|refund| refund.is_unclear()) {
            let total = refund.total();
            let equal = rows.iter().position(|row| row.amount == total);
            let place = equal.or_else(|| rows.iter().position(|row| row.amount >= total)).unwrap_or_default();
            if let Some(row) = rows.get_mut(place) {
                row.reason = Code::RefundAmbiguous;
                row.refunds.push(refund.refund_id.clone());
                row.refunds.sort();
            }
        }
        rows
    }

    /// Whether so much of the refused money has not gone back.
    pub fn refused_money_holds(&self, amount: Option<Money>) -> bool {
        let left: Money = self.late_payments().map(|payment| self.left_of(payment)).sum();
        amount.is_some_and(|amount| amount <= left)
    }
    /// Whether money of the order's own had come by then.
    pub(super) fn had_money(&self, told: Instant) -> bool {
        let paid_at = self.paid_by().map(|payment| payment.at);
        [self.deposit_paid_at, paid_at].into_iter().flatten().any(|at| at <= told)
    }
    /// Why that payment was not taken, whatever was heard first.
    fn why_refused(&self, payment: &Payment) -> Code {
        let when = (payment.at, &payment.payment_id);
        if payment.stage == Stage::Deposit && self.deposit_paid_at.is_some() {
            return Code::OrderPaid;
        }
        match self.state {
            State::Cancelled { at, .. } if payment.at > at => Code::OrderCancelled,
            State::Paid { .. } if self.paid_by().is_some_and(|by| when > (by.at, &by.payment_id)) => {
                Code::OrderPaid
            }
            _ if self.cancel_at.is_some_and(|deadline| payment.at >= deadline) => Code::OrderCancelled,
            State::Open | State::Paid { .. } | State::Cancelled { .. } => Code::AmountMismatch,
        }
    }
}
