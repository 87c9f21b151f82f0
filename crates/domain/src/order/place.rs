//! Takes a placed order in: checks every figure and stores the shares.

use super::{Discount, Line, Order, OrderKind, Recovery, Scopes, State, agreement, shares};
use crate::{
    Code, Instant, InvalidId, Refusal, Violation, campaign::presale, catalog::Category, event::Placed,
    limits, sentence, shop::Shop,
};
use money::Money;
use std::collections::HashSet;

/// An order from what the platform says of it. Refused with the fields at fault when a figure is
/// negative, too large or does not add up; sums are computed here, never taken over.
pub fn place(shop: &Shop, placed: &Placed, at: Instant) -> Result<Order, Refusal> {
    place_by(shop, placed, at, None, &[])
}

/// The same by what else is known: the presale campaign of its lines, whose gain comes off as a discount
/// of its own (`payable` may be sent with it or without), and the scopes of its coupons.
pub fn place_by(
    shop: &Shop,
    placed: &Placed,
    at: Instant,
    live: Option<presale::Live<'_>>,
    scopes: &Scopes<'_>,
) -> Result<Order, Refusal> {
    Refusal::from_violations(Code::InvalidValue, violations(placed))?;
    let mut lines: Vec<Line> = placed.lines.iter().map(line).collect();
    let (discounts, presale) = match live {
        None => {
            shares::spread(&mut lines, placed.freight, &placed.discounts, scopes)?;
            (placed.discounts.iter().map(Discount::taken_in).collect(), None)
        }
        Some(live) => {
            let agreed = agreement::agree(live, placed, &mut lines, at, scopes)?;
            (agreed.discounts, Some(agreed.presale))
        }
    };
    let deadline = deadline(shop, placed, at)?;
    let mut order = Order {
        order_id: placed.order_id.clone(),
        customer_id: placed.customer_id.clone(),
        source: placed.source.clone(),
        kind: placed.kind,
        goods: placed.goods,
        lines,
        discounts,
        freight: placed.freight,
        payable: placed.payable,
        placed_at: at,
        cancel_at: Some(deadline),
        state: State::Open,
        called_off: None,
        told_end: None,
        checkout_id: placed.checkout_id.clone(),
        deposit_paid_at: None,
        deposit_books: None,
        deposit_deadline: None,
        presale,
        shipped_at: None,
        received_at: None,
        payments: Vec::new(),
        refunds: Vec::new(),
        conflicts: Vec::new(),
        recovery: Recovery::default(),
        rewards: Vec::new(),
        came_from: Vec::new(),
        notices: crate::order::Notices::default(),
        timeline_entries: 0,
        ledger_entries: 0,
    };
    let computed = order.lines.iter().map(Line::payable).sum::<Money>() + order.freight_payable();
    let gain = order.presale.as_ref().map_or(Money::ZERO, |presale| presale.gain);
    if placed.payable != computed && placed.payable != computed + gain {
        let detail =
            sentence!["lines + freight - discounts is ", computed, ", payable says ", placed.payable];
        let mut refusal = Refusal::with(Code::PayableMismatch, detail);
        refusal.violations.push(Violation::new("payable", Code::PayableMismatch));
        return Err(refusal);
    }
    order.payable = computed;
    Ok(order)
}

/// Until when it may be paid, or its deposit may.
fn deadline(shop: &Shop, placed: &Placed, at: Instant) -> Result<Instant, Refusal> {
    let timeout = match placed.kind {
        OrderKind::Normal => shop.payment_timeout_minutes,
        OrderKind::Presale => shop.deposit_timeout_minutes,
    };
    let deadline = placed.cancel_at.unwrap_or(at.plus_minutes(i64::from(timeout)));
    let late = || Violation::with("cancel_at", Code::OutOfRange, "after the order is placed");
    let found = if deadline <= at { vec![late()] } else { Vec::new() };
    Refusal::from_violations(Code::InvalidValue, found).map(|()| deadline)
}

