//! All coupons of a list, as far as they may stand together.

use super::offer::{Offer, STEPS};
use crate::slots::{Scratch, Slot};

/// Marks the offers that are taken: step by step each that reaches its threshold and takes something off,
/// unless one excludes it that comes before it by kind, larger saving alone at the step's start, smaller
/// id. Takes the shares off the slots.
pub(super) fn choose(offers: &[Offer], slots: &mut [Slot], freight: i64) -> Vec<bool> {
    let mut chosen = vec![false; offers.len()];
    let mut scratch = Scratch::default();
    let mut shares = Vec::new();
    for step in 0..STEPS {
        let mut able: Vec<(usize, i64)> = Vec::new();
        for (at, offer) in offers.iter().enumerate().filter(|(_, offer)| offer.step() == step) {
            if let Ok(amount) = offer.take(slots, freight, &mut scratch, &mut shares) {
                able.push((at, amount));
            }
        }
        able.sort_by(|a, b| offers[a.0].before(a.1, &offers[b.0], b.1));
        let mut standing: Vec<usize> = Vec::new();
        for (at, _) in able {
            if !standing.iter().any(|other| offers[*other].excludes(&offers[at])) {
                standing.push(at);
            }
        }
        standing.sort_by_key(|at| offers[*at].rank);
        let mut cuts: Vec<(u32, i64)> = Vec::new();
        for at in standing {
            // Refused here are Jing coupons on the same lines as earlier ones, when no room is left.
            if offers[at].take(slots, freight, &mut scratch, &mut shares).is_ok() {
                chosen[at] = true;
                for (line, share) in offers[at].lines.iter().zip(&shares) {
                    slots[*line as usize].room -= share;
                    cuts.push((*line, *share));
                }
            }
        }
        for (line, share) in cuts {
            slots[line as usize].base -= share;
        }
    }
    chosen
}
