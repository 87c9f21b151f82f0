//! The books: the entries of an order sum to zero, and the merchant is due what the order brought.

use crate::checks;
use crate::sums::{borne_by_merchant, deposit_due};
use crate::walk::Faults;
use domain::ledger::{Account, Entry, Way, settle};
use domain::order::{Order, PaymentStatus, State};
use domain::{PaymentId, sentence};
use money::Money;
use std::collections::BTreeMap;

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
    sources(order, entries, found);
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

/// An entry that takes another back has the same sources (A-G-17): of each payment no more is booked than came with it, of
/// one that was not taken nothing, and of each refund no less than nothing. Where refunds are summed up their sum is taken
/// back for them, so they are looked at together.
fn sources(order: &Order, entries: &[Entry], found: &mut Faults) {
    let mut sums: BTreeMap<(&PaymentId, Option<&str>), Money> = BTreeMap::new();
    let together = order.has_sums();
    for entry in entries.iter().filter(|entry| entry.account == Account::CustomerCash) {
        let Some(payment) = &entry.source.payment_id else { continue };
        let refund = entry.source.refund_id.as_ref().map(|id| if together { "sums" } else { id.as_str() });
        *sums.entry((payment, refund)).or_default() += entry.amount;
    }
    for ((payment, refund), sum) in sums {
        let taken = order.payment(payment).filter(|payment| payment.status == PaymentStatus::Succeeded);
        let came = taken.map_or(Money::ZERO, |payment| payment.amount);
        let fits = match refund {
            None => (-came..=Money::ZERO).contains(&sum),
            Some(_) => (Money::ZERO..=came).contains(&sum),
        };
        if !fits {
            let of = refund.map(|refund| format!(" by refund {refund}")).unwrap_or_default();
            let detail =
                sentence![sum, format!(" of payment {payment}{of} is booked, "), came, " of it was taken"];
            found.push((checks::LEDGER, detail));
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