fn line(placed: &crate::event::PlacedLine) -> Line {
    Line {
        line_id: placed.line_id.clone(),
        sku: placed.sku.clone(),
        title: placed.title.clone().filter(|title| !title.trim().is_empty()),
        categories: placed.categories.clone(),
        quantity: placed.quantity,
        unit_price: placed.unit_price,
        presale_campaign_id: placed.presale_campaign_id.clone(),
        shares: Vec::new(),
    }
}

fn violations(placed: &Placed) -> Vec<Violation> {
    let mut found = Vec::new();
    count(&mut found, "lines", placed.lines.len(), 1, limits::ORDER_LINES);
    count(&mut found, "discounts", placed.discounts.len(), 0, limits::ORDER_DISCOUNTS);
    amount(&mut found, "freight", placed.freight);
    amount(&mut found, "payable", placed.payable);
    let mut seen = HashSet::new();
    for (index, line) in placed.lines.iter().enumerate() {
        let field = |name: &str| format!("lines[{index}].{name}");
        if !seen.insert(&line.line_id) {
            found.push(Violation::new(field("line_id"), Code::Duplicate));
        }
        if !(1..=limits::LINE_QUANTITY).contains(&line.quantity) {
            let message = format!("1 to {}", limits::LINE_QUANTITY);
            found.push(Violation::with(field("quantity"), Code::OutOfRange, message));
        }
        if line.title.as_ref().is_some_and(|title| title.chars().count() > limits::LINE_TITLE_CHARS) {
            let message = format!("at most {} characters", limits::LINE_TITLE_CHARS);
            found.push(Violation::with(field("title"), Code::TooLongText, message));
        }
        if line.categories.len() > 3 {
            found.push(Violation::with(field("categories"), Code::TooMany, "three levels at most"));
        }
        if !line.categories.iter().all(Category::is_well_formed) {
            let message = InvalidId::Text.to_string();
            found.push(Violation::with(field("categories"), Code::InvalidValue, message));
        }
        if line.presale_campaign_id.is_some() && placed.kind == OrderKind::Normal {
            let message = "an order with presale lines is of kind presale";
            found.push(Violation::with(field("presale_campaign_id"), Code::InvalidValue, message));
        }
        amount(&mut found, &field("unit_price"), line.unit_price);
        let list = i64::try_from(line.quantity).ok().and_then(|q| line.unit_price.checked_mul(q));
        if list.is_none_or(|list| list.minor() > limits::AMOUNT_MINOR) {
            found.push(Violation::new(field("unit_price"), Code::OutOfRange));
        }
    }
    plain(&mut found, "source", placed.source.as_str());
    for (index, discount) in placed.discounts.iter().enumerate() {
        plain(&mut found, &format!("discounts[{index}].kind"), &discount.kind);
        plain(&mut found, &format!("discounts[{index}].id"), discount.id.as_deref().unwrap_or_default());
        amount(&mut found, &format!("discounts[{index}].amount"), discount.amount);
    }
    found
}

fn count(found: &mut Vec<Violation>, field: &str, n: usize, low: usize, high: usize) {
    if n < low {
        found.push(Violation::with(field, Code::Required, format!("at least {low}")));
    } else if n > high {
        found.push(Violation::with(field, Code::TooMany, format!("at most {high}")));
    }
}

/// These words are shown and written into the books.
fn plain(found: &mut Vec<Violation>, field: &str, text: &str) {
    if text.chars().any(char::is_control) {
        found.push(Violation::with(field, Code::InvalidValue, "no control characters"));
    }
}

fn amount(found: &mut Vec<Violation>, field: &str, amount: Money) {
    if amount.is_negative() {
        found.push(Violation::new(field, Code::NegativeAmount));
    } else if amount.minor() > limits::AMOUNT_MINOR {
        found.push(Violation::new(field, Code::OutOfRange));
    }
}
