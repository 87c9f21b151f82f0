//! Spreads discounts over the lines of an order (A-G-5). Done once, when the order is placed or
//! paid; the shares are stored and never computed again (A-G-7).
//!
//! Always holds: a discount's shares sum to what it takes off the goods, and none is above what is left
//! of its line; a freight coupon takes from the freight alone; a coupon of ours takes from lines of its
//! scope alone as long as they can bear it (A-S1-6).

use super::{Discount, Line};
use crate::{Code, Refusal, Violation, catalog::Scope, sentence};
use money::{Money, apportion};
use std::collections::HashSet;

/// The scope of each discount that is a coupon of ours, in the order of the discounts; of others, and
/// past its end, nothing is known and they are spread over all lines.
pub type Scopes<'a> = [Option<&'a Scope>];

/// What a line cannot take of its share: the other lines take it, or it is lost (A-S1-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    Resplit,
    Lost,
}

/// What is left of lines and freight while discounts come off, one after the other.
pub(super) struct Left<'a> {
    lines: &'a [Line],
    /// What each line is measured by.
    weights: Vec<Money>,
    /// What may still come off each line.
    pub room: Vec<Money>,
    freight: Money,
    overflow: Overflow,
}

/// What a discount found.
pub(super) struct Took {
    pub amount: Money,
    /// Of each line.
    pub shares: Vec<Money>,
}

impl<'a> Left<'a> {
    /// Lines of which `kept` is never touched, and the freight.
    pub fn of(lines: &'a [Line], kept: impl Fn(usize) -> Money, freight: Money, overflow: Overflow) -> Self {
        let weights: Vec<Money> = lines.iter().map(Line::payable).collect();
        let room = weights.iter().enumerate().map(|(index, left)| *left - kept(index)).collect();
        Self { lines, weights, room, freight, overflow }
    }

    /// Takes a discount off: by the shares that it came with, off the freight, over its scope or over
    /// all lines. Refused with the fields at fault when its own shares do not fit.
    pub fn take(&mut self, index: usize, discount: &Discount, scopes: &Scopes<'_>) -> Result<Took, Refusal> {
        if discount.comes_off_freight() {
            return self.take_freight(index, discount);
        }
        let shares = if discount.lines.is_empty() {
            self.spread(discount.amount, scopes.get(index).copied().flatten())?
        } else {
            self.given(index, discount)?
        };
        for (line, share) in shares.iter().enumerate() {
            self.weights[line] -= *share;
            self.room[line] -= *share;
        }
        Ok(Took { amount: shares.iter().copied().sum(), shares })
    }

    /// Takes a discount off that must find room for all of it (`discount_too_high`).
    pub fn take_whole(
        &mut self,
        index: usize,
        discount: &Discount,
        scopes: &Scopes<'_>,
        goods: &str,
    ) -> Result<Vec<Money>, Refusal> {
        let took = self.take(index, discount, scopes)?;
        if took.amount == discount.amount {
            return Ok(took.shares);
        }
        let what = if discount.comes_off_freight() { "the freight" } else { goods };
        let detail =
            sentence![&*discount.kind, " takes ", discount.amount - took.amount, " more than ", what];
        Err(Refusal::with(Code::DiscountTooHigh, detail))
    }

    fn take_freight(&mut self, index: usize, discount: &Discount) -> Result<Took, Refusal> {
        if discount.lines.iter().any(|share| !share.amount.is_zero()) {
            let message = "a freight coupon comes off the freight, not off lines";
            let violation = Violation::with(format!("discounts[{index}].lines"), Code::InvalidValue, message);
            Refusal::from_violations(Code::InvalidValue, vec![violation])?;
        }
        let amount = discount.amount.min(self.freight);
        self.freight -= amount;
        Ok(Took { amount, shares: vec![Money::ZERO; self.lines.len()] })
    }

