//! From what a caller asks to a cart: presale figures and the customer's coupons are added to it.

use super::{Ask, AskCoupons, AskLine, ShopRules};
use crate::handle::EngineError;
use crate::port::Reader;
use domain::{
    Code, CouponId, Instant, LineId, OrderId, Refusal, Violation,
    coupon::{Batch, Coupon, CouponStatus},
    order::{Line, Order, Presale, PresaleStage},
};
use money::Money;
use pricing::{
    Quote,
    cart::{Cart, CartLine, Coupons, Freight, Held, PresaleLine, Stage},
    quote::{Kind, Rejected, SourceId},
};
use std::sync::Arc;

/// A cart, and the coupons that were asked for and are not there.
pub struct Prepared {
    pub cart: Cart,
    unknown: Vec<CouponId>,
}

impl Prepared {
    /// The quote with the coupons that are not there among those left.
    pub fn with_unknown(self, mut quote: Quote) -> Quote {
        quote.rejected.extend(self.unknown.into_iter().map(|id| Rejected {
            source_id: SourceId::Coupon(id),
            kind: Kind::ShopCoupon,
            code: Code::NotFound,
            line_id: None,
            shortfall: None,
            base: None,
        }));
        quote
    }
}

/// Adds what the shop knows to what is asked.
pub fn of(reader: &dyn Reader, rules: &ShopRules, ask: &Ask, now: Instant) -> Result<Prepared, EngineError> {
    let mut lines = Vec::with_capacity(ask.lines.len());
    let mut order: Option<(OrderId, Order)> = None;
    for (index, line) in ask.lines.iter().enumerate() {
        lines.push(match line {
            AskLine::Goods { .. } => goods(rules, ask, line, index, now)?,
            AskLine::Balance { order_id, line_id } => {
                if order.as_ref().is_none_or(|(known, _)| known != order_id) {
                    let found = reader.order(&rules.shop.shop_id, order_id)?;
                    order = found.map(|found| (order_id.clone(), found));
                }
                let known = order.as_ref().filter(|(known, _)| known == order_id).map(|(_, order)| order);
                let missing = || Refusal::with(Code::NotFound, format!("no order {order_id}"));
                balance(rules, known.ok_or_else(missing)?, line_id, (ask, index), now)?
            }
        });
    }
    let (coupons, unknown) = coupons(reader, rules, ask, now)?;
    let freight = rules.shop.free_shipping.map(|f| Freight { threshold: f.threshold, fee: f.fee });
    let cart = Cart {
        stage: ask.stage,
        customer_id: ask.customer_id.clone(),
        lines,
        member: ask.member,
        segments: ask.segments.clone(),
        coupons,
        assets: ask.assets,
        freight,
        now: Some(now),
    };
    Ok(Prepared { cart, unknown })
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
    let item = running.terms.item(sku).unwrap_or_else(|| unreachable!("the presale was found by the SKU"));
    if item.presale_price != *unit_price {
        let message = format!("the presale price is {}", item.presale_price);
        return Err(fault(index, "unit_price", Code::AmountMismatch, message));
    }
    let price = running.terms.line(item, *quantity);
    let price = price.ok_or_else(|| fault(index, "quantity", Code::OutOfRange, "the amount is too large"))?;
    priced.presale = Some(PresaleLine {
        campaign_id: running.campaign.campaign_id.clone(),
        deposit: price.deposit,
        gain: price.gain,
        main_process: running.terms.joins_main_process(),
        require_greater: running.terms.require_greater,
        no_resplit: running.terms.no_resplit,
        assets_outside: running.terms.assets_outside,
    });
    Ok(priced)
}

