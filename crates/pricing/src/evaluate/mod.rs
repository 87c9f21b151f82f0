//! The layers in their order (A-S1-7): presale gain, item promotions, order promotions, gifts, freight,
//! coupons, virtual assets. Each works on what the earlier ones left, and each asks the stacking table.
//! The payment coupon comes at the cashier and is no part of a quote.

mod assets;
mod coupons;
mod freight;
mod gifts;
mod items;
mod orders;
mod presale;

use crate::{
    cart::Cart,
    compile::RuleSet,
    coupons::Bound,
    index::Hits,
    reasons::Watch,
    stacking::{LineClass, What, allowed},
    work::Work,
};
use domain::{Code, Refusal};

/// What every layer reads.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub rules: &'a RuleSet,
    pub cart: &'a Cart,
}

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

/// The stacking table's answers for one thing: by class, in the order of [`LineClass::ALL`].
#[derive(Clone, Copy)]
struct Verdicts([Result<(), Code>; 3]);

impl Verdicts {
    fn of(what: What, cart: &Cart) -> Self {
        Self(LineClass::ALL.map(|class| allowed(what, class, cart.stage)))
    }
    const fn on(self, class: LineClass) -> Result<(), Code> {
        match class {
            LineClass::Ordinary => self.0[0],
            LineClass::PresaleMain => self.0[1],
            LineClass::PresaleOutside => self.0[2],
        }
    }
}
