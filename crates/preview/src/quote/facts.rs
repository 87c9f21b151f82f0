//! The facts of a quote: what was read of the shop for it, beyond the request and the published rules.
//!
//! They are the seam between reading and pricing. Without facts in the request they are read from the
//! store; with them nothing is read. Either way the same code makes a cart of the request, the rules and
//! the facts, so an answer's facts give that answer again whatever has happened since. Nothing of
//! another customer stands in them.

use domain::{
    CampaignId, Code, CouponId, Instant, LineId, OrderId, Sku,
    campaign::promotion::{PercentOff, Spent, Tier},
    catalog::{Category, Scope, ScopeMode},
    coupon::CouponKind,
    order::Party,
    shop::FreeShipping,
    time::{self, Zone},
};
use money::Money;
use pricing::cart::{CartLine, Freight, Held, PresaleLine};
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// What was read of the shop for a quote; the names are the API's. Empty for a shop without freight and
/// a request without coupons and balances.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// The shop's freight; without it everything ships free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_shipping: Option<FreeShipping>,
    /// The shop's zone, where a promotion asks for its clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    /// What was taken of the limits of promotions, where any are limited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitFacts>,
    /// Orders whose balances are asked for, each once. They stand here only while a balance can be paid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderFacts>,
    /// The coupons that were listed, or those of the customer that were compared for the best.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponFacts>,
    /// The customer holds more coupons that might have been used; they were not compared.
    #[serde(skip_serializing_if = "Not::not")]
    pub more_coupons: bool,
}

/// What was taken of a promotion's limits when the quote was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitFacts {
    /// The promotion.
    pub campaign_id: CampaignId,
    /// Orders that took a use,
    pub uses: u64,
    /// those of the customer among them,
    #[serde(default)]
    pub of_customer: u64,
    /// and what it gave to all of them.
    pub given: Money,
}

impl LimitFacts {
    /// As pricing takes it.
    pub(super) fn spent(&self) -> (CampaignId, Spent) {
        let Self { campaign_id, uses, of_customer, given } = self;
        (campaign_id.clone(), Spent { uses: *uses, of_customer: *of_customer, given: *given })
    }
}

/// An order whose balance is to be paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderFacts {
    /// The order.
    pub order_id: OrderId,
    /// Freight that it agreed on and that is paid with these lines, after
    #[serde(default)]
    pub freight: Money,
    /// and before its freight coupon.
    #[serde(default)]
    pub freight_fee: Money,
    /// The lines that are asked for.
    pub lines: Vec<BalanceFacts>,
}

/// A line of an order whose balance is to be paid, as it was agreed on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "switches of the presale, each on its own")]
pub struct BalanceFacts {
    /// The line, by its name in the order.
    pub line_id: LineId,
    /// The goods.
    pub sku: Sku,
    /// Up to three levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Units.
    pub quantity: u64,
    /// A unit's price as the order has it.
    pub unit_price: Money,
    /// The presale of the order.
    pub campaign_id: CampaignId,
    /// The deposit of the line; none for an ordinary one.
    pub deposit: Money,
    /// What came off the line when the order was placed: the presale's gain, and every discount.
    pub gain: Money,
    /// Whether the balance joins the main process (S1-R02).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub main_process: bool,
    /// A coupon must be smaller than the balance (A-S1-5).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub require_greater: bool,
    /// What a coupon cannot take off this line is lost (A-S1-6).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub no_resplit: bool,
    /// Virtual assets may pay the balance outside the main process too (A-S1-9).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub assets_outside: bool,
}

/// A coupon that was considered: its terms where it could be used, else why it could not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponFacts {
    /// The coupon.
    pub coupon_id: CouponId,
    /// What it is; unknown of one that is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CouponKind>,
    /// What it takes off, of one that could be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<CouponTerms>,
    /// Why it could not be used whatever the cart: one of [`CouponFacts::BARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barred: Option<Code>,
}

/// The terms of a coupon, as far as they matter to the cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponTerms {
    /// From this amount on,
    pub spend: Money,
    /// this much comes off,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Money>,
    /// or this part,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    /// and no more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Money>,
    /// The goods; of a list what names goods of the cart. Left out for the whole shop.
    #[serde(default, skip_serializing_if = "is_whole_shop")]
    pub scope: Scope,
    /// Usable from here,
    #[serde(with = "time::text")]
    pub starts_at: Instant,
    /// to here.
    #[serde(with = "time::text")]
    pub ends_at: Instant,
    /// Who bears it.
    pub funded_by: Party,
}

fn is_whole_shop(scope: &Scope) -> bool {
    scope.mode == ScopeMode::All
}

impl Facts {
    /// The shop's freight, as a cart has it.
    pub(super) fn freight(&self) -> Option<Freight> {
        self.free_shipping.map(|of| Freight { threshold: of.threshold, fee: of.fee })
    }
}

impl CouponFacts {
    /// Reasons for which a coupon cannot be used whatever the cart.
    pub const BARS: &[Code] = &[
        Code::NotFound,
        Code::NotOwner,
        Code::CouponLocked,
        Code::CouponUsed,
        Code::CouponExpired,
        Code::CouponVoid,
    ];

    /// As a cart has it; `None` where it could not be used.
    pub(super) fn held(&self) -> Option<Held> {
        let (kind, terms) = (self.kind?, self.terms.as_ref()?);
        Some(Held {
            coupon_id: self.coupon_id.clone(),
            // Another's coupon is barred.
            owner: None,
            kind,
            benefit: terms.benefit(),
            scope: terms.scope.clone(),
            starts_at: terms.starts_at,
            ends_at: terms.ends_at,
            funded_by: terms.funded_by,
            barred: None,
        })
    }
}

impl CouponTerms {
    /// What it takes off, from which amount on.
    pub(super) fn benefit(&self) -> Tier {
        let Self { spend, save, percent_off, cap, .. } = *self;
        Tier { spend, save, percent_off, cap }
    }
}

impl BalanceFacts {
    /// As a cart has it: a line of that order.
    pub(super) fn cart_line(&self, order_id: OrderId) -> CartLine {
        CartLine {
            order_id: Some(order_id),
            line_id: self.line_id.clone(),
            sku: self.sku.clone(),
            categories: self.categories.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            presale: Some(PresaleLine {
                campaign_id: self.campaign_id.clone(),
                deposit: self.deposit,
                gain: self.gain,
                main_process: self.main_process,
                require_greater: self.require_greater,
                no_resplit: self.no_resplit,
                assets_outside: self.assets_outside,
            }),
        }
    }
}
