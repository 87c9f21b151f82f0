//! Plain pricing: amounts and shares, no reasons. Reads out of the scratch room, so nothing is allocated.

use crate::{
    cart::Cart,
    check::{check, check_sorted},
    compile::RuleSet,
    evaluate::{Inputs, run},
    quote::{AdjustmentKind, SourceId},
    reasons::{Silence, Watch},
    scratch::{Answer, LinePrice, Scratch},
    work::{Source, Work},
};
use domain::Refusal;
use money::Money;

/// A cart's price. Lives as long as the scratch room is left alone.
#[derive(Debug, Clone, Copy)]
pub struct Price<'a> {
    rules: &'a RuleSet,
    cart: &'a Cart,
    work: &'a Work,
    answer: &'a Answer,
}

/// What something took off a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceShare<'a> {
    /// The line's place in the cart.
    pub line: usize,
    /// The name of what took it.
    pub source: &'a str,
    /// Which kind of thing.
    pub kind: AdjustmentKind,
    /// How much.
    pub amount: Money,
}

impl<'a> Price<'a> {
    /// What is to be paid now, freight included.
    pub fn payable(&self) -> Money {
        Money::from_minor(self.answer.payable)
    }
    /// Freight within it, after freight coupons.
    pub fn freight(&self) -> Money {
        Money::from_minor(self.work.freight)
    }
    /// The lines, as they came.
    pub fn lines(&self) -> &'a [LinePrice] {
        &self.answer.lines
    }
    /// What a unit costs that a unit promotion gave, before what comes off the order, rounded down: the place of its line
    /// in the cart, and the price.
    pub fn unit_prices(&self) -> impl Iterator<Item = (usize, Money)> + use<'a> {
        let work = self.work;
        let prices = work.unit_prices.iter();
        prices.map(|(line, price)| (work.lines[*line as usize].place as usize, Money::from_minor(*price)))
    }
    /// What was taken off the lines, in the order in which it was. Each line's shares and its payable
    /// sum to its list price.
    pub fn shares(&self) -> impl Iterator<Item = PriceShare<'a>> + use<'a> {
        let Self { rules, cart, work, .. } = *self;
        work.shares.iter().map(move |share| {
            let applied = &work.applied[share.applied as usize];
            PriceShare {
                line: work.lines[share.line as usize].place as usize,
                source: name(rules, cart, work, applied.source),
                kind: applied.kind,
                amount: Money::from_minor(share.amount),
            }
        })
    }
}

/// Prices a cart without reasons.
///
/// Refuses what cannot be priced with `invalid_value` and a violation for each field: `out_of_range`,
/// `negative_amount`, `too_many`, `required`, `duplicate`, `stage_not_allowed`, `not_in_main_process`.
pub fn price<'a>(rules: &'a RuleSet, cart: &'a Cart, scratch: &'a mut Scratch) -> Result<Price<'a>, Refusal> {
    evaluate(rules, cart, scratch, |_| Silence)?;
    let Scratch { work, answer, .. } = scratch;
    Ok(Price { rules, cart, work, answer })
}

/// The one way through the layers, for `price` and `explain`.
pub(crate) fn evaluate<'s, W: Watch>(
    rules: &RuleSet,
    cart: &Cart,
    scratch: &'s mut Scratch,
    watch: impl FnOnce(&'s mut crate::reasons::Reasons) -> W,
) -> Result<(), Refusal> {
    check(cart)?;
    let Scratch { work, hits, reasons, answer } = scratch;
    reasons.clear();
    work.begin(rules, cart);
    check_sorted(cart, work)?;
    let mut watch = watch(reasons);
    answer.bound = run(Inputs { rules, cart }, work, hits, &mut watch)?;
    answer.lines.clear();
    answer.lines.resize(work.lines.len(), LinePrice::default());
    answer.payable = work.freight;
    for (at, line) in work.lines.iter().enumerate() {
        let payable = work.due(at);
        assert!(payable >= 0, "a line's payable is never negative");
        answer.payable += payable;
        answer.lines[line.place as usize] =
            LinePrice { list: Money::from_minor(line.list), payable: Money::from_minor(payable) };
    }
    Ok(())
}

/// The name of a source as text.
fn name<'a>(rules: &'a RuleSet, cart: &'a Cart, work: &Work, source: Source) -> &'a str {
    match source {
        Source::Item(rule) => rules.items[rule as usize].head.campaign_id.as_str(),
        Source::Units(rule) => rules.units[rule as usize].head.campaign_id.as_str(),
        Source::Order(rule) => rules.orders[rule as usize].head.campaign_id.as_str(),
        Source::Freight(rule) => rules.freights[rule as usize].head.campaign_id.as_str(),
        Source::Gifts(rule) => rules.gifts[rule as usize].head.campaign_id.as_str(),
        Source::Coupon(index) => {
            cart.coupons.held().get(index as usize).map_or("", |held| held.coupon_id.as_str())
        }
        Source::Presale(line) => {
            let place = work.lines[line as usize].place as usize;
            cart.lines[place].presale.as_ref().map_or("", |presale| presale.campaign_id.as_str())
        }
        Source::RedPacket | Source::Beans | Source::ECard => asset(source),
    }
}

/// The word for an asset.
const fn asset(source: Source) -> &'static str {
    match source {
        Source::RedPacket => "red_packet",
        Source::Beans => "beans",
        Source::ECard => "e_card",
        Source::Item(_)
        | Source::Units(_)
        | Source::Order(_)
        | Source::Freight(_)
        | Source::Gifts(_)
        | Source::Coupon(_)
        | Source::Presale(_) => "",
    }
}

/// The name of a source, to keep.
pub(crate) fn source_id(rules: &RuleSet, cart: &Cart, work: &Work, source: Source) -> SourceId {
    match source {
        Source::Item(rule) => SourceId::Campaign(rules.items[rule as usize].head.campaign_id.clone()),
        Source::Units(rule) => SourceId::Campaign(rules.units[rule as usize].head.campaign_id.clone()),
        Source::Order(rule) => SourceId::Campaign(rules.orders[rule as usize].head.campaign_id.clone()),
        Source::Freight(rule) => SourceId::Campaign(rules.freights[rule as usize].head.campaign_id.clone()),
        Source::Gifts(rule) => SourceId::Campaign(rules.gifts[rule as usize].head.campaign_id.clone()),
        Source::Coupon(index) => SourceId::Coupon(cart.coupons.held()[index as usize].coupon_id.clone()),
        Source::Presale(line) => {
            let place = work.lines[line as usize].place as usize;
            let presale = cart.lines[place].presale.as_ref().expect("the line that it came from");
            SourceId::Campaign(presale.campaign_id.clone())
        }
        Source::RedPacket | Source::Beans | Source::ECard => SourceId::Asset(asset(source)),
    }
}
