//! Carts for the tests of coupons: lines and coupons in a few words.
#![allow(dead_code, reason = "every test file uses a part of it")]

use domain::{
    CampaignId, CouponId, Instant, LineId, Sku,
    campaign::promotion::{PercentOff, Tier},
    catalog::{Scope, ScopeMode},
    coupon::CouponKind,
    order::Party,
};
use money::Money;
use pricing::{
    cart::{CartLine, Coupons, Held, PresaleLine, Stage},
    coupons::{Outcome, Request, settle},
    slots::Slot,
};
use std::sync::Arc;

/// A coupon in a few words; `lines` are the lines in its scope as bits, all ones for the whole shop.
#[derive(Debug, Clone)]
pub struct Terms {
    pub kind: CouponKind,
    pub save: Option<i64>,
    pub points: Option<u32>,
    pub spend: i64,
    pub cap: Option<i64>,
    pub lines: u32,
}

/// From `spend` on, `save` off; the whole shop.
pub fn saves(kind: CouponKind, spend: i64, save: i64) -> Terms {
    Terms { kind, save: Some(save), points: None, spend, cap: None, lines: u32::MAX }
}

/// An ordinary line.
pub fn line(price: i64) -> CartLine {
    CartLine {
        order_id: None,
        line_id: LineId::try_new("l").unwrap(),
        sku: Sku::try_new("s").unwrap(),
        categories: Vec::new(),
        quantity: 1,
        unit_price: Money::from_minor(price),
        presale: None,
    }
}

/// A presale line: in the main process, coupons smaller than the balance, no second round.
pub fn presale(price: i64, deposit: i64, [main_process, require_greater, no_resplit]: [bool; 3]) -> CartLine {
    let presale = PresaleLine {
        campaign_id: CampaignId::try_new("p").unwrap(),
        deposit: Money::from_minor(deposit),
        gain: Money::ZERO,
        main_process,
        require_greater,
        no_resplit,
        assets_outside: false,
    };
    CartLine { presale: Some(presale), ..line(price) }
}

/// Gives the lines their ids and SKUs, in their order.
pub fn name(lines: &mut [CartLine]) {
    for (at, line) in lines.iter_mut().enumerate() {
        line.line_id = LineId::try_new(&format!("l{at:03}")).unwrap();
        line.sku = Sku::try_new(&format!("s{at:03}")).unwrap();
    }
}

/// The coupon `c{at}`.
pub fn held(at: usize, terms: &Terms, lines: usize) -> Held {
    let skus = (0..lines.min(32)).filter(|line| terms.lines >> line & 1 == 1);
    let skus = skus.map(|line| Sku::try_new(&format!("s{line:03}")).unwrap()).collect();
    let scope = if terms.lines == u32::MAX {
        Scope::default()
    } else {
        Scope { mode: ScopeMode::Whitelist, skus: Arc::new(skus), ..Scope::default() }
    };
    Held {
        coupon_id: CouponId::try_new(&format!("c{at:02}")).unwrap(),
        owner: None,
        kind: terms.kind,
        benefit: Tier {
            spend: Money::from_minor(terms.spend),
            save: terms.save.map(Money::from_minor),
            percent_off: terms.points.and_then(PercentOff::from_basis_points),
            cap: terms.cap.map(Money::from_minor),
        },
        scope,
        starts_at: Instant::from_micros(0),
        ends_at: Instant::from_micros(1_000),
        funded_by: Party::Merchant,
        barred: None,
    }
}

/// What the coupons come to at the balance payment.
pub fn settle_balance(coupons: &Coupons, lines: &[CartLine], slots: &mut [Slot], freight: i64) -> Outcome {
    let now = Some(Instant::from_micros(500));
    let request = Request { coupons, lines, customer_id: None, stage: Stage::Balance, now, freight };
    settle(&request, slots).unwrap()
}
