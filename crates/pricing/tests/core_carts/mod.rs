//! Carts and rules for the tests of the core: a few words each. Amounts are fen.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]
#![allow(dead_code, reason = "every test file uses a part of it")]

use domain::{
    CampaignId, Code, CouponId, Instant, LineId, Sku,
    campaign::promotion::{Gift, GiftTerms, ItemTerms, OrderTerms, PercentOff, Tier},
    catalog::{Category, Scope, ScopeMode},
    coupon::CouponKind,
    order::Party,
};
use money::Money;
use pricing::{
    Floors, Quote, Rule, RuleSet, RuleTerms, Scratch,
    cart::{Cart, CartLine, Coupons, Held, PresaleLine, Stage},
    explain, price,
    quote::{Adjustment, AdjustmentKind},
};
use std::sync::Arc;

/// The moment that is priced; rules and coupons run from 0 to 100.
pub const NOW: i64 = 50;

pub fn at(micros: i64) -> Instant {
    Instant::from_micros(micros)
}

pub fn fen(minor: i64) -> Money {
    Money::from_minor(minor)
}

/// An ordinary line of one unit; the SKU is named like the line.
pub fn line(id: &str, unit_price: i64) -> CartLine {
    CartLine {
        order_id: None,
        line_id: LineId::try_new(id).unwrap(),
        sku: Sku::try_new(id).unwrap(),
        categories: vec![],
        quantity: 1,
        unit_price: fen(unit_price),
        presale: None,
    }
}

/// The line in a category.
pub fn within(category: &str, line: CartLine) -> CartLine {
    CartLine { categories: vec![Category::try_new(category).unwrap()], ..line }
}

/// So many units of the line.
pub fn times(quantity: u64, line: CartLine) -> CartLine {
    CartLine { quantity, ..line }
}

/// A presale line of price, deposit and gain, in the main process.
pub fn presale(id: &str, price: i64, deposit: i64, gain: i64) -> CartLine {
    let presale = PresaleLine {
        campaign_id: CampaignId::try_new("presale").unwrap(),
        deposit: fen(deposit),
        gain: fen(gain),
        main_process: true,
        require_greater: false,
        no_resplit: false,
        assets_outside: false,
    };
    CartLine { presale: Some(presale), ..line(id, price) }
}

/// The presale line outside the main process.
pub fn outside(mut line: CartLine) -> CartLine {
    if let Some(presale) = &mut line.presale {
        presale.main_process = false;
    }
    line
}

pub fn cart(stage: Stage, lines: Vec<CartLine>) -> Cart {
    Cart { stage, lines, now: Some(at(NOW)), ..Cart::default() }
}

pub fn skus(mode: ScopeMode, names: &[&str]) -> Scope {
    let skus = names.iter().map(|name| Sku::try_new(name).unwrap()).collect();
    Scope { mode, skus: Arc::new(skus), ..Scope::default() }
}

pub fn categories(mode: ScopeMode, names: &[&str]) -> Scope {
    let categories = names.iter().map(|name| Category::try_new(name).unwrap()).collect();
    Scope { mode, categories: Arc::new(categories), ..Scope::default() }
}

pub fn rule(id: &str, scope: Scope, terms: RuleTerms) -> Rule {
    let campaign_id = CampaignId::try_new(id).unwrap();
    Rule { campaign_id, version: 1, starts_at: at(0), ends_at: at(100), scope, terms }
}

/// From `spend` on, `save` off.
pub fn tier(spend: i64, save: i64) -> Tier {
    Tier { spend: fen(spend), save: Some(fen(save)), percent_off: None, cap: None }
}

/// From `spend` on, so many percent off.
pub fn percent(spend: i64, percent: u32) -> Tier {
    let percent_off = PercentOff::from_basis_points(percent * 100);
    Tier { spend: fen(spend), save: None, percent_off, cap: None }
}

pub fn order(tiers: Vec<Tier>) -> OrderTerms {
    OrderTerms { tiers, ..OrderTerms::default() }
}

/// An order promotion over the whole shop.
pub fn order_rule(id: &str, terms: OrderTerms) -> Rule {
    rule(id, Scope::default(), RuleTerms::Order(terms))
}

/// An item promotion over the whole shop: a unit costs this.
pub fn item_price(id: &str, price: i64) -> Rule {
    item_rule(id, ItemTerms { price: Some(fen(price)), ..ItemTerms::default() })
}

