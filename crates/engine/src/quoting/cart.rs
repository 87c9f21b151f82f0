//! From what a caller asks to a cart: presale figures and the customer's coupons are added to it.
//!
//! A balance is what its order agreed on: each line stands at its list price, and all that came off it
//! at the placing, the presale's gain and any other discount, stands as its gain. So all lines of an order
//! with nothing else cost just [`Order::balance`]. An ordinary line of a presale order is such a line with
//! no deposit: agreed with the order, so that item promotions and the shop's freight are past it. The
//! freight that the order agreed on comes with its ordinary lines, once; nothing is taken off it.

use super::{Ask, AskCoupons, AskLine, ShopRules, wallet};
use crate::handle::EngineError;
use crate::port::Reader;
use domain::{
    Code, CouponId, Instant, LineId, OrderId, Refusal, Violation, limits,
    order::{self, Line, Order, Presale, PresaleStage},
};
use money::Money;
use pricing::{
    Quote,
    cart::{Cart, CartLine, Freight, PresaleLine, Stage},
    coupons::MOST_COUPONS,
    quote::{Choice, Rejected, SourceId},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A cart, and what is said of it beside its price.
pub struct Prepared {
    pub cart: Cart,
    /// Coupons that were asked for and are not there.
    unknown: Vec<CouponId>,
    /// Whether the best were chosen among a part of the wallet.
    cut: bool,
    /// Freight that presale orders agreed on, after and before their freight coupons.
    agreed: (Money, Money),
}

impl Prepared {
    /// The quote with the freight agreed on, and with the coupons that are not there among those left.
    pub fn complete(self, mut quote: Quote) -> Quote {
        quote.rejected.extend(self.unknown.into_iter().map(|id| Rejected {
            source_id: SourceId::Coupon(id),
            kind: None,
            code: Code::NotFound,
            line_id: None,
            shortfall: None,
            base: None,
        }));
        let (freight, fee) = self.agreed;
        quote.payable += freight;
        quote.freight += freight;
        quote.freight_fee += fee;
        if let Some(choice) = &mut quote.choice {
            choice.at_least += freight;
            if self.cut {
                // Nothing is known of the coupons that were not looked at.
                *choice = Choice { proven: false, at_least: Money::ZERO };
            }
        }
        quote
    }
}

/// Adds what the shop knows to what is asked.
pub fn of(reader: &dyn Reader, rules: &ShopRules, ask: &Ask, now: Instant) -> Result<Prepared, EngineError> {
    check(ask)?;
    let orders = orders(reader, rules, ask)?;
    let mut lines = Vec::with_capacity(ask.lines.len());
    let mut shipped: FxHashMap<&OrderId, (Money, Money)> = FxHashMap::default();
    let shared = shared_names(ask);
    for (index, line) in ask.lines.iter().enumerate() {
        lines.push(match line {
            AskLine::Goods { .. } => goods(rules, ask, line, index, now)?,
            AskLine::Balance { order_id, line_id } => {
                let missing = || fault(index, "order_id", Code::NotFound, format!("no order {order_id}"));
                let order = orders.get(order_id).ok_or_else(missing)?;
                let (line, mut priced) = balance(rules, order, line_id, (ask, index), now)?;
                if shared.contains(line_id)
                    && let Ok(name) = LineId::try_new(&format!("{order_id}:{line_id}"))
                {
                    priced.line_id = name;
                }
                if line.presale_campaign_id.is_none() {
                    shipped.insert(order_id, (order.freight_payable(), order.freight));
                }
                priced
            }
        });
    }
    let wallet = wallet::of(reader, rules, ask, &lines, now)?;
    let freight = rules.shop.free_shipping.map(|f| Freight { threshold: f.threshold, fee: f.fee });
    let cart = Cart {
        stage: ask.stage,
        customer_id: ask.customer_id.clone(),
        lines,
        member: ask.member,
        segments: ask.segments.clone(),
        coupons: wallet.coupons,
        assets: ask.assets,
        freight,
        now: Some(now),
    };
    let agreed = shipped.into_values().fold((Money::ZERO, Money::ZERO), |a, b| (a.0 + b.0, a.1 + b.1));
    Ok(Prepared { cart, unknown: wallet.unknown, cut: wallet.cut, agreed })
}

/// Names that several lines have: each order names its lines by itself. Balances among them are called
/// `order:line` in the quote.
fn shared_names(ask: &Ask) -> FxHashSet<&LineId> {
    let mut seen = FxHashSet::default();
    let names = ask.lines.iter().map(|line| match line {
        AskLine::Goods { line_id, .. } | AskLine::Balance { line_id, .. } => line_id,
    });
    names.filter(|name| !seen.insert(*name)).collect()
}

/// What can be refused before anything is read: too many lines or coupons, balances in another stage,
/// and the same twice. The rest is for [`pricing`].
fn check(ask: &Ask) -> Result<(), Refusal> {
    let mut found = Vec::new();
    if ask.lines.len() > limits::ORDER_LINES {
        let message = format!("at most {}", limits::ORDER_LINES);
        found.push(Violation::with("lines", Code::TooMany, message));
        return Refusal::from_violations(Code::InvalidValue, found);
    }
    let mut seen = FxHashSet::default();
    for (index, line) in ask.lines.iter().enumerate() {
        let AskLine::Balance { order_id, line_id } = line else { continue };
        if ask.stage != Stage::Balance {
            return Err(fault(index, "order_id", Code::StageNotAllowed, "in the balance stage only"));
        }
        if !seen.insert((order_id, line_id)) {
            found.push(Violation::new(format!("lines[{index}].line_id"), Code::Duplicate));
        }
    }
    let owned = matches!(&ask.coupons, AskCoupons::Listed(ids) if !ids.is_empty()) || !seen.is_empty();
    if owned && ask.customer_id.is_none() {
        found.push(Violation::with("customer_id", Code::Required, "coupons and balances are somebody's"));
    }
    if let AskCoupons::Listed(ids) = &ask.coupons {
        if ids.len() > MOST_COUPONS {
            let message = format!("at most {MOST_COUPONS} coupons");
            found.push(Violation::with("coupons", Code::TooMany, message));
        } else {
            let mut seen = FxHashSet::default();
            let twice = ids.iter().enumerate().filter(|(_, id)| !seen.insert(*id));
            found.extend(twice.map(|(at, _)| Violation::new(format!("coupons[{at}]"), Code::Duplicate)));
        }
    }
    Refusal::from_violations(Code::InvalidValue, found)
}

/// The orders whose balances are asked for; each is read once.
fn orders<'a>(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &'a Ask,
) -> Result<FxHashMap<&'a OrderId, Order>, EngineError> {
    let asked = ask.lines.iter().filter_map(|line| match line {
        AskLine::Balance { order_id, .. } => Some(order_id),
        AskLine::Goods { .. } => None,
    });
    let mut orders = FxHashMap::default();
    for order_id in asked.collect::<FxHashSet<_>>() {
        if let Some(order) = reader.order(&rules.shop.shop_id, order_id)? {
            orders.insert(order_id, order);
        }
    }
    Ok(orders)
}

