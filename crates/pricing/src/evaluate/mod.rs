//! The layers in their order (A-S1-7): presale gain, item promotions, order promotions, gifts, freight,
//! coupons, virtual assets. Each works on what the earlier ones left, and each asks the stacking table.
//! The payment coupon comes at the cashier and is no part of a quote.

mod assets;
mod coupons;
mod facts;
mod freight;
mod gifts;
mod items;
mod orders;
mod presale;

use crate::{coupons::Bound, index::Hits, reasons::Watch, work::Work};
use domain::Refusal;
pub(crate) use facts::Facts;

/// Runs all layers over the lines as `work` holds them after [`Work::begin`].
pub(crate) fn run<W: Watch>(
    facts: Facts<'_>,
    work: &mut Work,
    hits: &mut Hits,
    watch: &mut W,
) -> Result<Option<Bound>, Refusal> {
    presale::run(facts, work);
    items::run(facts, work, hits, watch);
    orders::run(facts, work, hits, watch);
    gifts::run(facts, work, hits, watch);
    freight::run(facts, work);
    let bound = coupons::run(facts, work, watch)?;
    assets::run(facts, work, watch);
    Ok(bound)
}
