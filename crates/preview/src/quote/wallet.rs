//! Reading the coupons of a quote: those that are listed, or all that the customer holds.
//!
//! A wallet may hold more than are priced together. Then what cannot apply to the cart goes first, then
//! what would save least, and the answer does not claim to be the best of all.

use super::ask::{Ask, AskCoupons};
use super::cart;
use super::facts::{CouponFacts, CouponTerms};
use super::rules::ShopRules;
use crate::PreviewError;
use domain::{
    BatchId, Code, CouponId, CustomerId, Instant,
    catalog::Scope,
    coupon::{Batch, Coupon, CouponKind, CouponStatus},
    order::Party,
};
use money::Money;
use port::{BatchRow, HELD, Reader};
use pricing::{
    cart::{CartLine, Stage},
    coupons::MOST_COUPONS,
    stacking::{LineClass, coupon_allowed},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// A coupon that a customer holds, with its terms.
type Holding = (Coupon, Arc<Batch>);

/// The coupons that are asked for, and whether the customer holds more that might have been used.
pub fn of(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    lines: &[CartLine],
    now: Instant,
) -> Result<(Vec<CouponFacts>, bool), PreviewError> {
    match (&ask.coupons, &ask.customer_id) {
        (AskCoupons::Listed(ids), _) => Ok((listed(reader, rules, ask, ids, lines, now)?, false)),
        (AskCoupons::Best, Some(customer)) => best(reader, rules, ask, customer, lines, now),
        // Nobody holds no coupons; that is refused before.
        (AskCoupons::None, _) | (AskCoupons::Best, None) => Ok((Vec::new(), false)),
    }
}

fn best(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    customer: &CustomerId,
    lines: &[CartLine],
    now: Instant,
) -> Result<(Vec<CouponFacts>, bool), PreviewError> {
    let mut held = reader.held(&rules.shop.shop_id, customer)?;
    let more = held.len() >= HELD;
    // What cannot be used at all is no candidate.
    held.retain(|(coupon, _)| barred(coupon, now).is_none());
    let fee = rules.shop.free_shipping.map_or(Money::ZERO, |shipping| shipping.fee);
    let cut = keep_most_worth(&mut held, |holding| worth(holding, lines, ask.stage, fee, now));
    let facts = held.iter().map(|(coupon, batch)| of_batch(coupon, batch, None, lines));
    Ok((facts.collect(), cut || more))
}

/// Keeps as many as are priced together, in their order, and says whether any went that might have been
/// used. The most worth of each kind goes before the second of another: of most kinds one is taken.
fn keep_most_worth(held: &mut Vec<Holding>, worth: impl Fn(&Holding) -> Option<Money>) -> bool {
    if held.len() <= MOST_COUPONS {
        return false;
    }
    let worths = held.iter().enumerate().filter_map(|(place, held)| Some((Reverse(worth(held)?), place)));
    let mut worths: Vec<(Reverse<Money>, usize)> = worths.collect();
    worths.sort_unstable();
    let mut of_kind: FxHashMap<CouponKind, usize> = FxHashMap::default();
    let ranked = worths.into_iter().map(|(worth, place)| {
        let rank = of_kind.entry(held[place].1.kind).or_default();
        *rank += 1;
        (*rank, worth, place)
    });
    let mut ranked: Vec<(usize, Reverse<Money>, usize)> = ranked.collect();
    ranked.sort_unstable();
    let kept: FxHashSet<usize> = ranked.iter().take(MOST_COUPONS).map(|(.., place)| *place).collect();
    let mut places = 0..;
    held.retain(|_| places.next().is_some_and(|place| kept.contains(&place)));
    ranked.len() > MOST_COUPONS
}

/// What a coupon would take off the cart as it came, about; `None` where it cannot apply to it.
fn worth(
    (coupon, batch): &Holding,
    lines: &[CartLine],
    stage: Stage,
    fee: Money,
    now: Instant,
) -> Option<Money> {
    let early = now < starts_at(coupon, batch);
    if batch.kind == CouponKind::Payment || early || now >= coupon.usable_until {
        return None;
    }
    let spend = batch.benefit.spend;
    let works_on = |line: &&CartLine| {
        batch.scope.covers(&line.sku, &line.categories)
            && coupon_allowed(batch.kind, spend, LineClass::of(line), stage).is_ok()
    };
    let bases = lines.iter().filter(works_on).map(|line| {
        let gain = line.presale.as_ref().map_or(Money::ZERO, |presale| presale.gain);
        cart::list(line) - gain
    });
    let base = bases.fold(None, |sum: Option<Money>, base| Some(sum.unwrap_or(Money::ZERO) + base))?;
    if base < batch.benefit.spend {
        return Some(Money::ZERO);
    }
    Some(batch.benefit.off(if batch.kind == CouponKind::Freight { fee } else { base }))
}

fn listed(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    ids: &[CouponId],
    lines: &[CartLine],
    now: Instant,
) -> Result<Vec<CouponFacts>, PreviewError> {
    let shop = &rules.shop.shop_id;
    let mut batches: FxHashMap<BatchId, Option<BatchRow>> = FxHashMap::default();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(coupon) = reader.coupon(shop, id)? else {
            found.push(unknown(id));
            continue;
        };
        let another = ask.customer_id.as_ref().is_some_and(|customer| *customer != coupon.customer_id);
        // Where another's coupon stands is not for this customer.
        let bar = another.then_some(Code::NotOwner).or_else(|| barred(&coupon, now));
        let Some(batch_id) = coupon.batch_id() else {
            found.push(of_recovery(&coupon, bar));
            continue;
        };
        let row = match batches.entry(batch_id.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(reader.batch(shop, batch_id)?),
        };
        let Some(row) = row else {
            found.push(unknown(id));
            continue;
        };
        let ended = row.record.voided_at.is_some_and(|at| at <= now);
        let bar = bar.or(ended.then_some(Code::CouponVoid));
        found.push(of_batch(&coupon, &row.record.batch, bar, lines));
    }
    Ok(found)
}

