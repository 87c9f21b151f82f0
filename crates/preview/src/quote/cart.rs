//! From a request, the rules and the facts to a cart. Reads nothing and knows no store, so the same three
//! always make the same cart.

use super::ask::{Ask, AskCoupons, AskLine, fault};
use super::facts::{BalanceFacts, CouponFacts, Facts, LimitFacts};
use super::rules::ShopRules;
use domain::{Code, CouponId, Instant, LineId, OrderId, Refusal, sentence};
use money::Money;
use pricing::{
    Quote,
    cart::{Cart, CartLine, Coupons, Held, PresaleLine, Stage},
    quote::{Choice, Rejected, SourceId},
    stacking::What,
};
use rustc_hash::FxHashMap;

/// The lines of a cart: goods by the presales of a revision of the rules, balances by the facts.
pub fn lines(
    rules: &ShopRules,
    revision: u64,
    ask: &Ask,
    facts: &Facts,
    now: Instant,
) -> Result<Vec<CartLine>, Refusal> {
    let balances = balances(facts);
    let mut lines = Vec::with_capacity(ask.lines.len());
    for (index, line) in ask.lines.iter().enumerate() {
        lines.push(match line {
            AskLine::Goods { .. } => goods((rules, revision), ask, line, index, now)?,
            AskLine::Balance { order_id, line_id } => {
                let missing = || fault(index, "order_id", Code::Required, "the facts say nothing of it");
                let balance = balances.get(&(order_id, line_id)).ok_or_else(missing)?;
                balance.cart_line(order_id.clone())
            }
        });
    }
    Ok(lines)
}

/// The cart of those lines, with the coupons and the freight of the facts.
pub fn of(ask: &Ask, facts: &Facts, lines: Vec<CartLine>, now: Instant) -> Cart {
    let held = || facts.coupons.iter().filter_map(CouponFacts::held);
    let coupons = match &ask.coupons {
        AskCoupons::None => Coupons::None,
        AskCoupons::Listed(ids) => Coupons::Listed(in_order(ids, held())),
        AskCoupons::Best => Coupons::Best(by_id(held())),
    };
    Cart {
        stage: ask.stage,
        customer_id: ask.customer_id.clone(),
        lines,
        member: ask.member,
        segments: ask.segments.clone(),
        coupons,
        assets: ask.assets,
        freight: facts.freight(),
        order_number: ask.order_number,
        method: ask.method,
        source: ask.source.clone(),
        region: ask.region.clone(),
        shipping_method: ask.shipping_method.clone(),
        zone: facts.time_zone.clone(),
        spent: facts.limits.iter().map(LimitFacts::spent).collect(),
        now: Some(now),
    }
}

/// The coupons as the request lists them.
fn in_order(ids: &[CouponId], held: impl Iterator<Item = Held>) -> Vec<Held> {
    let mut by_id: FxHashMap<CouponId, Held> = held.map(|held| (held.coupon_id.clone(), held)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}

/// The coupons as a wallet holds them.
fn by_id(held: impl Iterator<Item = Held>) -> Vec<Held> {
    let mut held: Vec<Held> = held.collect();
    held.sort_by(|a, b| a.coupon_id.cmp(&b.coupon_id));
    held
}

/// The quote with the freight that orders agreed on, and with the coupons that no cart could use last
/// among those left.
pub fn complete(ask: &Ask, facts: &Facts, mut quote: Quote) -> Quote {
    let mut barred: Vec<Rejected> = facts.coupons.iter().filter_map(rejected).collect();
    barred.sort_by(|a, b| a.source_id.cmp(&b.source_id));
    quote.rejected.extend(barred);
    for order in &facts.orders {
        quote.payable += order.freight;
        quote.freight += order.freight;
        quote.freight_fee += order.freight_fee;
        if let Some(choice) = &mut quote.choice {
            choice.at_least += order.freight;
        }
    }
    if facts.more_coupons && matches!(ask.coupons, AskCoupons::Best) {
        // Nothing is known of the coupons that were not looked at.
        quote.choice = quote.choice.map(|_| Choice { proven: false, at_least: Money::ZERO });
    }
    quote
}

fn rejected(coupon: &CouponFacts) -> Option<Rejected> {
    Some(Rejected {
        source_id: SourceId::Coupon(coupon.coupon_id.clone()),
        kind: coupon.kind.map(|kind| What::Coupon(kind).into()),
        code: coupon.barred?,
        line: None,
        shortfall: None,
        base: None,
        missing_quantity: None,
        missing_goods: None,
    })
}

/// The balances of the facts by their names.
fn balances(facts: &Facts) -> FxHashMap<(&OrderId, &LineId), &BalanceFacts> {
    let of_order = facts
        .orders
        .iter()
        .flat_map(|order| order.lines.iter().map(move |line| ((&order.order_id, &line.line_id), line)));
    of_order.collect()
}

fn goods(
    (rules, revision): (&ShopRules, u64),
    ask: &Ask,
    line: &AskLine,
    index: usize,
    now: Instant,
) -> Result<CartLine, Refusal> {
    let AskLine::Goods { line_id, sku, categories, quantity, unit_price, presale } = line else {
        unreachable!("the caller asks for goods only");
    };
    let mut priced = CartLine {
        order_id: None,
        line_id: line_id.clone(),
        sku: sku.clone(),
        categories: categories.clone(),
        quantity: *quantity,
        unit_price: *unit_price,
        presale: None,
    };
    if ask.stage != Stage::Deposit {
        return match presale {
            None => Ok(priced),
            Some(_) => {
                Err(fault(index, "presale_campaign_id", Code::StageNotAllowed, "in the deposit stage only"))
            }
        };
    }
    let found = rules.presale(revision, sku, presale.as_ref(), now);
    let running =
        found.ok_or_else(|| fault(index, "sku", Code::OutOfScope, "no presale takes deposits for it now"))?;
    let (presale, item) = (running.live, running.item);
    if item.presale_price != *unit_price {
        let message = sentence!["the presale price is ", item.presale_price];
        return Err(fault(index, "unit_price", Code::AmountMismatch, message));
    }
    let price = presale.terms.line(item, *quantity);
    let price = price.ok_or_else(|| fault(index, "quantity", Code::OutOfRange, "the amount is too large"))?;
    priced.presale = Some(PresaleLine {
        campaign_id: presale.campaign.campaign_id.clone(),
        deposit: price.deposit,
        gain: price.gain,
        main_process: running.main_process,
        require_greater: presale.terms.require_greater,
        no_resplit: presale.terms.no_resplit,
        assets_outside: presale.terms.assets_outside,
    });
    Ok(priced)
}

/// What a line of that list price costs, for people.
pub fn list(line: &CartLine) -> Money {
    i64::try_from(line.quantity).ok().and_then(|q| line.unit_price.checked_mul(q)).unwrap_or(Money::ZERO)
}
