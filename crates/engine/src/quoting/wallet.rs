//! The coupons of a quote: those that are listed, or all that the customer holds.
//!
//! A wallet may hold more than are priced together. Then what cannot apply to the cart goes first, then
//! what would save least, and the answer does not claim to be the best of all.

use super::{Ask, AskCoupons, ShopRules};
use crate::handle::EngineError;
use crate::port::{HELD, Reader};
use crate::rows::BatchRow;
use domain::{
    BatchId, Code, CouponId, Instant, Refusal, Violation,
    campaign::promotion::Tier,
    catalog::Scope,
    coupon::{Batch, Coupon, CouponKind, CouponStatus},
    order::Party,
};
use money::Money;
use pricing::{
    cart::{CartLine, Coupons, Held, Stage},
    coupons::MOST_COUPONS,
    stacking::{LineClass, What, allowed},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::hash_map::Entry;

/// Coupons for a cart.
#[derive(Default)]
pub struct Wallet {
    pub coupons: Coupons,
    /// Listed, and not there.
    pub unknown: Vec<CouponId>,
    /// Whether the customer holds more that might have been used.
    pub cut: bool,
}

/// The coupons that are asked for, with their terms.
pub fn of(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    lines: &[CartLine],
    now: Instant,
) -> Result<Wallet, EngineError> {
    match &ask.coupons {
        AskCoupons::None => Ok(Wallet::default()),
        AskCoupons::Listed(ids) => listed(reader, rules, ids, now),
        AskCoupons::Best => best(reader, rules, ask, lines, now),
    }
}

fn best(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    lines: &[CartLine],
    now: Instant,
) -> Result<Wallet, EngineError> {
    let Some(customer) = &ask.customer_id else {
        let mut refusal = Refusal::with(Code::Required, "the best coupons of whom?");
        refusal.violations.push(Violation::new("customer_id", Code::Required));
        return Err(refusal.into());
    };
    let all = reader.held(&rules.shop.shop_id, customer)?;
    let more = all.len() >= HELD;
    let held = all.iter().map(|(coupon, batch)| hold(coupon, batch, now));
    // What cannot be used at all is no candidate.
    let mut held: Vec<Held> = held.filter(|held| held.barred.is_none()).collect();
    let fee = rules.shop.free_shipping.map_or(Money::ZERO, |shipping| shipping.fee);
    let cut = keep_most_worth(&mut held, |coupon| worth(coupon, lines, ask.stage, fee, now));
    Ok(Wallet { coupons: Coupons::Best(held), unknown: Vec::new(), cut: cut || more })
}

/// Keeps as many as are priced together, in their order, and says whether any went that might have been
/// used. The most worth of each kind goes before the second of another: of most kinds one is taken.
fn keep_most_worth(held: &mut Vec<Held>, worth: impl Fn(&Held) -> Option<Money>) -> bool {
    if held.len() <= MOST_COUPONS {
        return false;
    }
    let worths = held.iter().enumerate().filter_map(|(place, held)| Some((Reverse(worth(held)?), place)));
    let mut worths: Vec<(Reverse<Money>, usize)> = worths.collect();
    worths.sort_unstable();
    let mut of_kind: FxHashMap<CouponKind, usize> = FxHashMap::default();
    let ranked = worths.into_iter().map(|(worth, place)| {
        let rank = of_kind.entry(held[place].kind).or_default();
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
fn worth(coupon: &Held, lines: &[CartLine], stage: Stage, fee: Money, now: Instant) -> Option<Money> {
    if coupon.kind == CouponKind::Payment || now < coupon.starts_at || now >= coupon.ends_at {
        return None;
    }
    let what = What::Coupon(coupon.kind);
    let works_on = |line: &&CartLine| {
        coupon.scope.covers(&line.sku, &line.categories) && allowed(what, LineClass::of(line), stage).is_ok()
    };
    let bases = lines.iter().filter(works_on).map(|line| {
        let gain = line.presale.as_ref().map_or(Money::ZERO, |presale| presale.gain);
        super::cart::list(line) - gain
    });
    let base = bases.fold(None, |sum: Option<Money>, base| Some(sum.unwrap_or(Money::ZERO) + base))?;
    if base < coupon.benefit.spend {
        return Some(Money::ZERO);
    }
    Some(coupon.benefit.off(if coupon.kind == CouponKind::Freight { fee } else { base }))
}

fn listed(
    reader: &dyn Reader,
    rules: &ShopRules,
    ids: &[CouponId],
    now: Instant,
) -> Result<Wallet, EngineError> {
    let shop = &rules.shop.shop_id;
    let mut batches: FxHashMap<BatchId, Option<BatchRow>> = FxHashMap::default();
    let (mut held, mut unknown) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(coupon) = reader.coupon(shop, id)? else {
            unknown.push(id.clone());
            continue;
        };
        let Some(batch_id) = coupon.batch_id() else {
            held.push(hold_recovery(&coupon, now));
            continue;
        };
        let row = match batches.entry(batch_id.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(reader.batch(shop, batch_id)?),
        };
        let Some(row) = row else {
            unknown.push(id.clone());
            continue;
        };
        let ended = row.record.voided_at.is_some_and(|at| at <= now);
        let mut mine = hold(&coupon, &row.record.batch, now);
        mine.barred = mine.barred.or(ended.then_some(Code::CouponVoid));
        held.push(mine);
    }
    Ok(Wallet { coupons: Coupons::Listed(held), unknown, cut: false })
}

fn hold(coupon: &Coupon, batch: &Batch, now: Instant) -> Held {
    Held {
        coupon_id: coupon.coupon_id.clone(),
        owner: Some(coupon.customer_id.clone()),
        kind: batch.kind,
        benefit: batch.benefit.clone(),
        scope: batch.scope.clone(),
        starts_at: batch.starts_at.max(coupon.claimed_at),
        ends_at: coupon.usable_until,
        funded_by: batch.funded_by,
        barred: barred(coupon, now),
    }
}

/// A coupon that recovery gave: it waits for the cashier, and pricing says so.
fn hold_recovery(coupon: &Coupon, now: Instant) -> Held {
    Held {
        coupon_id: coupon.coupon_id.clone(),
        owner: Some(coupon.customer_id.clone()),
        kind: coupon.kind(),
        benefit: Tier { spend: coupon.spend, save: Some(coupon.save), percent_off: None, cap: None },
        scope: Scope::default(),
        starts_at: coupon.claimed_at,
        ends_at: coupon.usable_until,
        funded_by: Party::Merchant,
        barred: barred(coupon, now),
    }
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
