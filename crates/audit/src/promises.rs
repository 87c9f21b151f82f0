//! Refunds that go back by a transfer: what is promised fits beside what went back, and what was transferred is what was
//! promised (S2-R02, A-S2-4).

use crate::checks;
use crate::walk::Faults;
use domain::order::{Order, Refund, RefundStatus};
use domain::sentence;
use money::Money;

/// Checks the refunds of an order that wait for a transfer, or went back by one.
pub fn check(order: &Order, found: &mut Faults) {
    for refund in &order.refunds {
        if let Some(wrong) = wrong(refund) {
            found.push((checks::REFUNDS, format!("refund {} {wrong}", refund.refund_id)));
        }
    }
    if order.promises().next().is_none() {
        return;
    }
    if order.left_to_refund().is_negative() {
        let promised: Money = order.promises().map(|refund| refund.amount).sum();
        let detail = sentence![
            promised,
            " is promised and ",
            order.refunded(),
            " went back, ",
            order.paid(),
            " was paid"
        ];
        found.push((checks::REFUNDS, detail));
    }
    for line in &order.lines {
        let promised = order.promises().flat_map(|refund| &refund.lines);
        let promised: u64 =
            promised.filter(|part| part.line_id == line.line_id).map(|part| part.quantity).sum();
        if promised + order.refunded_units(&line.line_id) > line.quantity {
            found.push((
                checks::REFUNDS,
                format!("more units of line {} are promised than are left", line.line_id),
            ));
        }
    }
    for payment in &order.payments {
        let agreed = order.refunds.iter().filter(|refund| refund.status.is_agreed());
        let parts =
            agreed.flat_map(|refund| &refund.payments).filter(|part| part.payment_id == payment.payment_id);
        let back: Money = parts.map(|part| part.amount).sum();
        if back > payment.amount {
            let of = format!(" goes back of payment {}, which was ", payment.payment_id);
            found.push((checks::REFUNDS, sentence![back, of, payment.amount]));
        }
    }
}

/// What of a refund does not fit the way that it goes.
fn wrong(refund: &Refund) -> Option<&'static str> {
    let (says_why, gave_way) =
        refund.offline.as_ref().map_or((false, false), |it| (!it.closed.is_empty(), it.gave_way));
    match (refund.status, refund.transfer()) {
        (RefundStatus::OfflineTransferRequired, None) if says_why && !gave_way => None,
        (RefundStatus::OfflineTransferRequired, None) => Some("waits for a transfer and does not say why"),
        (RefundStatus::OfflineTransferRequired, Some(_)) => Some("waits for a transfer that is recorded"),
        (RefundStatus::Succeeded, Some(transfer)) if transfer.amount == refund.total() => None,
        (RefundStatus::Succeeded, Some(_)) => Some("was transferred with another amount"),
        (_, Some(_)) => Some("was transferred and has not gone back"),
        (RefundStatus::Rejected, None) => None,
        (_, None) if refund.offline.is_some() => Some("goes back by its payments, which it says are closed"),
        (_, None) => None,
    }
}
