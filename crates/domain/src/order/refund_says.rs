//! What a refund says of the money that it is of, before anything is judged (A-G-15).

use super::{Order, Payment, PaymentStatus, Refund, refund_pots::Pots};
use money::Money;

/// What an amount can be of that names no payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Order,
    Refused,
    /// Either: nobody can tell.
    Either,
    Nothing,
}

/// How a refund says what it is of.
pub(super) enum Says {
    /// A refused payment by name, and how much of it; all that is left without an amount.
    Refused(usize, Option<Money>),
    /// It was answered as the order's, so it stays with the order.
    Answered,
    /// It was answered as that of several refused payments.
    AnsweredRefused,
    /// Lines, an amount of a payment that the order took, or the order's whole rest.
    Order,
    /// All that was refused: there is no other money.
    AllRefused,
    /// An amount and no more.
    Amount(Money),
}

/// What a refund waits for that does not say by itself what it is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wants {
    Amount(Money),
    AllRefused,
}

impl Wants {
    pub fn amount(self) -> Money {
        match self {
            Self::Amount(amount) => amount,
            Self::AllRefused => Money::ZERO,
        }
    }
}

/// What it says, with its order as it stands and what was refused.
pub(super) fn says(order: &Order, pots: &Pots, refund: &Refund) -> Says {
    let (named, lines) = (refund.payment_id.as_ref(), !refund.ask.lines.is_empty());
    let pot = named.and_then(|id| pots.find(id));
    let has_money = order.has_money();
    // What was answered as that of refused payments stays theirs, whatever becomes of the one that was named.
    if refund.answered && refund.refused.is_positive() && !refund.was_answered_of_order() {
        return Says::AnsweredRefused;
    }
    // What was answered as the order's stays the order's, though its payment turned out to be late.
    let stays = refund.was_answered_of_order() && has_money;
    if let Some(pot) = pot.filter(|_| !lines && !stays) {
        return Says::Refused(pot, refund.ask.amount);
    }
    let took = |p: &Payment| p.status == PaymentStatus::Succeeded && Some(&p.payment_id) == named;
    match refund.ask.amount {
        _ if refund.answered && has_money => Says::Answered,
        // The order has no money. What was answered has gone back none the less, out of what was refused.
        _ if refund.answered => Says::Amount(refund.total()),
        _ if lines => Says::Order,
        Some(_) if has_money && order.payments.iter().any(took) => Says::Order,
        Some(amount) => Says::Amount(amount),
        None if !has_money && !pots.is_empty() => Says::AllRefused,
        None => Says::Order,
    }
}
