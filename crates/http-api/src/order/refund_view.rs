//! A refund as it is answered: what goes back, by which way, and when it can be there.

use crate::wire::time;
use domain::{
    Code,
    order::{Method, Order, Party, Refund, RefundOf, RefundStatus, Transfer},
    shop::Shop,
    way_back::{Arrival, Back},
};
use serde::Serialize;
use utoipa::ToSchema;

/// One line of a refund, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundedLineView {
    line_id: String,
    quantity: u64,
    amount: i64,
}

/// What of a refund goes back to one payment, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentPartView {
    payment_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    method: Option<Method>,
    amount: i64,
    /// Why it cannot go back by this payment: `window_closed`, `channel_window_closed` or `too_many_partial_refunds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// When the money can be there, as dates of the shop's zone: an estimate. Weekends are passed over, public holidays come on
/// top.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArrivalView {
    /// `2030-06-12`.
    earliest: String,
    latest: String,
    text: String,
    text_zh: String,
}

impl ArrivalView {
    fn of(arrival: Arrival) -> Self {
        Self {
            earliest: arrival.earliest.to_string(),
            latest: arrival.latest.to_string(),
            text: arrival.text,
            text_zh: arrival.text_zh,
        }
    }
}

/// What was paid back outside the system, as it was recorded; in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferView {
    amount: i64,
    /// The end of the account's number.
    account_tail: String,
    proof: String,
    /// When the money left.
    at: String,
    /// When that was recorded.
    recorded_at: String,
    /// The key that recorded it.
    by: String,
}

impl TransferView {
    fn of(shop: &Shop, transfer: &Transfer) -> Self {
        Self {
            amount: transfer.amount.minor(),
            account_tail: transfer.account_tail.to_string(),
            proof: transfer.proof.to_string(),
            at: time::show(shop, transfer.at),
            recorded_at: time::show(shop, transfer.recorded_at),
            by: transfer.by.to_string(),
        }
    }
}

/// A refund, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundView {
    refund_id: String,
    /// What goes back to the customer; of one that is `refund_ambiguous`, what was told.
    amount: i64,
    /// Freight in it.
    freight: i64,
    /// What goes back to the platform of discounts that it bore, with the money (A-G-16).
    platform_share: i64,
    lines: Vec<RefundedLineView>,
    /// How much goes back to which payment, newest first, once it is agreed to.
    payments: Vec<PaymentPartView>,
    /// What it is of where that is not the order alone: `refused` (refused or late money), `both`, or
    /// `refund_ambiguous` (nobody can tell; it is in no book).
    #[serde(skip_serializing_if = "is_of_order")]
    #[schema(value_type = Option<String>)]
    of: RefundOf,
    /// `requested | approved | rejected | succeeded | offline_transfer_required`. The last one is in no book and moves no
    /// money: it is to be paid back by a transfer, which is recorded at `.../offline-transfer`.
    #[schema(value_type = String)]
    status: RefundStatus,
    /// Why it goes back by a transfer: `window_closed`, `channel_window_closed` or `too_many_partial_refunds`; of one that
    /// was rejected because others went back with its money, `exceeds_paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The code in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The code in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_zh: Option<&'static str>,
    /// When the money can be there, of one that goes back by its payments (S2-R03).
    #[serde(skip_serializing_if = "Option::is_none")]
    arrival: Option<ArrivalView>,
    /// The transfer that it went back with.
    #[serde(skip_serializing_if = "Option::is_none")]
    offline_transfer: Option<TransferView>,
    /// How many small refunds it stands for, where an order has so many that they are summed up.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<u32>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_of_order(of: &RefundOf) -> bool {
    *of == RefundOf::Order
}

impl RefundView {
    /// As it stands.
    pub fn of(shop: &Shop, order: &Order, refund: &Refund) -> Self {
        let lines = refund.lines.iter().map(|line| RefundedLineView {
            line_id: line.line_id.to_string(),
            quantity: line.quantity,
            amount: line.amount.minor(),
        });
        let offline = refund.offline.as_deref();
        let code = offline.map(|offline| if offline.gave_way { Code::ExceedsPaid } else { offline.code() });
        let payments = refund.payments.iter().map(|part| PaymentPartView {
            payment_id: part.payment_id.to_string(),
            method: order.payment(&part.payment_id).map(|payment| payment.method),
            amount: part.amount.minor(),
            code: offline.and_then(|offline| offline.code_of(&part.payment_id)).map(Code::as_str),
        });
        Self {
            refund_id: refund.refund_id.to_string(),
            amount: refund.total().minor(),
            freight: refund.freight.minor(),
            platform_share: refund.parts.of(Party::Platform).minor(),
            lines: lines.collect(),
            payments: payments.collect(),
            of: refund.of,
            status: refund.status,
            code: code.map(Code::as_str),
            reason: code.map(Code::en),
            reason_zh: code.map(Code::zh),
            arrival: arrival(shop, order, refund),
            offline_transfer: refund.transfer().map(|transfer| TransferView::of(shop, transfer)),
            sums: Some(refund.sums).filter(|_| refund.is_sum()),
        }
    }
}

/// When what goes back by its payments can be there: from the first to the last of them.
fn arrival(shop: &Shop, order: &Order, refund: &Refund) -> Option<ArrivalView> {
    if !refund.status.is_granted() || refund.transfer().is_some() || refund.is_sum() {
        return None;
    }
    let methods =
        refund.payments.iter().filter_map(|part| order.payment(&part.payment_id)).map(|it| it.method);
    let each = methods.map(|method| shop.arrivals.expect(Back::Refund, method, &shop.time_zone, refund.at));
    each.reduce(Arrival::and).map(ArrivalView::of)
}
