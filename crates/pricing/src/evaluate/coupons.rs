//! The seam to the coupon layer: lines in the order of their ids go in, what was taken comes out and is
//! noted as everything else is.

use super::Inputs;
use crate::{
    cart::{CartLine, Coupons, Held},
    coupons::{Bound, Request, settle},
    index::count,
    needs::Needs,
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Near, Watch},
    stacking::What,
    work::{Applied, Source, Work},
};
use domain::{Code, Refusal, order::Party};
use std::borrow::Cow;

pub(super) fn run<W: Watch>(
    inputs: Inputs<'_>,
    work: &mut Work,
    watch: &mut W,
) -> Result<Option<Bound>, Refusal> {
    let cart = inputs.cart;
    if matches!(cart.coupons, Coupons::None) {
        return Ok(None);
    }
    let lines = sorted(inputs, work);
    let request = Request {
        coupons: &cart.coupons,
        lines: &lines,
        customer_id: cart.customer_id.as_ref(),
        stage: cart.stage,
        now: cart.now,
        freight: work.freight,
    };
    let outcome = settle(&request, &mut work.slots).map_err(|violations| {
        let refused = Refusal::from_violations(Code::InvalidValue, violations);
        refused.err().unwrap_or_else(|| Code::InvalidValue.into())
    })?;
    let held = cart.coupons.held();
    let kind = |index: usize| {
        held.get(index).map_or(AdjustmentKind::ShopCoupon, |held| What::Coupon(held.kind).into())
    };
    for taken in &outcome.taken {
        let Some(coupon) = held.get(taken.index) else { continue };
        work.freight -= taken.freight;
        work.applied.push(Applied {
            source: Source::Coupon(count(taken.index)),
            kind: kind(taken.index),
            funder: funder(coupon),
            amount: taken.amount,
            base: taken.base,
            lost: (coupon.benefit.off(money::Money::from_minor(taken.base)).minor() - taken.amount).max(0),
        });
        for (line, share) in &taken.shares {
            work.note(*line, *share);
        }
    }
    for left in &outcome.left {
        let base = left.shortfall.map(|_| left.base);
        let reason = Left::new(Source::Coupon(count(left.index)), kind(left.index), left.code);
        watch.left(Left { base, shortfall: left.shortfall, ..reason });
    }
    for near in &outcome.nearby {
        let base = outcome.left.iter().find(|left| left.index == near.index).map_or(0, |left| left.base);
        let (source, kind) = (Source::Coupon(count(near.index)), kind(near.index));
        let lacks = Needs::default();
        watch.near(Near { source, kind, base, shortfall: near.shortfall, lacks, saving: near.saving });
    }
    Ok(outcome.bound)
}

fn funder(coupon: &Held) -> Funder {
    match coupon.funded_by {
        Party::Merchant => Funder::Merchant,
        Party::Platform => Funder::Platform,
    }
}

/// The cart's lines in the order of their ids; copied only where they came in another.
fn sorted<'a>(inputs: Inputs<'a>, work: &Work) -> Cow<'a, [CartLine]> {
    let lines = &inputs.cart.lines;
    if work.lines.is_sorted_by_key(|line| line.place) {
        return Cow::Borrowed(lines);
    }
    work.lines.iter().map(|line| lines[line.place as usize].clone()).collect::<Vec<_>>().into()
}
