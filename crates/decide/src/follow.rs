//! What follows an order that moves, and in which order.
//!
//! After each thing that happens to it: the kinds of campaigns, then the books of its deposit. At the end of the whole
//! decision, when what had waited has happened too: the coupons that it was placed with, then the presale pool.

use crate::book::Draft;
use crate::coupon::course;
use crate::order::books;
use crate::pool;
use domain::{
    Refusal,
    campaign::{self, Step},
    order::Order,
};

/// Whether the books that a deposit had by itself stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositBooks {
    /// They are as they were, or were made.
    Stand,
    /// They were taken back: what was refunded of the deposit is to be booked anew.
    TakenBack,
}

/// One thing has happened to the order.
pub fn step(draft: &mut Draft<'_>, order: &mut Order, step: Step) -> Result<DepositBooks, Refusal> {
    campaign::follow(draft, order, step)?;
    Ok(if books::deposit(draft, order, step.at) { DepositBooks::TakenBack } else { DepositBooks::Stand })
}

/// All that this decision does to the order has happened; it is kept.
pub fn whole(draft: &mut Draft<'_>, mut order: Order, before: course::Before) {
    course::follow(draft, &mut order, before);
    draft.put_order(order);
}

/// All orders of the decision are kept.
pub fn decided(draft: &mut Draft<'_>) {
    pool::follow_orders(draft);
}
