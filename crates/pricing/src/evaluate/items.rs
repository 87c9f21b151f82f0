//! Item promotions: each line takes the one that makes it cheapest, or the first exclusive one by priority; ties go to
//! the first by priority, then to the smallest campaign id. Those that stack come on top. A
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
    work.stacked.clear();
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
        let verdicts = if rule.what == What::MemberPrice { verdicts[1].1 } else { verdicts[0].1 };
        if let Err((code, lacks)) = asked(inputs, work, rule, verdicts, &covered) {
            watch.left(Left { lacks, ..Left::new(Source::Item(number), rule.what.into(), code) });
            continue;
        }
        for line in &covered {
            match verdicts.on(work.lines[*line as usize].class) {
                Ok(()) if rule.stacks => work.stacked.push((number, *line)),
                Ok(()) => offer::<W>(inputs, work, number, *line),
                Err(code) => watch.left(left(number, rule, *line, code)),
            }
        }
    }
    covered.clear();
    work.chosen = covered;
    explain(inputs, work, watch);
    take_best(inputs, work);
    stack(inputs, work, watch);
}

/// Whether a promotion works for the cart; else why not, and what is lacking.
fn asked(
    inputs: Inputs<'_>,
    work: &Work,
    rule: &Item,
    verdicts: Verdicts,
    covered: &[u32],
) -> Result<(), (Code, Needs)> {
    let none = Needs::default();
    if let Some(code) = rule.head.unmet(inputs.cart, work.stand_now()) {
        return Err((code, none));
    }
    let lacks = lacked(inputs, work, rule, verdicts, covered);
    if !lacks.is_none() {
        return Err((lacks.code(), lacks));
    }
    let code = above(work, rule, covered).or_else(|| over_budget(inputs, work, rule, covered));
    code.map_or(Ok(()), |code| Err((code, none)))
}

/// Whether its budget is too small for all the lines, whichever of them take it.
fn over_budget(inputs: Inputs<'_>, work: &Work, rule: &Item, covered: &[u32]) -> Option<Code> {
    rule.head.limits.as_ref()?;
    let line = |line: &u32| &work.lines[*line as usize];
    let off = covered
        .iter()
        .map(line)
        .map(|line| rule.benefit.off(Money::from_minor(line.unit), line.quantity).minor());
    rule.head.over_budget(inputs.cart, off.sum())
}

/// Whether the lines cost more than the rule is for.
fn above(work: &Work, rule: &Item, covered: &[u32]) -> Option<Code> {
    rule.head.when.as_ref()?;
    rule.head.above(covered.iter().map(|line| work.slots[*line as usize].base).sum())
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

/// Notes what a line would cost, and whether nothing before it is as cheap. The first exclusive one takes the line.
fn offer<W: Watch>(inputs: Inputs<'_>, work: &mut Work, number: u32, at: u32) {
    let rule = &inputs.rules.items[number as usize];
    let line = &work.lines[at as usize];
    let off = rule.benefit.off(Money::from_minor(line.unit), line.quantity);
    let wished = line.list - off.minor();
    let price = wished.max(line.floor).min(line.list);
    let offer = Offer { rule: number, line: at, price, lost: price - wished };
    if price < line.list {
        let best = &mut work.best[at as usize];
        let is_taken = best.is_some_and(|best| inputs.rules.items[best.rule as usize].exclusive);
        if !is_taken && (rule.exclusive || best.is_none_or(|best| price < best.price)) {
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
            Some(best) if inputs.rules.items[best.rule as usize].exclusive => Some(Code::NotStackable),
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

/// Takes those that stack off what is left of their lines, by priority, then campaign id.
fn stack<W: Watch>(inputs: Inputs<'_>, work: &mut Work, watch: &mut W) {
    let stacked = std::mem::take(&mut work.stacked);
    for of_rule in stacked.chunk_by(|a, b| a.0 == b.0) {
        let Some((number, _)) = of_rule.first().copied() else { continue };
        let rule = &inputs.rules.items[number as usize];
        let applied = work.applied.len();
        let (source, kind) = (Source::Item(number), AdjustmentKind::from(rule.what));
        work.applied.push(Applied { source, kind, funder: Funder::Merchant, amount: 0, base: 0, lost: 0 });
        for (_, at) in of_rule {
            let best = work.best[*at as usize];
            if best.is_some_and(|best| inputs.rules.items[best.rule as usize].exclusive) {
                watch.left(left(number, rule, *at, Code::NotStackable));
                continue;
            }
            let (base, room) = (work.slots[*at as usize].base, work.slots[*at as usize].room.max(0));
            let wished =
                rule.benefit.off_rest(Money::from_minor(base), work.lines[*at as usize].quantity).minor();
            let amount = wished.min(room);
            if amount == 0 {
                let code = if wished > 0 { Code::PriceFloor } else { Code::NoSaving };
                watch.left(left(number, rule, *at, code));
                continue;
            }
            let step = &mut work.applied[applied];
            (step.amount, step.base, step.lost) =
                (step.amount + amount, step.base + base, step.lost + wished - amount);
            work.slots[*at as usize].take(amount);
            work.discounted[*at as usize] = true;
            work.note(*at, amount);
        }
        if work.applied[applied].amount == 0 {
            work.applied.pop();
        }
    }
    work.stacked = stacked;
}
