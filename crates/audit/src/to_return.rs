//! Money to return: what each refund is of is what the facts say, and the list holds every order that has some to give
//! back and no other (A-G-15).

use crate::checks;
use crate::walk::{Faults, Walk, page_of};
use domain::{
    OrderId,
    order::{self, Order},
    sentence,
};
use port::Read;

/// Refunds beside refused money: what stands of them, and that no refused payment gives back more than it was.
pub fn refunds(order: &Order, found: &mut Faults) {
    if !order.has_refused_money() {
        return;
    }
    for (known, judged) in order.refunds.iter().zip(order::whose(order)) {
        if !known.status.is_granted() {
            continue;
        }
        let is = (known.of, known.amount, known.refused);
        let detail = match judged {
            Ok(judged) if (judged.of, judged.amount, judged.refused) == is => continue,
            Ok(judged) => sentence![
                format!("refund {} is kept as {:?} with ", known.refund_id, known.of),
                known.amount,
                " and ",
                known.refused,
                format!(" of refused money, by what happened it is {:?} with ", judged.of),
                judged.amount,
                " and ",
                judged.refused,
            ],
            // It waits for money that nobody has told of yet.
            Err(_) if !known.is_booked() && known.total().is_zero() => continue,
            Err(refusal) => {
                let (id, code) = (&known.refund_id, refusal.code);
                format!("refund {id} is granted, and no money can hold it: {code}").into()
            }
        };
        found.push((checks::REFUND_OF, detail));
    }
    for payment in order.late_payments().filter(|payment| order.left_of(payment).is_negative()) {
        let detail = format!("more than payment {} went back of it", payment.payment_id);
        found.push((checks::REFUND_OF, detail));
    }
}

/// An order with money to return is listed.
pub fn is_missing(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    let rows = order.to_return();
    if !rows.is_empty() && !is_listed(walk, &order.order_id)? {
        let detail = format!("{} of its payments are to be returned, and it is not listed", rows.len());
        found.push((checks::MONEY_TO_RETURN, detail));
    }
    Ok(())
}

/// Walks the list: every order there has something to give back.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    walk.pages(
        "money to return",
        |reader, shop, page| reader.money_to_return(shop, page),
        |order| order.order_id.to_string(),
        |walk, order| {
            walk.looked(checks::MONEY_TO_RETURN);
            let id = order.order_id.clone();
            walk.confirm(
                order,
                |reader, shop| reader.order(shop, &id),
                listed_without,
                || format!("order {id}"),
            )
        },
    )
}

fn listed_without(walk: &Walk<'_>, order: &Order) -> Read<Faults> {
    let mut found = Faults::new();
    if order.to_return().is_empty() && is_listed(walk, &order.order_id)? {
        found.push((checks::MONEY_TO_RETURN, "it is listed, and has nothing to return"));
    }
    Ok(found)
}

/// Whether it stands in the list.
fn is_listed(walk: &Walk<'_>, id: &OrderId) -> Read<bool> {
    let page = page_of(id.as_str());
    let next = walk.reader.money_to_return(walk.id(), &page)?;
    Ok(next.first().is_some_and(|order| order.order_id == *id))
}
