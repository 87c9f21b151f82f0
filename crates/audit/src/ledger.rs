//! The books: the entries of an order sum to zero, and the merchant is due what the order brought.

use crate::checks;
use crate::sums::{borne_by_merchant, deposit_due};
use crate::walk::Faults;
use domain::ledger::{Account, Entry, Way, settle};
use domain::order::{Order, State};
use domain::sentence;
use money::Money;

/// Checks the entries of an order.
pub fn check(order: &Order, entries: &[Entry], found: &mut Faults) {
    let sum: Money = entries.iter().map(|entry| entry.amount).sum();
    if !sum.is_zero() {
        found.push((checks::LEDGER, sentence!["its entries sum to ", sum]));
    }
    let numbered = (0..).zip(entries).all(|(number, entry)| entry.number == number);
    if !numbered || entries.len() as u64 != u64::from(order.ledger_entries) {
        let detail = format!("{} entries are there, {} were made", entries.len(), order.ledger_entries);
        found.push((checks::LEDGER, detail));
    }
    // Those of before bookings were numbered come first.
    let number = |entry: &Entry| entry.booked.map(|booked| booked.number);
    let in_order = entries.windows(2).all(|pair| match (number(&pair[0]), number(&pair[1])) {
        (Some(before), Some(after)) => before < after,
        (None, _) => true,
        (Some(_), None) => false,
    });
    if !in_order {
        found.push((checks::LEDGER, "its entries were not booked in the order of their numbers".to_owned()));
    }
    let outside = entries.iter().filter(|entry| entry.source.method == Some(Way::OfflineTransfer));
    let outside: Money =
        outside.filter(|entry| entry.account == Account::CustomerCash).map(|it| it.amount).sum();
    let transferred: Money =
        order.live_refunds().filter(|refund| refund.transfer().is_some()).map(|refund| refund.amount).sum();
    if outside != transferred {
        let detail = sentence![outside, " is booked as transferred, the order says ", transferred];
        found.push((checks::LEDGER, detail));
    }
    let booked = settle(entries);
    let (gross, paid, settled) = due(order);
    for (what, said, wanted) in
        [("gross", booked.gross, gross), ("paid", booked.paid, paid), ("settled", booked.settled, settled)]
    {
        if said != wanted {
            found
                .push((checks::LEDGER, sentence![what, " is booked as ", said, ", the order says ", wanted]));
        }
    }
}

/// Gross, paid and settled, computed from the order alone.
fn due(order: &Order) -> (Money, Money, Money) {
    let (State::Paid { .. }, Some(payment)) = (order.state, order.paid_by()) else {
        return deposit_due(order);
    };
    let taken_back: Money = order.live_refunds().map(|refund| refund.amount + refund.parts.sum()).sum();
    let settled = order.gross() - borne_by_merchant(order) - payment.saving - taken_back;
    (order.gross(), order.paid() - order.refunded(), settled)
}
