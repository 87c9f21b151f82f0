//! What the engine says of a story's end, in the model's words.

use super::stage::{Shop, name};
use crate::money_model::{CouponEnd, OrderEnd, story::Story};
use crate::support::*;
use domain::{
    Code,
    coupon::CouponStatus,
    ledger::Account,
    order::{Order, PaymentStatus, Refund, State, ToReturn},
    pool::Stage,
};
use std::fmt::Write as _;

pub fn order(shop: &Shop, story: &Story, index: usize) -> OrderEnd {
    let (run, order) = (&shop.run, shop.run.order(&name(index)));
    let (_, paid, settled) = run.books(&name(index));
    let entries = run.reader().entries(&run.shop, &id(&name(index))).unwrap();
    let borne = entries.iter().filter(|entry| entry.account == Account::PlatformSubsidy);
    let waiting = order.to_return();
    let named = |row: &ToReturn| Some((row.payment_id.as_ref()?.to_string(), row.amount.minor()));
    let unclear = order.refunds.iter().filter(|refund| refund.is_unclear());
    let lines = story.orders[index].lines.iter().enumerate();
    OrderEnd {
        state: match order.state {
            State::Open => "open",
            State::Paid { .. } => "paid",
            State::Cancelled { .. } => "cancelled",
        },
        paid,
        settled,
        subsidy: -borne.map(|entry| entry.amount.minor()).sum::<i64>(),
        units: lines.map(|(line, _)| order.refunded_units(&id(&format!("l{line}")))).collect(),
        to_return: waiting.iter().filter_map(named).collect(),
        ambiguous: unclear.map(|refund| (refund.refund_id.to_string(), refund.total().minor())).collect(),
        pool: pooled(shop, &order),
    }
}

/// What was answered to whoever asked for a refund.
pub struct Answer {
    order: String,
    refund: Refund,
    payments: Vec<(String, PaymentStatus)>,
}

impl Answer {
    pub fn of(shop: &Shop, index: usize, refund: &Refund) -> Self {
        let order = name(index);
        Self { payments: statuses(&shop.run.order(&order)), order, refund: refund.clone() }
    }
    /// A-G-15: it stays as it was given: its money, and the payments that it goes back to as long as the order takes the
    /// same.
    pub fn faults(&self, shop: &Shop) -> String {
        let (order, given) = (shop.run.order(&self.order), &self.refund);
        let Some(now) = order.refunds.iter().find(|refund| refund.refund_id == given.refund_id) else {
            return format!("{} is not known any more\n", given.refund_id);
        };
        let same_payments = statuses(&order) == self.payments;
        if now.total() == given.total() && (!same_payments || now.payments == given.payments) {
            return String::new();
        }
        let said = |refund: &Refund| format!("{} by {:?}", refund.total().minor(), refund.payments);
        format!("{} was answered {}, now {}\n", given.refund_id, said(given), said(now))
    }
}

fn statuses(order: &Order) -> Vec<(String, PaymentStatus)> {
    let came = |status| matches!(status, PaymentStatus::Succeeded | PaymentStatus::Late);
    let came = order.payments.iter().filter(|payment| came(payment.status));
    let mut found: Vec<_> = came.map(|payment| (payment.payment_id.to_string(), payment.status)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// A-G-15, A-G-17: what is wrong with the money of each payment. Its refunds say what went back which way, in the books
/// each entry names whose money it is: of no payment more goes back than came.
pub fn by_payment(shop: &Shop, index: usize) -> String {
    let (run, order) = (&shop.run, shop.run.order(&name(index)));
    let entries = run.reader().entries(&run.shop, &id(&name(index))).unwrap();
    let granted = || order.refunds.iter().filter(|refund| refund.status.is_granted() && !refund.is_unclear());
    let mut faults = String::new();
    for payment in &order.payments {
        let cash = entries.iter().filter(|entry| entry.account == Account::CustomerCash);
        let its = cash.filter(|entry| entry.source.payment_id.as_ref() == Some(&payment.payment_id));
        let net: i64 = its.map(|entry| entry.amount.minor()).sum();
        let ways = granted().flat_map(|refund| &refund.payments);
        let ways = ways.filter(|part| part.payment_id == payment.payment_id);
        let back: i64 = ways.map(|part| part.amount.minor()).sum();
        if net > 0 || back > payment.amount.minor() {
            let _ = writeln!(faults, "{}: {net} in the books, {back} went its way", payment.payment_id);
        }
    }
    for refund in granted() {
        let ways: i64 = refund.payments.iter().map(|part| part.amount.minor()).sum();
        if ways != refund.total().minor() {
            let (id, total) = (&refund.refund_id, refund.total().minor());
            let _ = writeln!(faults, "{id}: {total} went back, {ways} by its ways");
        }
    }
    faults
}

fn pooled(shop: &Shop, order: &Order) -> Option<i64> {
    let run = &shop.run;
    let pooled = run.reader().pool_order(&run.shop, &order.order_id).unwrap()?;
    let paid = matches!(order.state, State::Paid { .. }) && pooled.stage != Stage::Closed;
    paid.then_some(pooled.goods_paid.minor())
}

/// Whether an order is told that its checkout is below the threshold of a coupon.
pub fn is_below(shop: &Shop, order: usize, coupon: usize) -> bool {
    let order = shop.run.order(&name(order));
    order.has_conflict(Some(&shop.coupons[coupon].coupon_id), "", Code::BelowThreshold)
}

pub fn coupon(shop: &Shop, index: usize) -> CouponEnd {
    match shop.run.coupon(&shop.coupons[index]).status {
        CouponStatus::Available => CouponEnd::Available,
        CouponStatus::Locked => CouponEnd::Locked,
        CouponStatus::Used => CouponEnd::Used,
        CouponStatus::Expired => CouponEnd::Expired,
        CouponStatus::Void => unreachable!("nobody takes it back"),
    }
}
