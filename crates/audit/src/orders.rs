//! Orders: the sums, the stages, what went back, and that nothing is offered after the end.

use crate::sieve::Balance;
use crate::sums::fits;
use crate::walk::{Faults, Walk};
use crate::{checks, conflicts, figures, ledger, parts, presale, promises, rewards, sprints, to_return};
use domain::{
    CouponId,
    campaign::order_wake,
    coupon::{Coupon, CouponStatus},
    order::{Line, OfferStatus, Order, Payment, PaymentStatus, Stage, State, TimelineEntry},
    sentence,
};
use money::Money;
use port::Read;

/// Walks the orders.
pub fn walk(walk: &mut Walk<'_>, balance: &mut Balance) -> Read<()> {
    walk.pages(
        "orders",
        |reader, shop, page| reader.orders(shop, page),
        |order| order.order_id.to_string(),
        |walk, order| {
            if let Some(due_at) = order_wake(&order) {
                balance.add(&("order", order.order_id.as_str()), &due_at);
            }
            for check in
                [checks::ORDER_AMOUNTS, checks::ORDER_STAGES, checks::LEDGER, checks::COUPON_CONFLICTS]
            {
                walk.looked(check);
            }
            if !order.refunds.is_empty() {
                walk.looked(checks::REFUNDS);
                walk.looked(checks::REFUND_PARTS);
                walk.looked(checks::REFUND_OF);
            }
            let id = order.order_id.clone();
            walk.confirm(order, |reader, shop| reader.order(shop, &id), faults, || format!("order {id}"))
        },
    )
}

fn faults(walk: &Walk<'_>, order: &Order) -> Read<Faults> {
    let mut found = Faults::new();
    amounts(order, &mut found);
    stages(order, &mut found);
    refunds(order, &mut found);
    promises::check(order, &mut found);
    parts::check(order, &mut found);
    to_return::refunds(order, &mut found);
    to_return::is_missing(walk, order, &mut found)?;
    conflicts::are_listed(walk, order, &mut found)?;
    rewards::of_order(walk, order, &mut found)?;
    sprints::of_order(walk, order, &mut found)?;
    figures::is_kept(walk, order, &mut found)?;
    let entries = walk.reader.entries(walk.id(), &order.order_id)?;
    ledger::check(order, &entries, &mut found);
    figures::is_booked(walk, order, &entries, &mut found);
    if order.recovery.offer.is_some() {
        let timeline = walk.reader.timeline(walk.id(), &order.order_id)?;
        happenings(&timeline, &mut found);
    }
    let coupon = |id: &CouponId| walk.reader.coupon(walk.id(), id);
    if let Some(id) = order.claimed_coupon() {
        claimed(order, id, coupon(id)?.as_ref(), &mut found);
    }
    for payment in succeeded(order) {
        if let Some(id) = &payment.coupon_id {
            paid_with(order, id, coupon(id)?.as_ref(), &mut found);
        }
    }
    Ok(found)
}

fn succeeded(order: &Order) -> impl Iterator<Item = &Payment> {
    let came_in = |p: &&Payment| p.status == PaymentStatus::Succeeded;
    order.payments.iter().filter(came_in)
}

fn amounts(order: &Order, found: &mut Faults) {
    let lines: Money = order.lines.iter().map(Line::payable).sum();
    let freight = order.freight_payable();
    if lines + freight != order.payable || order.payable.is_negative() {
        let detail = sentence![
            order.payable,
            " is payable, lines less discounts are ",
            lines,
            " and freight ",
            freight
        ];
        found.push((checks::ORDER_AMOUNTS, detail));
    }
    let paid = succeeded(order).map(|payment| order.freight_of(payment));
    if paid.chain([freight]).any(Money::is_negative) {
        found.push((checks::ORDER_AMOUNTS, "more came off the freight than it costs".to_owned()));
    }
    for (index, discount) in order.discounts.iter().enumerate() {
        let share = |line: &Line| line.shares.get(index).copied().unwrap_or_default();
        let shares: Money = order.lines.iter().map(share).sum();
        if !fits(discount, shares) {
            let of = format!("the shares of {} sum to ", discount.kind);
            let detail = sentence![of, shares, ", it takes ", discount.amount, " off"];
            found.push((checks::ORDER_AMOUNTS, detail));
        }
    }
    if order.lines.iter().any(|line| line.payable().is_negative()) {
        found.push((checks::ORDER_AMOUNTS, "a line costs less than nothing".to_owned()));
    }
    presale::balance_shares(order, found);
    for payment in succeeded(order).filter(|p| p.stage != Stage::Deposit) {
        let shares: Money = payment.shares.iter().copied().sum();
        if shares != payment.saving {
            let of = format!("the shares of the coupon in payment {} sum to ", payment.payment_id);
            let detail = sentence![of, shares, ", it saved ", payment.saving];
            found.push((checks::ORDER_AMOUNTS, detail));
        }
    }
}

