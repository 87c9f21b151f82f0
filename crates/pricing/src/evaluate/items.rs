//! Item promotions: each line takes the one that makes it cheapest; ties go to the smallest campaign id. A
//! percentage is rounded once, over the line, and its units share that as A-G-6 says: of goods at 0.05 a unit
//! 10 % would else be nothing or 20 %. None sells under the price floor: what goes under is lifted to it.

use super::{
    inputs::{Inputs, Verdicts},
    lacking::lacking,
};
use crate::{
    compile::Item,
    index::{Hits, Wanted},
    needs::Needs,
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Watch},
    stacking::What,
    work::{Applied, Offer, Source, Work},
};
use domain::Code;
use money::Money;

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, hits: &mut Hits, watch: &mut W) {
    let rules = inputs.rules;
    if rules.item_index.is_empty() {
        return;
    }
    let wanted = if W::ON { Wanted::Every } else { Wanted::Reached(0, &work.segments) };
    rules.item_index.gather(&work.lines, wanted, hits);
    let verdicts =
        [What::ItemPromotion, What::MemberPrice].map(|what| (what, Verdicts::of(what, inputs.cart)));
    work.best.clear();
    work.best.resize(work.lines.len(), None);
    work.offers.clear();
    let mut covered = std::mem::take(&mut work.chosen);
    for place in 0..hits.found.len() {
        let number = hits.found[place];
        let rule = &rules.items[number as usize];
        covered.clear();
        hits.take_lines(number, &mut covered);
        cover(work, rule, &mut covered);
        if covered.is_empty() {
            continue;
        }
        if let Some(code) = rule.head.unmet(inputs.cart, &work.segments) {
            watch.left(Left::new(Source::Item(number), rule.what.into(), code));
            continue;
        }
        let verdicts = if rule.what == What::MemberPrice { verdicts[1].1 } else { verdicts[0].1 };
        let lacks = lacked(inputs, work, rule, verdicts, &covered);
        if !lacks.is_none() {
            watch.left(Left { lacks, ..Left::new(Source::Item(number), rule.what.into(), lacks.code()) });
            continue;
        }
        for line in &covered {
            match verdicts.on(work.lines[*line as usize].class) {
                Ok(()) => offer::<W>(work, number, rule, *line),
                Err(code) => watch.left(left(number, rule, *line, code)),
            }
        }
    }
    covered.clear();
    work.chosen = covered;
    explain(inputs, work, watch);
    take_best(inputs, work);
}

/// What the lines that a rule may have lack.
fn lacked(inputs: Inputs<'_>, work: &Work, rule: &Item, verdicts: Verdicts, covered: &[u32]) -> Needs {
    if rule.needs.is_none() {
        return Needs::default();
    }
    let may_have = |line: &&u32| verdicts.on(work.lines[**line as usize].class).is_ok();
    let lines: Vec<u32> = covered.iter().filter(may_have).copied().collect();
    lacking(rule.needs, inputs, work, &lines)
}

fn left(number: u32, rule: &Item, line: u32, code: Code) -> Left {
    Left { line: Some(line), ..Left::new(Source::Item(number), rule.what.into(), code) }
}

/// Adds the lines that a rule for all goods covers; the index names those of the others.
fn cover(work: &Work, rule: &Item, covered: &mut Vec<u32>) {
    let lines = work.lines.iter().zip(0_u32..);
    covered.extend(lines.filter(|(line, _)| rule.head.reach.covers(line)).map(|(_, at)| at));
}

/// Notes what a line would cost, and whether nothing before it is as cheap.
fn offer<W: Watch>(work: &mut Work, number: u32, rule: &Item, at: u32) {
    let line = &work.lines[at as usize];
    let off = rule.benefit.off(Money::from_minor(line.unit), line.quantity);
    let wished = line.list - off.minor();
    let price = wished.max(line.floor).min(line.list);
    let offer = Offer { rule: number, line: at, price, lost: price - wished };
    if price < line.list {
        let best = &mut work.best[at as usize];
        if best.is_none_or(|best| price < best.price) {
            *best = Some(offer);
        }
    }
    if W::ON {
        work.offers.push(offer);
    }
}

/// Says why each offer that was not taken was left, and which was lifted to the floor.
fn explain<W: Watch>(inputs: Inputs<'_>, work: &Work, watch: &mut W) {
    for offer in &work.offers {
        let rule = &inputs.rules.items[offer.rule as usize];
        let code = match work.best[offer.line as usize] {
            Some(best) if best.rule == offer.rule => (offer.lost > 0).then_some(Code::PriceFloor),
            Some(_) => Some(Code::BetterPrice),
            None if offer.lost > 0 => Some(Code::PriceFloor),
            None => Some(Code::NoSaving),
        };
        if let Some(code) = code {
            watch.left(left(offer.rule, rule, offer.line, code));
        }
    }
}

/// Takes the best offers: one entry a campaign, with all its lines.
fn take_best(inputs: Inputs<'_>, work: &mut Work) {
    let mut offers = std::mem::take(&mut work.offers);
    offers.clear();
    offers.extend(work.best.iter().flatten());
    offers.sort_unstable();
    for of_rule in offers.chunk_by(|a, b| a.rule == b.rule) {
        let Some(number) = of_rule.first().map(|offer| offer.rule) else { continue };
        let rule = &inputs.rules.items[number as usize];
        let kind = AdjustmentKind::from(rule.what);
        let source = Source::Item(number);
        let sum = |of: fn(&Work, &Offer) -> i64| of_rule.iter().map(|offer| of(work, offer)).sum();
        let off = |work: &Work, offer: &Offer| work.lines[offer.line as usize].list - offer.price;
        let applied = Applied {
            source,
            kind,
            funder: Funder::Merchant,
            amount: sum(off),
            base: sum(|work, offer| work.lines[offer.line as usize].list),
            lost: sum(|_, offer| offer.lost),
        };
        work.applied.push(applied);
        for offer in of_rule {
            let amount = off(work, offer);
            work.slots[offer.line as usize].take(amount);
            work.discounted[offer.line as usize] = true;
            work.note(offer.line, amount);
        }
    }
    offers.clear();
    work.offers = offers;
}
