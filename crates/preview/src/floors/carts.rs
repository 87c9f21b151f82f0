//! The carts that are tried for a floor: its goods alone, as many as reach an amount; and one unit beside
//! other goods that make up the rest of it.

use super::line_kind::{LineKind, Try};
use crate::quote::cart;
use domain::{Instant, LineId, Sku, campaign::promotion::Floor, catalog::Category, limits};
use money::{Currency, Money};
use pricing::{
    RuleSet, Scratch,
    cart::{Cart, CartLine},
};

/// A floor whose SKU has a price to try it with.
pub struct Target<'a> {
    pub floor: &'a Floor,
    price: Money,
    /// What must be among what comes off, for a cart to be worth a word.
    own: Option<&'a str>,
    currency: Currency,
}

fn line(id: &str, sku: &Sku, price: Money, categories: &[Category]) -> CartLine {
    CartLine {
        order_id: None,
        line_id: LineId::try_new(id).unwrap_or_else(|_| unreachable!("{id} is an id")),
        sku: sku.clone(),
        categories: categories.to_vec(),
        quantity: 1,
        unit_price: price,
        presale: None,
    }
}

const fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl<'a> Target<'a> {
    pub fn of(floor: &'a Floor, own: Option<&'a str>, currency: Currency) -> Option<Self> {
        let price = floor.list_price.filter(|price| price.is_positive())?;
        Some(Self { floor, price, own, currency })
    }

    /// A cart of one unit.
    pub fn cart(&self, at: Instant) -> Cart {
        let lines = vec![line("l1", &self.floor.sku, self.price, &[])];
        Cart { lines, member: true, now: Some(at), ..Cart::default() }
    }

    /// Just as many units as cost so much, or a multiple of it.
    fn units(&self, tried: &Try) -> u64 {
        let price = self.price.minor();
        let units = if tried.whole {
            tried.spend / gcd(tried.spend, price)
        } else {
            (tried.spend.max(1) - 1) / price + 1
        };
        u64::try_from(units).unwrap_or(1).max(tried.quantity).clamp(1, limits::LINE_QUANTITY)
    }

    /// What is to be said of a cart of that amount that sells below the floor. Counts the carts down.
    pub fn broken(
        &self,
        set: &RuleSet,
        cart: &mut Cart,
        kind: &LineKind,
        tried: &Try,
        scratch: &mut Scratch,
        left: &mut usize,
    ) -> Option<String> {
        let mut price = |cart: &Cart| {
            *left = left.checked_sub(1)?;
            self.below(set, cart, scratch)
        };
        cart.lines = vec![line("l1", &self.floor.sku, self.price, &kind.categories)];
        let quantity = self.units(tried);
        // One unit was tried in the first round.
        if quantity > 1 || tried.spend == 0 || !tried.beside.is_empty() {
            cart.lines[0].quantity = quantity;
            self.add_goods(cart, kind, tried);
            let (_, message) = price(cart)?;
            if message.is_some() || tried.spend == 0 {
                return message;
            }
            cart.lines.truncate(1);
        }
        let sku = tried.others.iter().find(|sku| **sku != self.floor.sku).filter(|_| !tried.whole)?;
        cart.lines[0].quantity = tried.quantity.max(1);
        let (alone, _) = price(cart)?;
        // What is missing as the goods are listed; as they sell alone; and when the others sell as they do.
        let missing = tried.spend - self.price.minor();
        let sold = tried.spend - alone.minor();
        let listed = i128::from(tried.spend) * i128::from(self.price.minor());
        let scaled = listed / i128::from(alone.minor().max(1)) + 1 - i128::from(self.price.minor());
        let mut rests = vec![missing, sold, i64::try_from(scaled).unwrap_or(0)];
        rests.dedup();
        for rest in rests.into_iter().filter(|rest| (1..=limits::AMOUNT_MINOR).contains(rest)) {
            cart.lines.truncate(1);
            cart.lines.push(line("l2", sku, Money::from_minor(rest), &kind.categories));
            self.add_goods(cart, kind, tried);
            let (_, message) = price(cart)?;
            if message.is_some() {
                return message;
            }
        }
        None
    }

    /// Goods that must be bought beside it, and others at the least price, until there are as many different ones as are needed.
    fn add_goods(&self, cart: &mut Cart, kind: &LineKind, tried: &Try) {
        for (number, beside) in tried.beside.iter().enumerate() {
            let categories: Vec<Category> = beside.category.iter().cloned().collect();
            let more = line(&format!("b{number}"), &beside.sku, self.price, &categories);
            cart.lines.push(CartLine { quantity: beside.quantity, ..more });
        }
        let others = tried.others.iter().filter(|sku| **sku != self.floor.sku);
        for (number, sku) in others.enumerate() {
            if cart.lines.len() >= tried.goods {
                return;
            }
            if cart.lines.iter().all(|line| line.sku != *sku) {
                cart.lines.push(line(&format!("g{number}"), sku, Money::from_minor(1), &kind.categories));
            }
        }
    }

    /// What the goods sell for, and what is to be said of that when it is below the floor.
    fn below(&self, set: &RuleSet, cart: &Cart, scratch: &mut Scratch) -> Option<(Money, Option<String>)> {
        let line = &cart.lines[0];
        let least = self.floor.floor.minor().saturating_mul(i64::try_from(line.quantity).unwrap_or(i64::MAX));
        // Refused is only what costs more than a cart may: nobody can buy it either.
        let priced = pricing::price(set, cart, scratch).ok()?;
        let payable = priced.lines()[0].payable;
        let units = priced.unit_prices().filter(|(place, _)| *place == 0).map(|(_, price)| price);
        let cheapest = units.min().filter(|price| *price < self.floor.floor);
        if payable.minor() >= least && cheapest.is_none() {
            return Some((payable, None));
        }
        let quote = pricing::explain(set, cart, scratch).ok()?;
        let applied = quote.applied();
        let sources: Vec<&str> = applied.iter().map(|source| source.as_str()).collect();
        if self.own.is_some_and(|own| !sources.contains(&own)) {
            return Some((payable, None));
        }
        let named: Vec<&str> = line.categories.iter().map(Category::as_str).collect();
        let within = if named.is_empty() { String::new() } else { format!(" in {}", named.join(" and ")) };
        let told = |amount: Money| self.currency.text(amount);
        let beside = cart.lines.get(1).map(cart::list);
        let beside =
            beside.map_or_else(String::new, |amount| format!(" beside {} of other goods", told(amount)));
        let sold = match cheapest.filter(|_| payable.minor() >= least) {
            Some(price) => format!("with a unit for {}", told(price)),
            None => format!("for {}", told(payable)),
        };
        let message = format!(
            "{} of {}{within} at {} ({} in all){beside} would sell {sold}, under the floor of {} each; by {}",
            line.quantity,
            line.sku,
            told(self.price),
            told(cart::list(line)),
            told(self.floor.floor),
            sources.join(", ")
        );
        Some((payable, Some(message)))
    }
}
