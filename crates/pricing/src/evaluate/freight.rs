//! Freight, by the sum of the ordinary lines after promotions and before coupons. Presale lines ship free
//! and count for nothing (S1-R12, S1-R25, A-S1-21).

use super::Inputs;
use crate::{stacking::LineClass, work::Work};

pub(super) fn run(inputs: Inputs<'_>, work: &mut Work) {
    let Some(freight) = inputs.cart.freight else { return };
    let ordinary = work.lines.iter().zip(&work.slots).filter(|(line, _)| line.class == LineClass::Ordinary);
    let sums = ordinary.fold(None, |sum: Option<i64>, (_, slot)| Some(sum.unwrap_or(0) + slot.base));
    if sums.is_some_and(|sum| sum < freight.threshold.minor()) {
        work.freight = freight.fee.minor();
        work.freight_fee = work.freight;
    }
}
