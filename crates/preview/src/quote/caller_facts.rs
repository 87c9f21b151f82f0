//! Facts that a caller gives: they must be what a quote of the same request could have handed out.
//!
//! Everything is bounded here, as what is read from the store was when it came in: amounts, how many
//! there are, and that each is of something that is asked for. What the lines cost is for [`pricing`].

use super::ask::{Ask, AskCoupons, AskLine};
use super::facts::{CouponFacts, CouponTerms, Facts, LimitFacts, OrderFacts};
use domain::{Code, LineId, OrderId, Refusal, Violation, limits, sentence};
use money::Money;
use pricing::coupons::MOST_COUPONS;
use rustc_hash::FxHashSet;

/// Everything that is wrong with the facts, naming the fields: `required`, `duplicate`, `too_many`,
/// `negative_amount`, `out_of_range`, `invalid_value`.
pub fn check(facts: &Facts, ask: &Ask) -> Result<(), Refusal> {
    let mut found = Vec::new();
    if let Some(freight) = &facts.free_shipping {
        amount("facts.free_shipping.threshold", freight.threshold, &mut found);
        amount("facts.free_shipping.fee", freight.fee, &mut found);
    }
    check_limits(&facts.limits, &mut found);
    check_orders(&facts.orders, ask, &mut found);
    check_coupons(facts, ask, &mut found);
    Refusal::from_violations(Code::InvalidValue, found)
}

/// Each promotion once, and no more of them than a shop may run at a time in all its revisions.
fn check_limits(taken: &[LimitFacts], found: &mut Vec<Violation>) {
    if taken.len() > limits::LIVE_CAMPAIGNS {
        let message = format!("at most {}", limits::LIVE_CAMPAIGNS);
        found.push(Violation::with("facts.limits", Code::TooMany, message));
        return;
    }
    let mut seen = FxHashSet::default();
    for (index, of) in taken.iter().enumerate() {
        if !seen.insert(&of.campaign_id) {
            found.push(Violation::new(format!("facts.limits[{index}].campaign_id"), Code::Duplicate));
        }
        if of.given.is_negative() {
            found.push(Violation::new(format!("facts.limits[{index}].given"), Code::NegativeAmount));
        }
    }
}

fn amount(field: &str, amount: Money, found: &mut Vec<Violation>) {
    if amount.is_negative() {
        found.push(Violation::new(field, Code::NegativeAmount));
    } else if amount.minor() > limits::AMOUNT_MINOR {
        let message = sentence!["at most ", Money::from_minor(limits::AMOUNT_MINOR)];
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}

/// Just the balances that are asked for, each once.
fn check_orders(orders: &[OrderFacts], ask: &Ask, found: &mut Vec<Violation>) {
    let lines: usize = orders.iter().map(|order| order.lines.len()).sum();
    if orders.len() > limits::ORDER_LINES || lines > limits::ORDER_LINES {
        let message = format!("at most {} lines in all", limits::ORDER_LINES);
        found.push(Violation::with("facts.orders", Code::TooMany, message));
        return;
    }
    let asked = ask.lines.iter().filter_map(|line| match line {
        AskLine::Balance { order_id, line_id } => Some((order_id, line_id)),
        AskLine::Goods { .. } => None,
    });
    let mut asked: FxHashSet<(&OrderId, &LineId)> = asked.collect();
    let mut seen = FxHashSet::default();
    for (index, order) in orders.iter().enumerate() {
        let at = format!("facts.orders[{index}]");
        if !seen.insert(&order.order_id) {
            found.push(Violation::new(format!("{at}.order_id"), Code::Duplicate));
            continue;
        }
        check_order(&at, order, &mut asked, found);
    }
    for (order_id, line_id) in asked {
        let message = format!("nothing of line {line_id} of order {order_id}");
        found.push(Violation::with("facts.orders", Code::Required, message));
    }
}

fn check_order<'a>(
    at: &str,
    order: &'a OrderFacts,
    asked: &mut FxHashSet<(&'a OrderId, &'a LineId)>,
    found: &mut Vec<Violation>,
) {
    amount(&format!("{at}.freight"), order.freight, found);
    amount(&format!("{at}.freight_fee"), order.freight_fee, found);
    if order.freight > order.freight_fee {
        let message = "freight is at most freight_fee";
        found.push(Violation::with(format!("{at}.freight"), Code::OutOfRange, message));
    }
    if order.lines.is_empty() {
        found.push(Violation::new(format!("{at}.lines"), Code::Required));
    }
    for (index, line) in order.lines.iter().enumerate() {
        let at = format!("{at}.lines[{index}]");
        if !asked.remove(&(&order.order_id, &line.line_id)) {
            let message = "not asked for, or there twice";
            found.push(Violation::with(format!("{at}.line_id"), Code::InvalidValue, message));
        }
        amount(&format!("{at}.unit_price"), line.unit_price, found);
        amount(&format!("{at}.deposit"), line.deposit, found);
        amount(&format!("{at}.gain"), line.gain, found);
    }
}

