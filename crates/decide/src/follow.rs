//! What follows an order that moves, and in which order.
//!
//! After each thing that happens to it: the kinds of campaigns, then the books of its deposit. At the end of the whole
//! decision, when what had waited has happened too: the coupons that it was placed with, then the presale pool.

use crate::book::Draft;
use crate::coupon::course;
use crate::order::books;
use crate::pool;
use crate::settings::shop;
use domain::{
    Refusal,
    campaign::{self, Brought, Count, Step, Tally},
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

/// How an order stood before a decision, as far as anything follows from it. The default is that of an order which was
/// not there.
#[derive(Debug, Default)]
pub struct Before {
    coupons: course::Before,
    brought: Tally,
}

impl Before {
    /// The order as it is.
    pub fn of(draft: &Draft<'_>, order: &Order) -> Self {
        Self { coupons: course::Before::of(order), brought: brings(draft, order) }
    }
}

fn brings(draft: &Draft<'_>, order: &Order) -> Tally {
    campaign::brings(order, draft.find_shop().map(|row| &row.campaigns[..]).unwrap_or_default())
}

/// All that this decision does to the order has happened: its coupons follow, what it brings is counted, it is kept.
pub fn whole(draft: &mut Draft<'_>, mut order: Order, before: Before) {
    course::follow(draft, &mut order, before.coupons);
    let (placed_at, now) = (order.placed_at, draft.now);
    for Brought { campaign_id, figure, amount } in brings(draft, &order).since(&before.brought).0 {
        draft.count(&campaign_id, Count::Brought { figure, by: amount, placed_at, now });
    }
    draft.put_order(order);
}

/// All orders of the decision are kept.
pub fn decided(draft: &mut Draft<'_>) {
    pool::follow_orders(draft);
    shop::note_amounts(draft);
}
