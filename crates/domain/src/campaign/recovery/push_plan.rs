//! When the push of an order is due (S0-R36, S0-R38, A-S0-12, A-S0-13).

use crate::{
    Code, Instant,
    order::{Goods, OfferStatus, Order, OrderKind, Source},
    shop::Shop,
};

/// The moment for the order's push: the shop's lead before the deadline, never before the coupon is
/// shown, moved out of quiet hours; or the code that says why there is none.
pub fn plan_push(shop: &Shop, order: &Order, trigger_at: Instant) -> Result<Instant, Code> {
    if order.source != Source::App {
        return Err(Code::SourceNotApp);
    }
    if order.kind == OrderKind::Presale {
        return Err(Code::PresaleOrder);
    }
    if order.goods == Goods::Virtual {
        return Err(Code::VirtualGoods);
    }
    let deadline = unclaimed_until(order, trigger_at)?;
    // With a lead of nothing the last second before the deadline is left.
    let wished = deadline
        .plus_minutes(-i64::from(shop.push_lead_minutes))
        .min(deadline.plus_seconds(-1))
        .max(trigger_at);
    out_of_quiet_hours(shop, wished, trigger_at, deadline)
}

/// The next moment after a push was suppressed for a reason that passes (A-S0-15): never before
/// `earliest`, never in quiet hours, before the deadline.
pub fn replan_push(shop: &Shop, order: &Order, earliest: Instant) -> Result<Instant, Code> {
    let deadline = unclaimed_until(order, earliest)?;
    out_of_quiet_hours(shop, earliest, earliest, deadline)
}

/// The deadline of an order with an unclaimed coupon (S0-R40, A-S0-16); it lies after `earliest`.
fn unclaimed_until(order: &Order, earliest: Instant) -> Result<Instant, Code> {
    let offer = order.recovery.offer.as_ref();
    if offer.is_some_and(|offer| offer.status == OfferStatus::Claimed) {
        return Err(Code::Claimed);
    }
    order.cancel_at.filter(|deadline| earliest < *deadline).ok_or(Code::OrderClosed)
}

/// The latest second before the quiet hours that is not before `earliest`; else the first one after
/// them that is before the deadline; else none.
fn out_of_quiet_hours(
    shop: &Shop,
    wished: Instant,
    earliest: Instant,
    deadline: Instant,
) -> Result<Instant, Code> {
    let Some((start, end)) = shop.quiet_hours.around(&shop.time_zone, wished) else {
        return Ok(wished);
    };
    let before = start.plus_seconds(-1);
    if before >= earliest && !shop.is_quiet(before) {
        return Ok(before);
    }
    if end < deadline && !shop.is_quiet(end) { Ok(end) } else { Err(Code::QuietHours) }
}