/// Just the coupons that are listed; of the best as many as are compared.
fn check_coupons(facts: &Facts, ask: &Ask, found: &mut Vec<Violation>) {
    if facts.coupons.len() > MOST_COUPONS {
        let message = format!("at most {MOST_COUPONS} coupons");
        found.push(Violation::with("facts.coupons", Code::TooMany, message));
        return;
    }
    let best = matches!(ask.coupons, AskCoupons::Best);
    if facts.more_coupons && !best {
        let message = "only the best are chosen among others";
        found.push(Violation::with("facts.more_coupons", Code::InvalidValue, message));
    }
    let listed: FxHashSet<_> = match &ask.coupons {
        AskCoupons::Listed(ids) => ids.iter().collect(),
        AskCoupons::None | AskCoupons::Best => FxHashSet::default(),
    };
    let mut seen = FxHashSet::default();
    for (index, coupon) in facts.coupons.iter().enumerate() {
        let field = format!("facts.coupons[{index}]");
        if !seen.insert(&coupon.coupon_id) {
            found.push(Violation::new(format!("{field}.coupon_id"), Code::Duplicate));
        } else if !best && !listed.contains(&coupon.coupon_id) {
            let message = "not among the coupons of the request";
            found.push(Violation::with(format!("{field}.coupon_id"), Code::InvalidValue, message));
        }
        check_coupon(&field, coupon, found);
    }
    for id in listed.into_iter().filter(|id| !seen.contains(id)) {
        let message = format!("nothing of coupon {id}");
        found.push(Violation::with("facts.coupons", Code::Required, message));
    }
}

fn check_coupon(field: &str, coupon: &CouponFacts, found: &mut Vec<Violation>) {
    match (&coupon.terms, coupon.barred) {
        (Some(terms), None) => {
            if coupon.kind.is_none() {
                found.push(Violation::new(format!("{field}.kind"), Code::Required));
            }
            check_terms(field, terms, found);
        }
        (None, Some(code)) if CouponFacts::BARS.contains(&code) => {}
        (None, Some(_)) => {
            let message = "not a reason for which no cart could use a coupon";
            found.push(Violation::with(format!("{field}.barred"), Code::InvalidValue, message));
        }
        (None, None) | (Some(_), Some(_)) => {
            let message = "exactly one of terms and barred";
            found.push(Violation::with(format!("{field}.terms"), Code::InvalidValue, message));
        }
    }
}

fn check_terms(field: &str, terms: &CouponTerms, found: &mut Vec<Violation>) {
    let named = |name: &str| format!("{field}.terms.{name}");
    terms.benefit().check(&format!("{field}.terms"), found);
    let most = limits::ORDER_LINES;
    if terms.scope.skus.len() > most {
        found.push(Violation::with(named("scope.skus"), Code::TooMany, format!("at most {most}")));
    }
    if terms.scope.categories.len() > limits::SCOPE_CATEGORIES {
        let message = format!("at most {}", limits::SCOPE_CATEGORIES);
        found.push(Violation::with(named("scope.categories"), Code::TooMany, message));
    }
}
