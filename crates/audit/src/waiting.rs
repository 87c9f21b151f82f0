//! Refunds that wait for their money, though it is there: an earlier program parked them, and nothing has happened to their
//! order since. The next event of the order takes them (A-G-15).

use crate::checks;
use crate::walk::{Faults, Walk};
use domain::{
    event::Body,
    order::{self, CancelReason, Order, Refund, RefundAsk, RefundStatus},
};
use port::{Parked, Read};

/// Walks the events that wait, and looks at each order that a refund waits for.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    walk.pages(
        "waiting events",
        |reader, shop, page| reader.parked(shop, page),
        Parked::cursor,
        |walk, parked| {
            let Some(id) = parked.event.body.order_id().filter(|_| is_granted(&parked)).cloned() else {
                return Ok(());
            };
            let Some(order) = walk.reader.order(walk.id(), &id)? else { return Ok(()) };
            walk.looked(checks::REFUND_WAITS);
            let faults = |_: &Walk<'_>, order: &Order| Ok(waits_for_nothing(order, &parked));
            walk.confirm(order, |reader, shop| reader.order(shop, &id), faults, || format!("order {id}"))
        },
    )
}

fn is_granted(parked: &Parked) -> bool {
    matches!(parked.event.body, Body::RefundApproved(_) | Body::RefundSucceeded(_))
}

fn waits_for_nothing(order: &Order, parked: &Parked) -> Faults {
    let (Body::RefundApproved(facts) | Body::RefundSucceeded(facts)) = &parked.event.body else {
        return Faults::new();
    };
    let at = parked.event.occurred_at;
    let is_known = order.refunds.iter().any(|refund| refund.refund_id == facts.refund_id);
    if is_known || order.awaits_money_of(facts, at) {
        return Faults::new();
    }
    let ask = RefundAsk { lines: facts.lines.clone(), amount: facts.amount, fault: None };
    // As one of a deposit it would end the order, and is to be had then, too.
    let mut ended = order.clone();
    let ends = order.ended_by_refund(&ask, facts.payment_id.as_ref(), at);
    if ends.is_some_and(|ends| ended.cancel(ends, CancelReason::Merchant).is_err()) {
        return Faults::new();
    }
    let told = Refund::told(facts.refund_id.clone(), ask, facts.payment_id.clone(), at);
    let told = Refund { status: RefundStatus::Succeeded, ..told };
    // It is had where it takes from no refund that has its money, as the one that was told first keeps it.
    let had = |tried: &Order| order::whose(tried).iter().filter(|judged| judged.is_ok()).count();
    let is_had = |mut tried: Order| {
        let before = had(&tried);
        tried.refunds.push(told.clone());
        had(&tried) == before + 1 && order::whose(&tried).pop().is_some_and(|judged| judged.is_ok())
    };
    if !is_had(order.clone()) || !is_had(ended) {
        return Faults::new();
    }
    let detail = format!(
        "refund {} waits, and its money is there: the next event of the order takes it",
        facts.refund_id
    );
    Faults::from_iter([(checks::REFUND_WAITS, detail)])
}
