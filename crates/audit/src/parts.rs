//! What went back to other parties with an order's refunds, recomputed (A-G-16).
//!
//! Stores of before that rule have refunds by amount that gave no party its part. The next refund of such an order books
//! the difference; where all the money has gone back there is none, and the books stay as they are: both are named.

use crate::checks;
use crate::walk::Faults;
use domain::order::{self, Order, Party};
use domain::sentence;
use money::Money;

/// Checks each party's part of all refunds together: a refund of its own may have been booked by an older rule.
pub fn check(order: &Order, found: &mut Faults) {
    if order.refunds.is_empty() {
        return;
    }
    let wanted = order::parts(order);
    for party in Party::OTHERS {
        let booked: Money = order.live_refunds().map(|refund| refund.parts.of(party)).sum();
        let by_rule: Money = wanted.iter().map(|parts| parts.of(party)).sum();
        if booked == by_rule {
            continue;
        }
        let (name, refunded) = (party.as_str(), order.refunded());
        let then = if order.is_refunded() {
            "all the money went back, so no refund will book the rest"
        } else {
            "the next refund of the order books the difference"
        };
        let detail = sentence![
            "with ",
            refunded,
            " of ",
            order.paid(),
            " that was paid, ",
            booked,
            format!(" went back to the {name} of what it bore, by the rule it is "),
            by_rule,
            "; ",
            then,
        ];
        found.push((checks::REFUND_PARTS, detail));
    }
}