fn balance(
    rules: &ShopRules,
    order: &Order,
    line_id: &LineId,
    (ask, index): (&Ask, usize),
    now: Instant,
) -> Result<CartLine, Refusal> {
    if ask.stage != Stage::Balance {
        return Err(fault(index, "order_id", Code::StageNotAllowed, "in the balance stage only"));
    }
    if ask.customer_id.as_ref().is_some_and(|customer| *customer != order.customer_id) {
        return Err(fault(index, "order_id", Code::NotOwner, "the order is another customer's"));
    }
    let place = order.lines.iter().position(|line| line.line_id == *line_id);
    let (Some(place), Some(presale)) = (place, &order.presale) else {
        return Err(fault(index, "line_id", Code::NotFound, "no presale line of that name in the order"));
    };
    check_stage(order, presale, now)?;
    Ok(balance_line(rules, &order.lines[place], presale, place))
}

fn check_stage(order: &Order, presale: &Presale, now: Instant) -> Result<(), Refusal> {
    match order.presale_stage() {
        Some(PresaleStage::AwaitingBalance) => {}
        Some(PresaleStage::Paid) => return Err(Code::OrderPaid.into()),
        Some(PresaleStage::AwaitingDeposit) | None => {
            return Err(Refusal::with(Code::StageNotAllowed, "the deposit is not paid"));
        }
        Some(PresaleStage::Forfeited | PresaleStage::Closed) => return Err(Code::OrderCancelled.into()),
    }
    if presale.balance_window.contains(now) {
        return Ok(());
    }
    let window = presale.balance_window;
    let detail = format!("the balance is paid from {} to {}", window.starts_at, window.ends_at);
    Err(Refusal::with(Code::OutsidePeriod, detail))
}

fn balance_line(rules: &ShopRules, line: &Line, presale: &Presale, place: usize) -> CartLine {
    let assets_outside = rules.presale_terms(presale).is_some_and(|terms| terms.assets_outside);
    let part = presale.lines.get(place).copied().unwrap_or_default();
    CartLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        categories: line.categories.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        presale: Some(PresaleLine {
            campaign_id: presale.campaign_id.clone(),
            deposit: part.deposit,
            gain: part.gain,
            main_process: presale.main_process,
            require_greater: presale.require_greater,
            no_resplit: presale.no_resplit,
            assets_outside,
        }),
    }
}

fn coupons(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    now: Instant,
) -> Result<(Coupons, Vec<CouponId>), EngineError> {
    let shop = &rules.shop.shop_id;
    match &ask.coupons {
        AskCoupons::None => Ok((Coupons::None, Vec::new())),
        AskCoupons::Best => {
            let Some(customer) = &ask.customer_id else {
                let mut refusal = Refusal::with(Code::Required, "the best coupons of whom?");
                refusal.violations.push(Violation::new("customer_id", Code::Required));
                return Err(refusal.into());
            };
            let all = reader.held(shop, customer)?;
            let held = all.iter().map(|(coupon, batch)| hold(coupon, batch, now));
            // What cannot be used at all is no candidate.
            Ok((Coupons::Best(held.filter(|held| held.barred.is_none()).collect()), Vec::new()))
        }
        AskCoupons::Listed(ids) => {
            let (mut held, mut unknown) = (Vec::new(), Vec::new());
            for id in ids {
                let coupon = reader.coupon(shop, id)?;
                let batch = match coupon.as_ref().and_then(Coupon::batch_id) {
                    Some(batch) => reader.batch(shop, batch)?,
                    None => None,
                };
                match (coupon, batch) {
                    (Some(coupon), Some(row)) => {
                        let ended = row.record.voided_at.is_some_and(|at| at <= now);
                        let mut mine = hold(&coupon, &row.record.batch, now);
                        mine.barred = mine.barred.or(ended.then_some(Code::CouponVoid));
                        held.push(mine);
                    }
                    _ => unknown.push(id.clone()),
                }
            }
            Ok((Coupons::Listed(held), unknown))
        }
    }
}

fn hold(coupon: &Coupon, batch: &Arc<Batch>, now: Instant) -> Held {
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

/// What a line of that list price costs, for people.
pub fn list(line: &CartLine) -> Money {
    i64::try_from(line.quantity).ok().and_then(|q| line.unit_price.checked_mul(q)).unwrap_or(Money::ZERO)
}
