//! Looks for carts in which a new campaign, with those that run, would sell below a price floor.

use super::{ShopRules, cart};
use domain::{
    Code, LineId, Sku, Violation,
    campaign::{Terms, Version, promotion::Floor},
};
use money::Money;
use pricing::{
    Scratch,
    cart::{Cart, CartLine},
};
use std::collections::BTreeSet;

/// Warnings of one check; more would not be read.
const MOST: usize = 20;
/// Floors that are tried; each costs some quotes.
const TRIED: usize = 2_000;

/// One warning for each SKU, with the cart that shows it.
pub fn warnings(rules: &ShopRules, version: &Version) -> Vec<Violation> {
    if matches!(version.terms, Terms::Recovery(_) | Terms::Presale(_)) {
        return Vec::new();
    }
    let own = [version];
    let floors: Vec<&Floor> = rules.in_force().chain(own).filter_map(floors_of).flatten().collect();
    if floors.is_empty() {
        return Vec::new();
    }
    let set = rules.unguarded_with(version);
    let segments = segments(rules, version);
    let mut scratch = Scratch::new();
    let mut found = Vec::new();
    for floor in floors.into_iter().take(TRIED) {
        let Some(price) = floor.list_price.filter(|price| price.is_positive()) else { continue };
        for quantity in quantities(rules, version, price) {
            let cart = probe(&floor.sku, price, quantity, &segments, version);
            let Ok(quote) = pricing::explain(&set, &cart, &mut scratch) else { continue };
            let least = floor.floor.minor().saturating_mul(i64::try_from(quantity).unwrap_or(i64::MAX));
            let payable = quote.lines[0].payable;
            if payable.minor() < least {
                let applied = quote.applied();
                let sources: Vec<&str> = applied.iter().map(|source| source.as_str()).collect();
                let message = format!(
                    "{quantity} of {} at {} ({} in all) would sell for {payable}, under the floor of {} each; by {}",
                    floor.sku,
                    price,
                    cart::list(&cart.lines[0]),
                    floor.floor,
                    sources.join(", ")
                );
                found.push(Violation::with("terms", Code::PriceFloor, message));
                break;
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn floors_of(version: &Version) -> Option<&[Floor]> {
    match &version.terms {
        Terms::PriceFloor(terms) => Some(&terms.floors[..]),
        _ => None,
    }
}

fn segments(rules: &ShopRules, version: &Version) -> Vec<String> {
    let all = rules.in_force().chain([version]).flat_map(|version| match &version.terms {
        Terms::OrderPromotion(terms) => terms.segments.clone(),
        Terms::ItemPromotion(terms) => terms.segments.clone(),
        Terms::GiftPromotion(terms) => terms.segments.clone(),
        _ => Vec::new(),
    });
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Where discounts weigh most: one unit, and just as many as reach each threshold.
fn quantities(rules: &ShopRules, version: &Version, price: Money) -> BTreeSet<u64> {
    let mut quantities = BTreeSet::from([1]);
    for version in rules.in_force().chain([version]) {
        let Terms::OrderPromotion(terms) = &version.terms else { continue };
        for tier in &terms.tiers {
            let reach = (tier.spend.minor().max(1) - 1) / price.minor() + 1;
            quantities.insert(u64::try_from(reach).unwrap_or(1).clamp(1, domain::limits::LINE_QUANTITY));
        }
    }
    quantities
}

fn probe(sku: &Sku, price: Money, quantity: u64, segments: &[String], version: &Version) -> Cart {
    let line_id = LineId::try_new("l1").unwrap_or_else(|_| unreachable!("l1 is an id"));
    let line = CartLine {
        line_id,
        sku: sku.clone(),
        categories: Vec::new(),
        quantity,
        unit_price: price,
        presale: None,
    };
    let now = Some(version.starts_at);
    Cart { lines: vec![line], member: true, segments: segments.to_vec(), now, ..Cart::default() }
}
