//! A coupon that orders name, brought to where they are: the parts of one checkout share it (S1-R02, A-S1-6, A-S1-25,
//! A-S1-28).
//!
//! Whatever happens to one of the orders, all that name the coupon are looked at again, by their own times; so it does not
//! matter which of them was heard of first (A-G-8). The last to leave gives it back. Orders that cannot have it, and those
//! of a checkout that misses the threshold, keep a conflict for as long as that is so.

use super::conflicts::{self, Found};
use super::verdict;
use crate::book::Draft;
use domain::{
    Code, CouponId, Instant, OrderId, Refusal,
    coupon::{Batch, BatchRecord, Checkout, Claim, Coupon, CouponKind, CouponStatus, Sharing, checkout},
    limits,
    order::{self, Order, Payment, PaymentStatus, State, coupons},
    sentence,
};
use money::Money;
use serde_json::json;

/// What the other orders decide about an order's coupon.
const BY_OTHERS: &[Code] = &[Code::CouponLocked, Code::CouponUsed, Code::BelowThreshold];

/// Whether an order that takes hold then may have the coupon at all, whoever else names it.
pub fn admit(draft: &Draft<'_>, order: &Order, coupon: &Coupon, since: Instant) -> Result<(), Refusal> {
    if coupon.customer_id != order.customer_id {
        return Err(Code::NotOwner.into());
    }
    // What the order holds stays with it.
    if coupon.is_on(&order.order_id) {
        return Ok(());
    }
    if since >= coupon.usable_until {
        return Err(Code::CouponExpired.into());
    }
    let taken_back = record(draft, coupon).and_then(|record| taken_back_at(coupon, record));
    let of_coupon = coupon.ended_at.filter(|_| coupon.status == CouponStatus::Void);
    if [taken_back, of_coupon].into_iter().flatten().any(|voided| since >= voided) {
        return Err(Code::CouponVoid.into());
    }
    Ok(())
}

fn record<'a>(draft: &Draft<'a>, coupon: &Coupon) -> Option<&'a BatchRecord> {
    draft.batch(coupon.batch_id()?).map(|row| &*row.record)
}

/// Since when nobody else gets it: its batch was taken back, or the order whose reward it is stands no more (A-S2-7).
fn taken_back_at(coupon: &Coupon, record: &BatchRecord) -> Option<Instant> {
    record.voided_at.into_iter().chain(coupon.forfeited_at).min()
}

