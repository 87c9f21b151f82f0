//! Which coupons may take part at all: by their owner, their time, the stage and their scope. Looks at no
//! amount but the freight.

use super::{Left, Request, offer::Offer};
use crate::{
    cart::Held,
    stacking::{LineClass, coupon_allowed},
};
use domain::{Code, coupon::CouponKind};

/// The coupons that may take part, in the order of the list, each with its rank; the others with a reason.
pub(super) fn admit(request: &Request<'_>, held: &[Held]) -> (Vec<Offer>, Vec<Left>) {
    let mut offers = Vec::with_capacity(held.len());
    let mut left = Vec::new();
    for (index, coupon) in held.iter().enumerate() {
        match read(request, index, coupon) {
            Ok(offer) => offers.push(offer),
            Err(code) => left.push(Left { index, code, base: 0, shortfall: None }),
        }
    }
    let mut by_id: Vec<usize> = (0..offers.len()).collect();
    by_id.sort_by_key(|at| &held[offers[*at].index].coupon_id);
    for (rank, at) in by_id.into_iter().enumerate() {
        offers[at].rank = rank;
    }
    (offers, left)
}

fn read(request: &Request<'_>, index: usize, coupon: &Held) -> Result<Offer, Code> {
    if let Some(code) = coupon.barred {
        return Err(code);
    }
    let (owner, customer) = (coupon.owner.as_ref(), request.customer_id);
    if owner.zip(customer).is_some_and(|(owner, customer)| owner != customer) {
        return Err(Code::NotOwner);
    }
    if request.now.is_some_and(|now| now < coupon.starts_at) {
        return Err(Code::NotStarted);
    }
    if request.now.is_some_and(|now| now >= coupon.ends_at) {
        return Err(Code::Expired);
    }
    if coupon.kind == CouponKind::Payment {
        return Err(Code::StageNotAllowed);
    }
    let mut refused = Code::OutOfScope;
    let mut lines = Vec::new();
    let mut guarded = Vec::new();
    let mut no_resplit = false;
    for (line, at) in request.lines.iter().zip(0u32..) {
        if !coupon.scope.covers(&line.sku, &line.categories) {
            continue;
        }
        match coupon_allowed(coupon.kind, coupon.benefit.spend, LineClass::of(line), request.stage) {
            Ok(()) => {
                if let Some(presale) = &line.presale {
                    no_resplit |= presale.no_resplit;
                    if presale.require_greater {
                        guarded.push(u32::try_from(lines.len()).unwrap_or(u32::MAX));
                    }
                }
                lines.push(at);
            }
            Err(code) if refused == Code::OutOfScope => refused = code,
            Err(_) => {}
        }
    }
    if lines.is_empty() {
        return Err(refused);
    }
    if coupon.kind == CouponKind::Freight && request.freight <= 0 {
        return Err(Code::NoFreightToReduce);
    }
    Ok(Offer::new(index, coupon, lines, no_resplit, guarded))
}
