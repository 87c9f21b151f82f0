//! Freight, by the sum of the ordinary lines after promotions and before coupons. Presale lines ship free
//! and count for nothing (S1-R12, S1-R25, A-S1-21).
//!
//! Then freight promotions, by priority, then campaign id: each works on the freight that the earlier ones left.

use super::{Inputs, inputs::Verdicts, lacking::lacking};
use crate::{
    freight::Lowers,
    index::{Hits, UNKNOWN, Wanted},
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Near, Watch},
    stacking::{LineClass, What},
    work::{Applied, Source, Work},
};
use domain::{Code, campaign::promotion::FreightTier};
use money::Money;

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, hits: &mut Hits, watch: &mut W) {
    fee(inputs, work);
    let rules = inputs.rules;
    if rules.freight_index.is_empty() || (work.freight == 0 && !W::ON) {
        return;
    }
    let sum = work.slots.iter().map(|slot| slot.base).sum();
    let wanted = if W::ON { Wanted::Every } else { Wanted::Reached(sum, &work.segments) };
    rules.freight_index.gather(&work.lines, wanted, hits);
    let verdicts = Verdicts::of(What::FreightPromotion, inputs.cart);
    let mut groups = vec![false; rules.freight_groups];
    let mut lines = std::mem::take(&mut work.chosen);
    for place in 0..hits.found.len() {
        let number = hits.found[place];
        let rule = &rules.freights[number as usize];
        lines.clear();
        hits.take_lines(number, &mut lines);
        let covered = work.lines.iter().zip(0_u32..);
        lines.extend(covered.filter(|(line, _)| rule.head.reach.covers(line)).map(|(_, at)| at));
        let first = lines.first().map(|line| work.lines[*line as usize].class);
        lines.retain(|line| verdicts.on(work.lines[*line as usize].class).is_ok());
        let Some(first) = first else { continue };
        let asked = Asked { number, rule };
        let taken_before = groups.get(rule.group as usize).copied().unwrap_or(false);
        let result = match (verdicts.on(first), rule.head.unmet(inputs.cart, work.stand_now())) {
            (Err(code), _) if lines.is_empty() => Err(asked.left(code)),
            (_, Some(code)) => Err(asked.left(code)),
            _ if work.freight == 0 => Err(asked.left(Code::NoFreightToReduce)),
            _ if taken_before => Err(asked.left(Code::NotStackable)),
            _ => asked.apply(inputs, work, &lines, watch),
        };
        match result {
            Err(left) => watch.left(left),
            Ok(()) if rule.group != UNKNOWN => groups[rule.group as usize] = true,
            Ok(()) => {}
        }
    }
    lines.clear();
    work.chosen = lines;
}

/// What the shop asks for shipping.
fn fee(inputs: Inputs<'_>, work: &mut Work) {
    let Some(freight) = inputs.cart.freight else { return };
    let ordinary = work.lines.iter().zip(&work.slots).filter(|(line, _)| line.class == LineClass::Ordinary);
    let sums = ordinary.fold(None, |sum: Option<i64>, (_, slot)| Some(sum.unwrap_or(0) + slot.base));
    if sums.is_some_and(|sum| sum < freight.threshold.minor()) {
        work.freight = freight.fee.minor();
        work.freight_fee = work.freight;
    }
}

/// A promotion that is asked about.
#[derive(Clone, Copy)]
struct Asked<'a> {
    number: u32,
    rule: &'a Lowers,
}

impl Asked<'_> {
    fn left(self, code: Code) -> Left {
        Left::new(Source::Freight(self.number), AdjustmentKind::FreightPromotion, code)
    }

    /// Takes it off the freight; else why not.
    fn apply<W: Watch>(
        self,
        inputs: Inputs<'_>,
        work: &mut Work,
        lines: &[u32],
        watch: &mut W,
    ) -> Result<(), Left> {
        let rule = self.rule;
        let base: i64 = lines.iter().map(|line| work.slots[*line as usize].base).sum();
        let freight = Money::from_minor(work.freight);
        let off = |tier: &FreightTier| tier.off(freight).map_or(0, Money::minor);
        let lacks = lacking(rule.needs, inputs, work, lines);
        let reached = rule.tiers.partition_point(|tier| tier.spend.minor() <= base);
        let (source, kind) = (Source::Freight(self.number), AdjustmentKind::FreightPromotion);
        let now = reached.checked_sub(1).map_or(0, |tier| off(&rule.tiers[tier]));
        if W::ON {
            let next = rule.tiers.get(reached);
            let (shortfall, then) = next.map_or((0, now), |tier| (tier.spend.minor() - base, off(tier)));
            let saving = if lacks.is_none() { then - now } else { then };
            if shortfall > 0 || !lacks.is_none() {
                watch.near(Near { source, kind, base, shortfall, lacks, saving });
            }
        }
        if reached == 0 {
            let shortfall = rule.tiers.first().map(|tier| tier.spend.minor() - base);
            return Err(Left { base: Some(base), shortfall, lacks, ..self.left(Code::BelowThreshold) });
        }
        if !lacks.is_none() {
            return Err(Left { base: Some(base), lacks, ..self.left(lacks.code()) });
        }
        if let Some(code) = rule.head.above(base) {
            return Err(Left { base: Some(base), ..self.left(code) });
        }
        if now == 0 {
            return Err(Left { base: Some(base), ..self.left(Code::NoSaving) });
        }
        if let Some(code) = rule.head.over_budget(inputs.cart, now) {
            return Err(Left { base: Some(base), ..self.left(code) });
        }
        work.freight -= now;
        work.applied.push(Applied { source, kind, funder: Funder::Merchant, amount: now, base, lost: 0 });
        Ok(())
    }
}