/// The orders that name the coupon, as they are: the one that is decided about is not in the draft yet.
fn orders(draft: &Draft<'_>, current: Option<&Order>, coupon: &Coupon) -> Vec<Order> {
    let mut ids: Vec<&OrderId> = coupon.claimants().chain(current.map(|order| &order.order_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let find =
        |id: &OrderId| current.filter(|order| order.order_id == *id).cloned().or_else(|| draft.order(id));
    ids.into_iter().filter_map(find).collect()
}

/// What an order's part in the coupon comes to; `None` where it has none.
fn claim(draft: &Draft<'_>, order: &Order, coupon: &Coupon, record: &BatchRecord) -> Option<Claim> {
    let (id, now) = (&coupon.coupon_id, draft.now);
    let (_, since) = coupons::of_order(order).into_iter().find(|(named, _)| named == id)?;
    admit(draft, order, coupon, since).ok()?;
    let (paid_at, cancelled_at) = match order.state {
        // The deadline itself is past it, whether the order's timer has fired or not.
        State::Open => (None, order.cancel_at.filter(|deadline| *deadline <= now)),
        State::Paid { at } => (Some(at), None),
        State::Cancelled { at, .. } => (None, Some(at)),
    };
    Some(Claim {
        order_id: order.order_id.clone(),
        checkout_id: coupons::checkout(order, id).cloned(),
        since,
        paid_at,
        ended_at: cancelled_at.or_else(|| returned_at(order, coupon, record)),
        held_until: order::held_until(order, now),
        part: coupons::part(order, id),
        base: verdict::base_of(draft, order, &record.batch),
    })
}

/// When everything had gone back of an order whose coupon goes back with it: where its batch says so, and of an order that
/// was cancelled with nothing paid as of every cancelled one (A-G-14).
fn returned_at(order: &Order, coupon: &Coupon, record: &BatchRecord) -> Option<Instant> {
    let returns = order.is_refunded() && (record.batch.return_on_full_refund || order.called_off.is_some());
    let at = order.live_refunds().map(|refund| refund.at).max().filter(|_| returns)?;
    let in_time = at < coupon.usable_until && taken_back_at(coupon, record).is_none_or(|gone| at < gone);
    in_time.then_some(at)
}

fn sharing(draft: &Draft<'_>, batch: &Batch) -> Sharing {
    let minutes = draft.find_shop().map_or(limits::PAYMENT_LOCK_MINUTES, |row| row.shop.payment_lock_minutes);
    let benefit = &batch.benefit;
    let (most, is_fixed) = match (batch.kind, benefit.fixed()) {
        // It works at the cashier, for one order.
        (CouponKind::Payment, _) => (Some(Money::ZERO), true),
        (_, Some(fixed)) => (Some(fixed), true),
        (_, None) => (benefit.cap, false),
    };
    Sharing { most, is_fixed, spend: benefit.spend, minutes }
}

/// Whether somebody has it who does not name it: a payment at the cashier, or a checkout elsewhere whose order has not been
/// placed. That one makes way for an order that has paid for its part beside it, and at its end.
fn is_foreign(
    draft: &Draft<'_>,
    orders: &[Order],
    claims: &[Claim],
    coupon: &Coupon,
    most: Option<Money>,
) -> bool {
    let Some(holder) = coupon.holder() else { return false };
    let names = |order: &Order| order.order_id == *holder && coupons::names(order, &coupon.coupon_id);
    if orders.iter().any(names) {
        return false;
    }
    let Some(lock) = &coupon.lock else {
        let with_it = |payment: &Payment| {
            payment.status == PaymentStatus::Succeeded
                && payment.coupon_id.as_ref() == Some(&coupon.coupon_id)
        };
        return orders.iter().any(|order| order.order_id == *holder && order.payments.iter().any(with_it));
    };
    let is_part = |claim: &Claim| most.is_none_or(|most| claim.part < most);
    let paid_beside =
        claims.iter().any(|claim| claim.paid_at.is_some() && claim.ended_at.is_none() && is_part(claim));
    lock.until > draft.now && !(lock.payment_id.is_none() && paid_beside)
}

/// Brings a coupon of a batch to where the orders are that name it, and their conflicts with it.
pub fn settle(draft: &mut Draft<'_>, mut current: Option<&mut Order>, mut coupon: Coupon) {
    let Some(record) = record(draft, &coupon).cloned() else { return };
    let before = coupon.clone();
    let orders = orders(draft, current.as_deref(), &coupon);
    let claims: Vec<Claim> =
        orders.iter().filter_map(|order| claim(draft, order, &coupon, &record)).collect();
    let sharing = sharing(draft, &record.batch);
    let found = if is_foreign(draft, &orders, &claims, &coupon, sharing.most) {
        let code = if coupon.status == CouponStatus::Used { Code::CouponUsed } else { Code::CouponLocked };
        let refused = claims.iter().filter(|claim| claim.ended_at.is_none()).cloned();
        Checkout { members: Vec::new(), refused: refused.map(|claim| (claim, code)).collect() }
    } else {
        let found = checkout(claims.clone(), sharing);
        stand(draft, &mut coupon, &record, &found);
        found
    };
    let short = judge(draft, &mut coupon, &found, sharing);
    coupon.remember(&claims);
    if coupon != before {
        put(draft, coupon.clone(), before.status);
    }
    for order in orders {
        let verdict = verdict_on(draft, &order.order_id, &found, short, sharing.spend);
        match current.as_deref_mut() {
            Some(current) if current.order_id == order.order_id => {
                tell(draft, current, &coupon.coupon_id, verdict);
            }
            _ => {
                let mut order = order;
                if has_news(&order, &coupon.coupon_id, verdict.as_ref()) {
                    tell(draft, &mut order, &coupon.coupon_id, verdict);
                    draft.put_order(order);
                }
            }
        }
    }
}

fn stand(draft: &Draft<'_>, coupon: &mut Coupon, record: &BatchRecord, found: &Checkout) {
    let now = draft.now;
    let nobody = found.live().next().is_none();
    let over = now >= coupon.usable_until || taken_back_at(coupon, record).is_some();
    let returned = found.members.iter().any(|member| member.paid_at.is_some());
    // Everything went back in time and was heard of too late: it stays where it was used.
    if nobody && returned && over && coupon.status == CouponStatus::Used {
        return;
    }
    coupon.stand_on(found, now);
}

/// What the orders that have it are short of the threshold. While somebody may still join who could make it up, the coupon
/// waits for the moment from which on nobody can (A-S1-28).
fn judge(draft: &Draft<'_>, coupon: &mut Coupon, found: &Checkout, sharing: Sharing) -> Option<Money> {
    let short = found.shortfall(sharing).filter(|_| found.live().next().is_some())?;
    if found.is_closed(sharing, draft.now) {
        return Some(short);
    }
    if coupon.status == CouponStatus::Used {
        coupon.wake_at = found.closes_at(sharing);
    }
    None
}

fn verdict_on(
    draft: &Draft<'_>,
    order: &OrderId,
    found: &Checkout,
    short: Option<Money>,
    spend: Money,
) -> Option<(Code, String)> {
    if let Some((_, code)) = found.refused.iter().find(|(claim, _)| claim.order_id == *order) {
        let detail = "another checkout has it, or what it takes is more than is left of it";
        return Some((*code, detail.to_owned()));
    }
    let short = short?;
    let judged = found.live().any(|claim| claim.order_id == *order && claim.base.is_some());
    judged.then(|| {
        let detail = sentence![short, " more reaches ", spend, ", over all orders of the checkout"];
        (Code::BelowThreshold, draft.say(&detail))
    })
}

fn has_news(order: &Order, coupon: &CouponId, verdict: Option<&(Code, String)>) -> bool {
    let code = verdict.map(|(code, _)| *code);
    BY_OTHERS.iter().any(|known| order.has_conflict(Some(coupon), "", *known) != (code == Some(*known)))
}

/// Notes what has come to be wrong with the order's coupon, and takes away what no longer is.
fn tell(draft: &mut Draft<'_>, order: &mut Order, coupon: &CouponId, verdict: Option<(Code, String)>) {
    conflicts::end(draft, order, coupon, BY_OTHERS, verdict.as_ref().map(|(code, _)| *code));
    if let Some((code, detail)) = verdict {
        let detail = json!({ "coupon_id": coupon, "detail": detail });
        conflicts::note(draft, order, Found { coupon_id: Some(coupon), kind: "", code, detail });
    }
}

/// Stores a coupon that came to other orders.
fn put(draft: &mut Draft<'_>, coupon: Coupon, from: CouponStatus) {
    match coupon.status {
        CouponStatus::Used if from != CouponStatus::Used => draft.publish_coupon("coupon.used", &coupon),
        CouponStatus::Expired if from != CouponStatus::Expired => {
            draft.publish_coupon("coupon.expired", &coupon);
        }
        CouponStatus::Available
        | CouponStatus::Locked
        | CouponStatus::Used
        | CouponStatus::Expired
        | CouponStatus::Void => {}
    }
    draft.move_coupon(coupon, from);
}
