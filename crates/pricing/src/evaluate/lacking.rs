//! What lines lack of the pieces and different goods that a rule needs.

use super::Inputs;
use crate::{needs::Needs, work::Work};
use domain::Sku;

pub(super) fn lacking(needs: Needs, inputs: Inputs<'_>, work: &Work, lines: &[u32]) -> Needs {
    if needs.is_none() {
        return needs;
    }
    let pieces = lines.iter().map(|line| work.lines[*line as usize].quantity).sum::<i64>();
    let goods = if needs.goods > 1 { different(inputs, work, lines) } else { i64::from(!lines.is_empty()) };
    Needs { pieces: (needs.pieces - pieces).max(0), goods: (needs.goods - goods).max(0) }
}

/// Rules know the names of their own goods alone, so these are told apart by the cart's.
fn different(inputs: Inputs<'_>, work: &Work, lines: &[u32]) -> i64 {
    let sku = |line: &u32| &inputs.cart.lines[work.lines[*line as usize].place as usize].sku;
    let mut skus: Vec<&Sku> = lines.iter().map(sku).collect();
    skus.sort_unstable();
    skus.dedup();
    i64::try_from(skus.len()).unwrap_or(i64::MAX)
}