    /// Over the lines of the scope; over all where they cannot bear it.
    fn spread(&self, amount: Money, scope: Option<&Scope>) -> Result<Vec<Money>, Refusal> {
        let covers = |line: &Line| scope.is_none_or(|scope| scope.covers(&line.sku, &line.categories));
        let inside = |amounts: &[Money]| -> Vec<Money> {
            let of_line = |(line, amount): (&Line, &Money)| if covers(line) { *amount } else { Money::ZERO };
            self.lines.iter().zip(amounts).map(of_line).collect()
        };
        let (weights, room) = (inside(&self.weights), inside(&self.room));
        if room.iter().copied().sum::<Money>() >= amount {
            self.split(amount, &weights, &room)
        } else {
            self.split(amount, &self.weights, &self.room)
        }
    }

    fn split(&self, amount: Money, weights: &[Money], room: &[Money]) -> Result<Vec<Money>, Refusal> {
        let caps = match self.overflow {
            Overflow::Resplit => room,
            Overflow::Lost => weights,
        };
        let split = apportion(amount, weights, caps).map_err(|_| Refusal::new(Code::OutOfRange))?;
        Ok(split.shares.into_iter().zip(room).map(|(share, room)| share.min(*room)).collect())
    }

    /// The shares that the discount came with.
    fn given(&self, index: usize, discount: &Discount) -> Result<Vec<Money>, Refusal> {
        let field = format!("discounts[{index}].lines");
        if discount.lines.len() > self.lines.len() {
            let violation = Violation::new(&field, Code::TooMany);
            Refusal::from_violations(Code::InvalidValue, vec![violation])?;
        }
        let mut shares = vec![Money::ZERO; self.lines.len()];
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for (nth, share) in discount.lines.iter().enumerate() {
            let mut fault = |name: &str, code: Code| {
                found.push(Violation::new(format!("{field}[{nth}].{name}"), code));
            };
            match self.lines.iter().position(|line| line.line_id == share.line_id) {
                None => fault("line_id", Code::NotFound),
                Some(line) if !seen.insert(line) => fault("line_id", Code::Duplicate),
                Some(_) if share.amount.is_negative() => fault("amount", Code::NegativeAmount),
                Some(line) if share.amount > self.room[line] => fault("amount", Code::DiscountTooHigh),
                Some(line) => shares[line] = share.amount,
            }
        }
        Refusal::from_violations(Code::InvalidValue, found)?;
        let sum: Money = shares.iter().copied().sum();
        if sum != discount.amount {
            let message = sentence!["the shares sum to ", sum, ", the discount takes ", discount.amount];
            let violation = Violation::with(field, Code::AmountMismatch, message);
            Refusal::from_violations(Code::InvalidValue, vec![violation])?;
        }
        Ok(shares)
    }
}

/// Gives each line its share of every discount, one after the other, each over what the earlier
/// ones left. Refuses a discount that is larger than the goods, and a freight coupon that is larger
/// than the freight (`discount_too_high`).
pub(super) fn spread(
    lines: &mut [Line],
    freight: Money,
    discounts: &[Discount],
    scopes: &Scopes<'_>,
) -> Result<(), Refusal> {
    let mut left = Left::of(lines, |_| Money::ZERO, freight, Overflow::Resplit);
    let mut all = Vec::with_capacity(discounts.len());
    for (index, discount) in discounts.iter().enumerate() {
        all.push(left.take_whole(index, discount, scopes, "the goods cost")?);
    }
    store(lines, all);
    Ok(())
}

/// Puts the shares of discounts to their lines.
pub(super) fn store(lines: &mut [Line], all: Vec<Vec<Money>>) {
    for shares in all {
        lines.iter_mut().zip(shares).for_each(|(line, share)| line.shares.push(share));
    }
}

/// Spreads a payment coupon over what is left to pay of the lines and, last, of the freight: both are
/// part of the amount that it is measured against (A-S0-6).
pub(super) fn spread_payment_coupon(lines: Vec<Money>, freight: Money, save: Money) -> Vec<Money> {
    if save.is_zero() {
        return Vec::new();
    }
    let mut weights = lines;
    weights.push(freight);
    apportion(save, &weights, &weights).map(|split| split.shares).unwrap_or_default()
}
