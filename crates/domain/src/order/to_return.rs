//! Money that came and has to go back, and has not: what the list `money-to-return` says (A-G-15). It is money that was
//! not taken, the deposit of an order that the merchant cancelled (A-S1-20), and what is to be transferred because it cannot
//! go back by its payments (S2-R02). Refunds that no money can hold stand there too: they are said to have gone back, and
//! people must look at them.

use super::{CancelReason, Method, Order, Payment, Refund, Stage, State};
use crate::{Code, Instant, PaymentId, RefundId, limits};
use money::Money;

/// What is left of a payment that has to go back, in minor units; or a refund that no money can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct ToReturn {
    /// The payment. Of a refund that no money can hold the one that it names, if it does.
    pub payment_id: Option<PaymentId>,
    pub method: Option<Method>,
    /// What is left of it; zero for a refund that no money can hold.
    pub amount: Money,
    /// When the money came, or when the refund was told of or asked for.
    pub at: Instant,
    /// Why it has to go back, by the order as it stands: `order_paid`, `deposit_paid` while only the balance is to come,
    /// `order_cancelled`, or `amount_mismatch` where it was not what was to be paid. `refund_ambiguous`: it may have gone back, see `refunds`. `exceeds_paid`: the refund
    /// in `refunds` was told of, and no money that is known can hold it. `offline_transfer_required`: the refund in
    /// `refunds` waits for a transfer.
    pub reason: Code,
    /// Refunds that may be of it and are kept until somebody says, the one that no money can hold, or the one that waits
    /// for a transfer.
    pub refunds: Vec<RefundId>,
}

impl ToReturn {
    /// Whether it is a refund that no money can hold.
    pub fn is_without_money(&self) -> bool {
        self.reason == Code::ExceedsPaid
    }
    /// Whether it is about one refund: no money can hold that, or it waits for a transfer.
    fn is_of_refund(&self) -> bool {
        matches!(self.reason, Code::ExceedsPaid | Code::OfflineTransferRequired)
    }
    /// Whether both are of the same payment, or of the same refund and its payment.
    pub fn is_same(&self, other: &Self) -> bool {
        let kind = |row: &Self| row.is_of_refund().then_some(row.reason);
        let alike = kind(self) == kind(other) && self.payment_id == other.payment_id;
        alike && (!self.is_of_refund() || self.refunds == other.refunds)
    }
    /// Its place among the rows of its order: by when it came.
    pub fn place(&self) -> (Instant, &str, &str) {
        let payment = self.payment_id.as_ref().map_or("", PaymentId::as_str);
        let refund = self.refunds.first().filter(|_| self.is_of_refund()).map_or("", RefundId::as_str);
        (self.at, payment, refund)
    }
}

impl Order {
    /// Money that has to go back and has not, the oldest first. Refunds of which nobody can say what they are of stand
    /// with the oldest payment whose rest they equal.
    pub fn to_return(&self) -> Vec<ToReturn> {
        let row = |payment: &Payment, amount: Money, reason: Code| ToReturn {
            payment_id: Some(payment.payment_id.clone()),
            method: Some(payment.method),
            amount,
            at: payment.at,
            reason,
            refunds: Vec::new(),
        };
        let late = self.late_payments().map(|late| row(late, self.left_of(late), self.why_refused(late)));
        let mut rows: Vec<ToReturn> = late.filter(|row| row.amount.is_positive()).collect();
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
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
        let deposit = self.deposit_to_return();
        rows.extend(deposit.map(|(payment, left)| row(payment, left, Code::OrderCancelled)));
        let method = |id: &PaymentId| self.payment(id).map(|payment| payment.method);
        let without = self.refunds.iter().filter(|refund| refund.is_without_money()).map(|refund| ToReturn {
            payment_id: refund.payment_id.clone(),
            method: refund.payment_id.as_ref().and_then(method),
            amount: Money::ZERO,
            at: refund.first_told(),
            reason: Code::ExceedsPaid,
            refunds: vec![refund.refund_id.clone()],
        });
        rows.extend(without);
        rows.extend(self.promises().flat_map(|refund| self.to_transfer(refund)));
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
        rows
    }

    /// The deposit of an order that the merchant cancelled, and what of it has not gone back (A-S1-20). Where a refund
    /// ended the order, what the merchant agreed on is all that goes back; so it is where the cancellation was told of by
    /// itself in the minutes by which clocks differ after that refund, whichever of the two is heard first (A-S1-24).
    pub(super) fn deposit_owed(&self) -> Option<(&Payment, Money)> {
        let State::Cancelled { at, reason: CancelReason::Merchant } = self.state else { return None };
        let clocks = |refund: &Refund| refund.at.plus_minutes(limits::REFUND_BEFORE_BALANCE_MINUTES);
        let is_before = |refund: &Refund| refund.at < at && at < clocks(refund) && !refund.answered;
        let is_answered = |refund: &Refund| refund.answered && refund.first_told() == at;
        let agreed = |refund: &Refund| refund.ended.is_some() || is_before(refund) || is_answered(refund);
        if self.taking_refunds().any(agreed) {
            return None;
        }
        let deposit = self.deposit_taken()?;
        let left = deposit.amount - self.refunded();
        left.is_positive().then_some((deposit, left))
    }

    /// The same without what of it is promised already.
    fn deposit_to_return(&self) -> Option<(&Payment, Money)> {
        let (deposit, left) = self.deposit_owed()?;
        let left = left - self.promises().map(|refund| refund.amount).sum::<Money>();
        left.is_positive().then_some((deposit, left))
    }

    /// A refund that waits for a transfer, by the payments that its money came with.
    fn to_transfer<'o>(&'o self, refund: &'o Refund) -> impl Iterator<Item = ToReturn> + 'o {
        refund.payments.iter().map(|part| ToReturn {
            payment_id: Some(part.payment_id.clone()),
            method: self.payment(&part.payment_id).map(|payment| payment.method),
            amount: part.amount,
            at: refund.first_told(),
            reason: Code::OfflineTransferRequired,
            refunds: vec![refund.refund_id.clone()],
        })
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
    /// Why that deposit was not taken, of an order that has its deposit.
    fn why_no_deposit(&self, payment: &Payment) -> Code {
        let was_due = self.deposit_due().is_none_or(|due| payment.amount == due);
        match self.state {
            State::Paid { .. } => Code::OrderPaid,
            State::Cancelled { at, .. } if payment.at > at || was_due => Code::OrderCancelled,
            State::Open if was_due => Code::DepositPaid,
            State::Open | State::Cancelled { .. } => Code::AmountMismatch,
        }
    }
    /// Why that payment was not taken, whatever was heard first.
    fn why_refused(&self, payment: &Payment) -> Code {
        let when = (payment.at, &payment.payment_id);
        if payment.stage == Stage::Deposit && self.deposit_paid_at.is_some() {
            return self.why_no_deposit(payment);
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
