//! Takes chosen coupons off the slots, and keeps how every step was found and left.

use super::{
    Taken,
    offer::{Miss, Offer, STEPS},
};
use crate::slots::{Scratch, Slot};

/// The slots around a step.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// As the step found them.
    pub(super) start: Vec<Slot>,
    /// The bases of its start with the rooms of its end: what one more coupon of the step would find.
    pub(super) end: Vec<Slot>,
}

/// What came of a combination.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    pub(super) taken: Vec<Taken>,
    pub(super) steps: Vec<Step>,
    pub(super) freight: i64,
}

/// Takes the chosen offers off, step by step and by coupon id within a step. A combination with a coupon
/// that takes nothing off is not admissible: the first such coupon is the error.
pub(super) fn replay(
    offers: &[Offer],
    chosen: &[bool],
    slots: &mut [Slot],
    freight: i64,
) -> Result<Replay, (usize, Miss)> {
    let mut result = Replay { taken: Vec::new(), steps: Vec::with_capacity(STEPS), freight };
    let (mut scratch, mut shares) = (Scratch::default(), Vec::new());
    for step in 0..STEPS {
        let start = slots.to_vec();
        let mut members: Vec<usize> =
            (0..offers.len()).filter(|at| chosen[*at] && offers[*at].step() == step).collect();
        members.sort_by_key(|at| offers[*at].rank);
        let mut cuts: Vec<(u32, i64)> = Vec::new();
        for at in members {
            let offer = &offers[at];
            let base = offer.base(slots);
            let amount =
                offer.take(slots, result.freight, &mut scratch, &mut shares).map_err(|miss| (at, miss))?;
            let parts = offer.lines.iter().zip(&shares).map(|(line, share)| (*line, *share));
            let parts: Vec<(u32, i64)> = parts.filter(|(_, share)| *share > 0).collect();
            for (line, share) in &parts {
                slots[*line as usize].room -= share;
            }
            let off_freight = if parts.is_empty() { amount } else { 0 };
            result.freight -= off_freight;
            cuts.extend(&parts);
            result.taken.push(Taken {
                index: offer.index,
                amount,
                base,
                shares: parts,
                freight: off_freight,
            });
        }
        result.steps.push(Step { start, end: slots.to_vec() });
        for (line, share) in cuts {
            slots[line as usize].base -= share;
        }
    }
    Ok(result)
}
