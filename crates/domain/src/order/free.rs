//! An order with nothing left to pay: paid at the moment at which that is so (A-G-14).
//!
//! Always holds: it is paid by a payment of nothing, which has no transaction; it has paid 0. A cancellation of an order
//! that has paid 0 is kept beside its state, which stays paid: what was sold goes back as in a full refund.

use super::{Method, Order, OrderKind, Payment, PaymentStatus, RefundAsk, Stage, State};
use crate::{Code, Instant, PaymentId, RefundId, Refusal, Violation};
use money::Money;

/// The name of the payment that nothing was paid by; no transaction has it.
const OF_NOTHING: &str = "promenade:nothing-to-pay";
/// The name of the refund that a cancellation of a paid order brings.
const OF_CANCELLATION: &str = "promenade:order-cancelled";

impl Payment {
    /// Nothing was to be paid, and so it is.
    pub fn of_nothing(stage: Stage, at: Instant) -> Self {
        Self {
            payment_id: PaymentId::try_new(OF_NOTHING).unwrap_or_else(|_| unreachable!("it is an id")),
            stage,
            // None was asked for. Nobody is shown it.
            method: Method::JdPay,
            coupon_id: None,
            started_with: None,
            locked_until: None,
            checkout_id: None,
            amount: Money::ZERO,
            saving: Money::ZERO,
            shares: Vec::new(),
            discounts: Vec::new(),
            offered: None,
            transaction_id: None,
            status: PaymentStatus::Succeeded,
            at,
        }
    }
    /// Whether it stands for no transaction at all.
    pub fn is_of_nothing(&self) -> bool {
        self.payment_id.as_str() == OF_NOTHING && self.amount.is_zero()
    }
}

impl Order {
    /// From when on nothing is left to pay of an open order: its placing, or the opening of a balance of 0. `None` while
    /// something is.
    pub fn free_at(&self) -> Option<Instant> {
        if !matches!(self.state, State::Open) {
            return None;
        }
        let at = match &self.presale {
            Some(presale) if !presale.in_full => {
                let deposit_at = self.deposit_paid_at.filter(|_| self.balance().is_zero())?;
                presale.balance_window.starts_at.max(deposit_at)
            }
            Some(_) | None if self.payable.is_zero() => self.placed_at,
            Some(_) | None => return None,
        };
        Some(at).filter(|at| self.cancel_at.is_none_or(|deadline| *at < deadline))
    }
    /// The moment at which a balance of 0 opens. An order that costs nothing at all is paid as soon as it is heard of.
    pub fn opens_free_at(&self) -> Option<Instant> {
        self.free_at().filter(|_| self.last_stage() == Stage::Balance)
    }
    /// The stage whose payment pays the order.
    pub fn last_stage(&self) -> Stage {
        let two_stages = self.kind == OrderKind::Presale && self.presale.as_ref().is_some_and(|p| !p.in_full);
        if two_stages { Stage::Balance } else { Stage::Full }
    }
    /// Whether it is paid and nothing was: no deposit, no balance.
    pub fn has_cost_nothing(&self) -> bool {
        matches!(self.state, State::Paid { .. }) && self.paid().is_zero()
    }
    /// Refuses the name of the refund that only a cancellation makes.
    pub fn check_refund_id(id: &RefundId) -> Result<(), Refusal> {
        if id.is_of_sum() {
            let detail = format!("{id} is the name of a sum of refunds");
            return Err(Refusal::of(Violation::with("refund_id", Code::InvalidValue, detail)));
        }
        if id.as_str() == OF_CANCELLATION {
            let detail = format!("{OF_CANCELLATION} is what a cancellation with nothing paid gives back");
            return Err(Refusal::of(Violation::with("refund_id", Code::InvalidValue, detail)));
        }
        Ok(())
    }
    /// What a cancellation of an order that has cost nothing gives back: everything that is left of it.
    pub fn cancellation_refund() -> (RefundId, RefundAsk) {
        let id = RefundId::try_new(OF_CANCELLATION).unwrap_or_else(|_| unreachable!("it is an id"));
        (id, RefundAsk { lines: Vec::new(), amount: None, fault: None })
    }
}
