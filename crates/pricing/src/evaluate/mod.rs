//! The layers in their order (A-S1-7): presale gain, item promotions, unit promotions, order promotions, gifts, freight,
//! coupons, virtual assets. Each works on what the earlier ones left, and each asks the stacking table.
//! The payment coupon comes at the cashier and is no part of a quote.

mod assets;
mod coupons;
mod freight;
mod gifts;
mod inputs;
mod items;
mod lacking;
mod orders;
mod presale;
mod units;

use crate::{coupons::Bound, index::Hits, reasons::Watch, work::Work};
use domain::Refusal;
pub(crate) use inputs::Inputs;

/// Runs all layers over the lines as `work` holds them after [`Work::begin`].
pub(crate) fn run<W: Watch>(
    inputs: Inputs<'_>,
    work: &mut Work,
    hits: &mut Hits,
    watch: &mut W,
) -> Result<Option<Bound>, Refusal> {
    presale::run(inputs, work);
    items::run(inputs, work, hits, watch);
    units::run(inputs, work, hits, watch);
    orders::run(inputs, work, hits, watch);
    gifts::run(inputs, work, hits, watch);
    freight::run(inputs, work, hits, watch);
    let bound = coupons::run(inputs, work, watch)?;
    assets::run(inputs, work, watch);
    Ok(bound)
}
