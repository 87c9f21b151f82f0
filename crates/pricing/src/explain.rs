//! The whole answer: the same evaluation as plain pricing, with everything said aloud.

use crate::{
    cart::Cart,
    compile::RuleSet,
    price::{evaluate, source_id},
    quote::{Adjustment, LineAdjustment, LineName, Nearby, Quote, QuoteGift, QuoteLine, Rejected, SourceId},
    scratch::Scratch,
    stacking::What,
    work::{Applied, Source, Work},
};
use domain::Refusal;
use money::Money;

/// Prices a cart and explains it: what was applied and to which amount, what was left and why, what is
/// near. Refuses as [`price`](crate::price()) does.
///
/// ```
/// use pricing::{RuleSet, Scratch, cart::Cart, explain, rules::Floors};
///
/// let rules = RuleSet::compile(vec![], Floors::none());
/// let refused = explain(&rules, &Cart::default(), &mut Scratch::new()).unwrap_err();
/// assert_eq!(refused.violations[0].field, "lines");
/// ```
pub fn explain(rules: &RuleSet, cart: &Cart, scratch: &mut Scratch) -> Result<Quote, Refusal> {
    evaluate(rules, cart, scratch, |reasons| reasons)?;
    let Scratch { work, reasons, answer, .. } = scratch;
    let teller = Teller { rules, cart, work };
    let rejected = reasons.left.iter().map(|left| Rejected {
        source_id: teller.source(left.source),
        kind: Some(left.kind),
        code: left.code,
        line: left.line.map(|line| teller.line_name(line)),
        shortfall: left.shortfall.map(Money::from_minor),
        base: left.base.map(Money::from_minor),
        missing_quantity: missing(left.lacks.pieces),
        missing_goods: missing(left.lacks.goods),
    });
    let nearby = reasons.near.iter().map(|near| Nearby {
        source_id: teller.source(near.source),
        kind: near.kind,
        shortfall: Money::from_minor(near.shortfall),
        missing_quantity: missing(near.lacks.pieces),
        missing_goods: missing(near.lacks.goods),
        saving: Money::from_minor(near.saving),
    });
    Ok(Quote {
        payable: Money::from_minor(answer.payable),
        freight: Money::from_minor(work.freight),
        freight_fee: Money::from_minor(work.freight_fee),
        lines: teller.lines(&answer.lines),
        adjustments: work.applied.iter().map(|applied| teller.adjustment(applied)).collect(),
        rejected: rejected.collect(),
        nearby: nearby.collect(),
        gifts: teller.gifts(),
        choice: answer.bound.map(Into::into),
        rule_version: rules.version,
    })
}

/// So many, where any are.
fn missing(count: i64) -> Option<u64> {
    u64::try_from(count).ok().filter(|count| *count > 0)
}

/// Says in words what the work holds in numbers.
#[derive(Clone, Copy)]
struct Teller<'a> {
    rules: &'a RuleSet,
    cart: &'a Cart,
    work: &'a Work,
}

impl Teller<'_> {
    fn source(&self, source: Source) -> SourceId {
        source_id(self.rules, self.cart, self.work, source)
    }

    fn line_name(&self, line: u32) -> LineName {
        let line = &self.cart.lines[self.work.lines[line as usize].place as usize];
        let line_id = line.line_id.clone();
        match &line.order_id {
            None => LineName::Alone(line_id),
            Some(order_id) => LineName::OfOrder(Box::new((order_id.clone(), line_id))),
        }
    }

    fn lines(&self, prices: &[crate::LinePrice]) -> Vec<QuoteLine> {
        // Most shares are spread over all lines, so each line gets about as many.
        let each = self.work.shares.len().div_ceil(prices.len().max(1));
        let lines = self.cart.lines.iter().zip(prices).map(|(line, price)| QuoteLine {
            order_id: line.order_id.clone().map(Box::new),
            line_id: line.line_id.clone(),
            list: price.list,
            payable: price.payable,
            adjustments: Vec::with_capacity(each),
        });
        let mut lines: Vec<QuoteLine> = lines.collect();
        for share in &self.work.shares {
            let place = self.work.lines[share.line as usize].place as usize;
            let amount = Money::from_minor(share.amount);
            lines[place].adjustments.push(LineAdjustment { adjustment: share.applied, amount });
        }
        lines
    }

    fn adjustment(&self, applied: &Applied) -> Adjustment {
        let version = match applied.source {
            Source::Item(rule) => Some(self.rules.items[rule as usize].head.version),
            Source::Units(rule) => Some(self.rules.units[rule as usize].head.version),
            Source::Order(rule) => Some(self.rules.orders[rule as usize].head.version),
            Source::Freight(rule) => Some(self.rules.freights[rule as usize].head.version),
            Source::Gifts(rule) => Some(self.rules.gifts[rule as usize].head.version),
            Source::Coupon(_) | Source::RedPacket | Source::Beans | Source::ECard | Source::Presale(_) => {
                None
            }
        };
        Adjustment {
            source_id: self.source(applied.source),
            kind: applied.kind,
            amount: Money::from_minor(applied.amount),
            funded_by: applied.funder,
            effect: applied.kind.effect(),
            threshold_base: Money::from_minor(applied.base),
            lost: Money::from_minor(applied.lost),
            version,
        }
    }

    fn gifts(&self) -> Vec<QuoteGift> {
        let gifts = self.work.earned.iter().map(|earned| {
            let rule = &self.rules.gifts[earned.rule as usize];
            QuoteGift {
                source_id: self.source(Source::Gifts(earned.rule)),
                sku: rule.gifts[earned.gift as usize].sku.clone(),
                quantity: earned.quantity,
                choose_one: rule.what == What::PoolGift,
            }
        });
        gifts.collect()
    }
}