fn unknown(id: &CouponId) -> CouponFacts {
    CouponFacts { coupon_id: id.clone(), kind: None, terms: None, barred: Some(Code::NotFound) }
}

fn starts_at(coupon: &Coupon, batch: &Batch) -> Instant {
    batch.starts_at.max(coupon.usable_from())
}

fn of_batch(coupon: &Coupon, batch: &Batch, barred: Option<Code>, lines: &[CartLine]) -> CouponFacts {
    let goods = || lines.iter().map(|line| (&line.sku, &*line.categories));
    let terms = || CouponTerms {
        spend: batch.benefit.spend,
        save: batch.benefit.save,
        percent_off: batch.benefit.percent_off,
        cap: batch.benefit.cap,
        scope: batch.scope.narrowed(goods()),
        starts_at: starts_at(coupon, batch),
        ends_at: coupon.usable_until,
        funded_by: batch.funded_by,
    };
    let (coupon_id, kind) = (coupon.coupon_id.clone(), Some(batch.kind));
    CouponFacts { coupon_id, kind, terms: barred.is_none().then(terms), barred }
}

/// A coupon that recovery gave: it waits for the cashier, and pricing says so.
fn of_recovery(coupon: &Coupon, barred: Option<Code>) -> CouponFacts {
    let terms = || CouponTerms {
        spend: coupon.spend,
        save: Some(coupon.save),
        percent_off: None,
        cap: None,
        scope: Scope::default(),
        starts_at: coupon.usable_from(),
        ends_at: coupon.usable_until,
        funded_by: Party::Merchant,
    };
    let (coupon_id, kind) = (coupon.coupon_id.clone(), Some(coupon.kind()));
    CouponFacts { coupon_id, kind, terms: barred.is_none().then(terms), barred }
}

/// Why a coupon could not be used at that moment, whatever the cart. What ended it later counts not.
fn barred(coupon: &Coupon, now: Instant) -> Option<Code> {
    if coupon.ended_at.is_some_and(|ended| now < ended) {
        return None;
    }
    match coupon.status {
        CouponStatus::Available => None,
        CouponStatus::Locked => {
            coupon.lock.as_ref().filter(|lock| now < lock.until).map(|_| Code::CouponLocked)
        }
        CouponStatus::Used => Some(Code::CouponUsed),
        CouponStatus::Expired => Some(Code::CouponExpired),
        CouponStatus::Void => Some(Code::CouponVoid),
    }
}
