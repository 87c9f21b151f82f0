//! Coupons: each agrees with the order it was shown on, the payment that holds it and the order
//! that used it.

use crate::sieve::Balance;
use crate::tally::{BatchFigures, CampaignFigures, count_of_batch, count_of_campaign};
use crate::walk::{Faults, Walk};
use crate::{batches, checks, customers};
use domain::order::coupons;
use domain::{
    Instant, OrderId,
    coupon::{Coupon, CouponStatus, FromOffer, Lock, Origin},
    order::{OfferStatus, Order, PaymentStatus, State},
    sentence,
};
use money::Money;
use port::Read;

/// Walks the coupons and counts them by campaign and by batch.
pub fn walk(walk: &mut Walk<'_>, balance: &mut Balance) -> Read<(CampaignFigures, BatchFigures)> {
    let (mut recount, mut of_batches) = (CampaignFigures::new(), BatchFigures::new());
    walk.pages(
        "coupons",
        |reader, shop, page| reader.coupons(shop, page),
        |coupon| coupon.coupon_id.to_string(),
        |walk, coupon| {
            count_of_campaign(&mut recount, &coupon);
            count_of_batch(&mut of_batches, &coupon);
            if let Some(due_at) = coupon.wake_at {
                balance.add(&("coupon", coupon.coupon_id.as_str()), &due_at);
            }
            for check in [checks::COUPON_ORIGIN, checks::COUPON_STATE] {
                walk.looked(check);
            }
            match coupon.status {
                CouponStatus::Locked => walk.looked(checks::COUPON_LOCK),
                CouponStatus::Used => walk.looked(checks::COUPON_USED_ONCE),
                CouponStatus::Available | CouponStatus::Expired | CouponStatus::Void => {}
            }
            if !coupon.also_on.is_empty() {
                walk.looked(checks::COUPON_SHARED);
            }
            if coupon.batch_id().is_some() {
                walk.looked(checks::BATCH_LIMITS);
            }
            let id = coupon.coupon_id.clone();
            walk.confirm(coupon, |reader, shop| reader.coupon(shop, &id), faults, || format!("coupon {id}"))
        },
    )?;
    Ok((recount, of_batches))
}

fn faults(walk: &Walk<'_>, coupon: &Coupon) -> Read<Faults> {
    let mut found = Faults::new();
    let order = |id: &OrderId| walk.reader.order(walk.id(), id);
    let origin = match &coupon.origin {
        Origin::Offer(offer) => {
            let origin = order(&offer.origin_order_id)?;
            of_origin(coupon, offer, origin.as_ref(), &mut found);
            if walk.terms(&offer.campaign_id, offer.version).is_none() {
                let (version, campaign) = (offer.version, &offer.campaign_id);
                let detail =
                    format!("it is of version {version} of campaign {campaign}, which does not exist");
                found.push((checks::COUPON_STATE, detail));
            }
            origin
        }
        Origin::Batch(from) => {
            batches::of_coupon(walk, coupon, from, &mut found)?;
            None
        }
    };
    of_state(coupon, origin.as_ref(), &mut found);
    if let Some(lock) = &coupon.lock {
        of_lock(coupon, lock, order(&lock.order_id)?.as_ref(), walk.now, &mut found);
    }
    if let Some(used_on) = &coupon.used_on {
        of_use(coupon, order(used_on)?.as_ref(), &mut found);
    }
    if !coupon.also_on.is_empty() {
        let orders = coupon.orders().map(|id| order(id).map(|found| (id, found)));
        of_shared(coupon, &orders.collect::<Read<Vec<_>>>()?, &mut found);
    }
    customers::of_coupon(walk, coupon, &mut found)?;
    Ok(found)
}

fn of_origin(coupon: &Coupon, from: &FromOffer, origin: Option<&Order>, found: &mut Faults) {
    let id = &from.origin_order_id;
    let Some(order) = origin else {
        found.push((checks::COUPON_ORIGIN, format!("order {id}, which it was shown on, does not exist")));
        return;
    };
    if order.customer_id != coupon.customer_id {
        let detail = format!(
            "it belongs to customer {}, the order it was shown on to {}",
            coupon.customer_id, order.customer_id
        );
        found.push((checks::COUPON_ORIGIN, detail));
    }
    let offer = order.recovery.offer.as_ref();
    let named = offer.is_some_and(|offer| {
        offer.coupon_id.as_ref() == Some(&coupon.coupon_id)
            && offer.status == OfferStatus::Claimed
            && offer.campaign_id == from.campaign_id
            && (offer.version, offer.spend, offer.save) == (from.version, coupon.spend, coupon.save)
    });
    if !named {
        found.push((checks::COUPON_ORIGIN, format!("order {id} has no offer that became this coupon")));
    }
}

