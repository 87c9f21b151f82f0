//! What the engine says of a story's end, in the model's words.

use super::stage::{Shop, name};
use crate::money_model::{CouponEnd, OrderEnd, story::Story};
use crate::support::*;
use domain::{
    Code,
    coupon::CouponStatus,
    ledger::Account,
    order::{Order, State},
    pool::Stage,
};

pub fn order(shop: &Shop, story: &Story, index: usize) -> OrderEnd {
    let (run, order) = (&shop.run, shop.run.order(&name(index)));
    let (_, paid, settled) = run.books(&name(index));
    let entries = run.reader().entries(&run.shop, &id(&name(index))).unwrap();
    let borne = entries.iter().filter(|entry| entry.account == Account::PlatformSubsidy);
    let waiting = order.to_return();
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
        to_return: waiting.iter().map(|row| (row.payment_id.to_string(), row.amount.minor())).collect(),
        ambiguous: unclear.map(|refund| (refund.refund_id.to_string(), refund.total().minor())).collect(),
        pool: pooled(shop, &order),
    }
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
