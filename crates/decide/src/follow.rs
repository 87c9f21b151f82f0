//! What follows an order that moves, and in which order.
//!
//! After each thing that happens to it: the kinds of campaigns, then the books of its deposit. At the end of the whole
//! decision, when what had waited has happened too: the coupons that it was placed with, then the presale pool.

use crate::book::Draft;
use crate::coupon::{course, forfeits, limits};
use crate::keys::summed_key;
use crate::order::{
    books,
    refund_books::{self, Entries},
};
use crate::pool;
use crate::settings::shop;
use domain::{
    Instant, Refusal,
    campaign::{self, Brought, Count, Roster, Step, Tally},
    message::notices,
    order::{Order, Refund, TimelineEntry, ToReturn},
};
use money::Money;
use port::{Digest, InboxRow, digest};
use serde_json::json;

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
    to_return: Vec<ToReturn>,
    seen: notices::Seen,
}

impl Before {
    /// The order as it is.
    pub fn of(draft: &Draft<'_>, order: &Order) -> Self {
        let (coupons, brought) = (course::Before::of(order), brings(draft, order));
        Self { coupons, brought, to_return: order.to_return(), seen: notices::Seen::of(draft, order) }
    }
}

fn brings(draft: &Draft<'_>, order: &Order) -> Tally {
    campaign::brings(order, draft.find_shop().map_or(Roster::none(), |row| &row.campaigns))
}

/// Money came, or went back, or turned out to be refused: what each refund is of is found anew (A-G-15).
pub fn money(draft: &mut Draft<'_>, order: &mut Order, at: Instant) {
    if order.refunds.is_empty() {
        return;
    }
    refund_books::settle(draft, order, Entries::Stand);
    books::deposit(draft, order, at);
    order.tell_ways_back();
    if let Some(zone) = draft.find_shop().map(|row| row.shop.time_zone.clone()) {
        order.tell_closed_ways(&zone);
    }
    books::align_money(draft, order);
}

/// All that this decision does to the order has happened: its refunds and coupons follow, what it brings is counted,
/// what has to go back is told, it is kept.
pub fn whole(draft: &mut Draft<'_>, mut order: Order, before: Before) {
    let now = draft.now;
    money(draft, &mut order, now);
    // Before refunds are summed up: each is told by itself.
    notices::follow(draft, &mut order, &before.seen);
    sum_up(draft, &mut order);
    course::follow(draft, &mut order, before.coupons);
    campaign::whole(draft, &mut order);
    forfeits::follow(draft, &mut order);
    tell_to_return(draft, &order, &before.to_return);
    let (placed_at, now) = (order.placed_at, draft.now);
    let brought = brings(draft, &order).since(&before.brought).0;
    limits::follow(draft, &mut order, &brought);
    for Brought { campaign_id, figure, amount, from } in brought {
        draft.count(&campaign_id, Count::Brought { figure, by: amount, placed_at, now, from });
    }
    draft.put_order(order);
}

/// Sums small refunds up where they are too many for the order's document, and remembers which.
fn sum_up(draft: &mut Draft<'_>, order: &mut Order) {
    let summed = order.sum_up_refunds();
    if summed.is_empty() {
        return;
    }
    let total: Money = summed.iter().map(Refund::total).sum();
    let detail = json!({ "count": summed.len(), "amount": total });
    draft.note(order, TimelineEntry::new(draft.now, "refunds.summed_up").detail(detail));
    for refund in &summed {
        let row = InboxRow { digest: summed_digest(refund.total()), received_at: draft.now };
        let key = summed_key(draft.shop_id, &order.order_id, &refund.refund_id);
        draft.changes().inbox.push((key, row));
    }
}

/// What is remembered of a refund that was summed up: its amount.
pub fn summed_digest(amount: Money) -> Digest {
    digest(&amount.minor().to_be_bytes())
}

/// Publishes what has to go back now and had not before, or more of it, or may have gone back.
fn tell_to_return(draft: &mut Draft<'_>, order: &Order, before: &[ToReturn]) {
    for row in order.to_return() {
        let known = before.iter().find(|known| known.is_same(&row));
        if known.is_some_and(|known| {
            known.amount >= row.amount && row.refunds.iter().all(|r| known.refunds.contains(r))
        }) {
            continue;
        }
        let body = json!({
            "order_id": order.order_id, "payment_id": row.payment_id, "method": row.method, "amount": row.amount,
            "at": draft.show(row.at), "reason": row.reason.as_str(), "refunds": row.refunds,
        });
        draft.publish("money.to_return", order.order_id.as_str(), &body);
    }
}

/// All orders of the decision are kept.
pub fn decided(draft: &mut Draft<'_>) {
    pool::follow_orders(draft);
    pool::follow_families(draft);
    shop::note_amounts(draft);
}