fn of_state(coupon: &Coupon, origin: Option<&Order>, found: &mut Faults) {
    let (locked, used) = (CouponStatus::Locked, CouponStatus::Used);
    let live = matches!(coupon.status, CouponStatus::Available | CouponStatus::Locked);
    let fits = coupon.lock.is_some() == (coupon.status == locked)
        && coupon.used_on.is_some() == (coupon.status == used)
        && coupon.ended_at.is_none() == live;
    if !fits {
        let detail =
            format!("it is {}, which does not fit its lock, its order or its end", coupon.status.as_str());
        found.push((checks::COUPON_STATE, detail));
    }
    // A bound coupon that lives as long as its open order ends with the order's timer (A-S0-8).
    let ends_with_order = coupon.bound_to().is_some()
        && origin.is_some_and(|order| {
            matches!(order.state, State::Open) && order.cancel_at == Some(coupon.usable_until)
        });
    let wanted = match coupon.status {
        CouponStatus::Available => Some(coupon.usable_until),
        // Its lock says when.
        CouponStatus::Locked => return,
        // Its threshold may wait for the moment at which it is judged (A-S1-28).
        CouponStatus::Used if coupon.batch_id().is_some() => return,
        CouponStatus::Used | CouponStatus::Expired | CouponStatus::Void => None,
    };
    let excused = coupon.wake_at.is_none() && ends_with_order && coupon.status == CouponStatus::Available;
    if coupon.wake_at != wanted && !excused {
        let said = |at: Option<Instant>| at.map_or("never".to_owned(), |at| at.to_string());
        let detail = format!(
            "it is to be looked at {}, as it is {} it should be {}",
            said(coupon.wake_at),
            coupon.status.as_str(),
            said(wanted)
        );
        found.push((checks::COUPON_STATE, detail));
    }
}

fn of_lock(coupon: &Coupon, lock: &Lock, holder: Option<&Order>, now: Instant, found: &mut Faults) {
    if let Some(id) = &lock.payment_id {
        let payment = holder.and_then(|order| order.payment(id));
        let holds = payment.is_some_and(|payment| {
            payment.status == PaymentStatus::Started && payment.coupon_id.as_ref() == Some(&coupon.coupon_id)
        });
        if !holds {
            let order = &lock.order_id;
            let detail = format!("payment {id} of order {order} holds it, but is not in progress with it");
            found.push((checks::COUPON_LOCK, detail));
        }
    } else if let Some(order) = holder
        && coupons::names(order, &coupon.coupon_id)
        && !matches!(order.state, State::Open)
    {
        // An order that is checked out elsewhere may not be known here yet.
        found.push((checks::COUPON_LOCK, format!("order {} holds it, but is not open", lock.order_id)));
    }
    if coupon.wake_at != Some(lock.until) {
        let ends = if lock.until <= now { "ended" } else { "ends" };
        let detail = format!("its lock {ends} at {}, and no timer sees to that", lock.until);
        found.push((checks::COUPON_LOCK, detail));
    }
}

fn of_shared(coupon: &Coupon, orders: &[(&OrderId, Option<Order>)], found: &mut Faults) {
    for (id, order) in orders {
        let live = order.as_ref().is_some_and(|order| {
            let is_paid = matches!(order.state, State::Paid { .. });
            let fits = is_paid && coupon.used_on.is_some() || matches!(order.state, State::Open);
            fits && order.customer_id == coupon.customer_id && coupons::names(order, &coupon.coupon_id)
        });
        if !live {
            found.push((
                checks::COUPON_SHARED,
                format!("order {id} shares it, but does not have it as it stands"),
            ));
        }
    }
    let orders = orders.iter().filter_map(|(_, order)| order.as_ref());
    let whole: Money = orders.map(|order| coupons::part(order, &coupon.coupon_id)).sum();
    // A percentage has no sum of its own.
    if whole > coupon.save && coupon.save.is_positive() {
        found.push((
            checks::COUPON_SHARED,
            sentence!["its orders take ", whole, " together, it saves ", coupon.save],
        ));
    }
}

fn of_use(coupon: &Coupon, holder: Option<&Order>, found: &mut Faults) {
    let with_it = holder.map_or(0, |order| {
        let payments = order.payments.iter();
        let used = payments.filter(|payment| {
            payment.status == PaymentStatus::Succeeded
                && payment.coupon_id.as_ref() == Some(&coupon.coupon_id)
        });
        let placed_with_it = coupon.batch_id().is_some()
            && matches!(order.state, State::Paid { .. })
            && coupons::names(order, &coupon.coupon_id);
        used.count() + usize::from(placed_with_it)
    });
    if with_it != 1 {
        let used_on = coupon.used_on.as_ref().map_or("", |order| order.as_str());
        let detail = format!("it was used on order {used_on}, where {with_it} payments succeeded with it");
        found.push((checks::COUPON_USED_ONCE, detail));
    }
}