pub fn item_rule(id: &str, terms: ItemTerms) -> Rule {
    rule(id, Scope::default(), RuleTerms::Item(terms))
}

/// So many gifts for a main SKU, or one of them out of a pool.
pub fn gift_rule(id: &str, main: &str, gifts: &[(&str, u64)], pool: bool) -> Rule {
    let sku = |name: &str| Sku::try_new(name).unwrap();
    let gifts = gifts.iter().map(|(name, quantity)| Gift { sku: sku(name), quantity: *quantity }).collect();
    let terms = GiftTerms { main_skus: vec![sku(main)], gifts, pool, segments: vec![], when: None };
    rule(id, Scope::default(), RuleTerms::Gift(terms))
}

pub fn rules(rules: Vec<Rule>) -> RuleSet {
    RuleSet::compile(rules, Floors::none()).at_version(7)
}

/// A coupon over the whole shop.
pub fn coupon(id: &str, kind: CouponKind, spend: i64, save: i64) -> Held {
    Held {
        coupon_id: CouponId::try_new(id).unwrap(),
        owner: None,
        kind,
        benefit: tier(spend, save),
        scope: Scope::default(),
        starts_at: at(0),
        ends_at: at(100),
        funded_by: Party::Merchant,
        barred: None,
    }
}

pub fn with_coupons(mut cart: Cart, coupons: Vec<Held>) -> Cart {
    cart.coupons = Coupons::Listed(coupons);
    cart
}

/// Explains a cart. Plain pricing must say the same, and the sums must hold.
pub fn quote(rules: &RuleSet, cart: &Cart) -> Quote {
    let mut scratch = Scratch::new();
    let quote = explain(rules, cart, &mut scratch).unwrap();
    check_sums(&quote);
    let plain = price(rules, cart, &mut scratch).unwrap();
    assert_eq!((plain.payable(), plain.freight()), (quote.payable, quote.freight), "plain and explained");
    for (plain, line) in plain.lines().iter().zip(&quote.lines) {
        assert_eq!((plain.list, plain.payable), (line.list, line.payable), "{}", line.line_id);
    }
    let shares: Money = plain.shares().map(|share| share.amount).sum();
    let told: Money = quote.lines.iter().flat_map(|line| &line.adjustments).map(|share| share.amount).sum();
    assert_eq!(shares, told, "plain shares");
    quote
}

/// payable = lines + freight; each line's list less its adjustments is its payable; shares sum to their
/// adjustment; nothing is negative.
pub fn check_sums(quote: &Quote) {
    let lines: Money = quote.lines.iter().map(|line| line.payable).sum();
    assert_eq!(quote.payable, lines + quote.freight, "payable");
    assert!(!quote.payable.is_negative() && !quote.freight.is_negative());
    let mut sums = vec![Money::ZERO; quote.adjustments.len()];
    for line in &quote.lines {
        let off: Money = line.adjustments.iter().map(|share| share.amount).sum();
        assert_eq!(line.list - off, line.payable, "line {}", line.line_id);
        assert!(!line.payable.is_negative(), "line {}", line.line_id);
        for share in &line.adjustments {
            assert!(share.amount.is_positive(), "no empty shares");
            sums[share.adjustment as usize] += share.amount;
        }
    }
    let mut of_freight = Money::ZERO;
    for (adjustment, sum) in quote.adjustments.iter().zip(sums) {
        if matches!(adjustment.kind, AdjustmentKind::FreightCoupon | AdjustmentKind::FreightPromotion) {
            assert!(sum.is_zero(), "no line bears freight");
            of_freight += adjustment.amount;
        } else {
            assert_eq!(adjustment.amount, sum, "{:?}", adjustment.source_id);
        }
        assert!(!adjustment.lost.is_negative());
    }
    assert_eq!(of_freight, quote.freight_fee - quote.freight);
}

/// What was applied under a name.
pub fn applied<'a>(quote: &'a Quote, id: &str) -> Option<&'a Adjustment> {
    quote.adjustments.iter().find(|adjustment| adjustment.source_id.as_str() == id)
}

/// Why something was left.
pub fn left(quote: &Quote, id: &str) -> Option<Code> {
    quote.rejected.iter().find(|rejected| rejected.source_id.as_str() == id).map(|rejected| rejected.code)
}

/// What is to be paid for each line.
pub fn payables(quote: &Quote) -> Vec<i64> {
    quote.lines.iter().map(|line| line.payable.minor()).collect()
}