fn stages(order: &Order, found: &mut Faults) {
    let last: Vec<_> = succeeded(order).filter(|payment| payment.stage != Stage::Deposit).collect();
    let paid_at = match order.state {
        State::Paid { at } => Some(at),
        State::Open | State::Cancelled { .. } => None,
    };
    match (paid_at, &last[..]) {
        (None, []) => {}
        (Some(at), [payment]) => {
            if payment.at != at || order.paid() + payment.saving + payment.discounted() != order.payable {
                let detail = sentence![
                    order.payable,
                    format!(" was payable and paid at {at}, "),
                    order.paid(),
                    " came and ",
                    payment.saving,
                    format!(" was saved at {}", payment.at),
                ];
                found.push((checks::ORDER_STAGES, detail));
            }
        }
        (Some(_), many) => {
            let detail = format!("it is paid, by {} payments that succeeded", many.len());
            found.push((checks::ORDER_STAGES, detail));
        }
        (None, _) => {
            let detail = "a payment succeeded, but the order is not paid".to_owned();
            found.push((checks::ORDER_STAGES, detail));
        }
    }
    presale::stages(order, found);
    if !matches!(order.state, State::Open) {
        ended(order, found);
    }
}

/// Nothing goes on with an order that is paid or cancelled.
fn ended(order: &Order, found: &mut Faults) {
    let recovery = &order.recovery;
    let shown = recovery.offer.as_ref().is_some_and(|offer| offer.status == OfferStatus::Displayed);
    let started = |payment: &Payment| payment.status == PaymentStatus::Started;
    for (wrong, what) in [
        (shown, "a coupon is still shown"),
        (!recovery.candidates.is_empty(), "a campaign still waits to show its coupon"),
        (recovery.push.planned.is_some(), "a push is still planned"),
        (order.payments.iter().any(started), "a payment is still in progress"),
    ] {
        if wrong {
            found.push((checks::ORDER_STAGES, format!("{what}, though the order has ended")));
        }
    }
}

/// The timeline is written in the order in which we heard: nothing is shown, claimed or pushed
/// after the end, and nothing is pushed after the claim (A-G-9, S0-R40, A-S0-16).
fn happenings(timeline: &[TimelineEntry], found: &mut Faults) {
    let first = |names: &[&str]| timeline.iter().position(|entry| names.contains(&&*entry.what));
    let end = first(&["payment.succeeded", "payment.not_needed", "order.cancelled"]);
    let claim = first(&["coupon.claimed"]);
    for (index, entry) in timeline.iter().enumerate() {
        let after = |moment: Option<usize>| moment.is_some_and(|moment| moment < index);
        let wrong = match &*entry.what {
            "push.sent" if after(end) => Some((checks::PUSH_ONCE, "the order had ended")),
            "push.sent" if after(claim) => Some((checks::PUSH_ONCE, "its coupon had been claimed")),
            "offer.displayed" | "coupon.claimed" if after(end) => {
                Some((checks::ORDER_STAGES, "the order had ended"))
            }
            _ => None,
        };
        if let Some((check, why)) = wrong {
            found.push((check, format!("{} at {} came when {why}", entry.what, entry.at)));
        }
    }
}

fn claimed(order: &Order, id: &CouponId, coupon: Option<&Coupon>, found: &mut Faults) {
    let wrong = match coupon {
        None => format!("its offer became coupon {id}, which does not exist"),
        Some(coupon) => match coupon.origin.offer() {
            None => format!("its offer became coupon {id}, which is of a batch"),
            Some(offer) if offer.origin_order_id != order.order_id => {
                format!("its offer became coupon {id}, which is of order {}", offer.origin_order_id)
            }
            Some(_) => return,
        },
    };
    found.push((checks::COUPON_ORIGIN, wrong));
}

fn paid_with(order: &Order, id: &CouponId, coupon: Option<&Coupon>, found: &mut Faults) {
    let wrong = match coupon {
        None => format!("it was paid with coupon {id}, which does not exist"),
        Some(coupon) if coupon.status != CouponStatus::Used => {
            format!("it was paid with coupon {id}, which is {}", coupon.status.as_str())
        }
        Some(coupon) => match &coupon.used_on {
            Some(other) if *other != order.order_id => {
                format!("it was paid with coupon {id}, which was used on order {other}")
            }
            Some(_) | None => return,
        },
    };
    found.push((checks::COUPON_USED_ONCE, wrong));
}

fn refunds(order: &Order, found: &mut Faults) {
    if order.refunds.is_empty() {
        return;
    }
    let (back, paid) = (order.refunded(), order.paid());
    if back > paid || back.is_negative() {
        found.push((checks::REFUNDS, sentence![back, " went back, ", paid, " was paid"]));
    }
    let mut all_units = true;
    for (index, line) in order.lines.iter().enumerate() {
        let cash = match order.paid_by() {
            Some(payment) => {
                let coupon = payment.shares.get(index).copied().unwrap_or_default();
                line.payable() - coupon - payment.discounted_of(index)
            }
            None => order.deposit_of(index),
        };
        let parts = order.live_refunds().flat_map(|refund| &refund.lines);
        let of_line = parts.filter(|part| part.line_id == line.line_id);
        let (amount, units) = of_line
            .fold((Money::ZERO, 0), |(amount, units), part| (amount + part.amount, units + part.quantity));
        if amount > cash || units > line.quantity {
            let of = format!(" of line {} went back for {units} of {}, ", line.line_id, line.quantity);
            let detail = sentence![amount, of, cash, " was paid for it"];
            found.push((checks::REFUNDS, detail));
        }
        all_units &= units == line.quantity;
    }
    // A promise that was given up may have taken money of units that are back: no unit stands for that.
    let had_promises = order.refunds.iter().any(|refund| refund.offline.is_some());
    if all_units && back != paid && !had_promises {
        found.push((checks::REFUNDS, sentence!["everything went back, but only ", back, " of ", paid]));
    }
}
