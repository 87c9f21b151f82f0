//! Gifts: all of them for every unit of a main item, or one an order out of a pool. For presale lines
//! with the deposit only (S1-R11), outside the main process main-item gifts only (S1-R15).

use super::inputs::{Inputs, Verdicts};
use crate::{
    index::{Hits, Wanted, count},
    quote::AdjustmentKind,
    reasons::{Left, Watch},
    stacking::What,
    work::{Earned, Source, Work},
};

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, hits: &mut Hits, watch: &mut W) {
    let rules = inputs.rules;
    if rules.gift_index.is_empty() {
        return;
    }
    rules.gift_index.gather(&work.lines, Wanted::Every, hits);
    let mut mains = std::mem::take(&mut work.chosen);
    for place in 0..hits.found.len() {
        let number = hits.found[place];
        let rule = &rules.gifts[number as usize];
        let left = |code| Left::new(Source::Gifts(number), AdjustmentKind::from(rule.what), code);
        mains.clear();
        hits.take_lines(number, &mut mains);
        if let Some(code) = rule.head.unmet(inputs.cart, work.stand_now()) {
            watch.left(left(code));
            continue;
        }
        let verdicts = Verdicts::of(rule.what, inputs.cart);
        let first = mains.first().map(|line| work.lines[*line as usize].class);
        mains.retain(|line| verdicts.on(work.lines[*line as usize].class).is_ok());
        if mains.is_empty() {
            if let Some(Err(code)) = first.map(|class| verdicts.on(class)) {
                watch.left(left(code));
            }
            continue;
        }
        let units: i64 = mains.iter().map(|line| work.lines[*line as usize].quantity).sum();
        let times = if rule.what == What::PoolGift { 1 } else { units.unsigned_abs() };
        for (place, gift) in rule.gifts.iter().enumerate() {
            let quantity = gift.quantity.saturating_mul(times);
            work.earned.push(Earned { rule: number, gift: count(place), quantity });
        }
    }
    mains.clear();
    work.chosen = mains;
}