fn fault(index: usize, field: &str, code: Code, message: impl Into<String>) -> Refusal {
    let violation = Violation::with(format!("lines[{index}].{field}"), code, message);
    let mut refusal = Refusal::with(code, violation.message.clone());
    refusal.violations.push(violation);
    refusal
}

fn goods(
    rules: &ShopRules,
    ask: &Ask,
    line: &AskLine,
    index: usize,
    now: Instant,
) -> Result<CartLine, Refusal> {
    let AskLine::Goods { line_id, sku, categories, quantity, unit_price, presale } = line else {
        unreachable!("the caller asks for goods only");
    };
    let mut priced = CartLine {
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
    let found = rules.presale(sku, presale.as_ref(), now);
    let running =
        found.ok_or_else(|| fault(index, "sku", Code::OutOfScope, "no presale takes deposits for it now"))?;
    let (presale, item) = (running.live, running.item);
    if item.presale_price != *unit_price {
        let message = format!("the presale price is {}", item.presale_price);
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

/// A line of an order whose balance can be paid now, and what is to be priced of it.
fn balance<'a>(
    rules: &ShopRules,
    order: &'a Order,
    line_id: &LineId,
    (ask, index): (&Ask, usize),
    now: Instant,
) -> Result<(&'a Line, CartLine), Refusal> {
    if ask.customer_id.as_ref().is_some_and(|customer| *customer != order.customer_id) {
        return Err(fault(index, "order_id", Code::NotOwner, "the order is another customer's"));
    }
    let place = order.lines.iter().position(|line| line.line_id == *line_id);
    let (Some(place), Some(presale)) = (place, &order.presale) else {
        return Err(fault(index, "line_id", Code::NotFound, "no presale order has a line of that name"));
    };
    check_stage(order, now)?;
    Ok((&order.lines[place], balance_line(rules, &order.lines[place], presale, place)))
}

fn check_stage(order: &Order, now: Instant) -> Result<(), Refusal> {
    match order.presale_stage() {
        Some(PresaleStage::AwaitingBalance) => order.check_stage(order::Stage::Balance, now),
        Some(PresaleStage::Paid) => Err(Code::OrderPaid.into()),
        Some(PresaleStage::AwaitingDeposit) | None => {
            Err(Refusal::with(Code::StageNotAllowed, "the deposit is not paid"))
        }
        Some(PresaleStage::Forfeited | PresaleStage::Closed) => Err(Code::OrderCancelled.into()),
    }
}

fn balance_line(rules: &ShopRules, line: &Line, presale: &Presale, place: usize) -> CartLine {
    let deposit = presale.line(place).deposit;
    CartLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        categories: line.categories.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        presale: Some(PresaleLine {
            campaign_id: presale.campaign_id.clone(),
            deposit,
            gain: line.list() - line.payable(),
            main_process: presale.main_process,
            // A coupon may take an ordinary line whole, as it may at the payment.
            require_greater: presale.require_greater && deposit.is_positive(),
            no_resplit: presale.no_resplit,
            assets_outside: rules.presale_terms(presale).is_some_and(|terms| terms.assets_outside),
        }),
    }
}

/// What a line of that list price costs, for people.
pub fn list(line: &CartLine) -> Money {
    i64::try_from(line.quantity).ok().and_then(|q| line.unit_price.checked_mul(q)).unwrap_or(Money::ZERO)
}
