//! What every layer reads: the rules, the cart, and the stacking table's answers.

use crate::{
    cart::Cart,
    compile::RuleSet,
    stacking::{LineClass, What, allowed},
};
use domain::Code;

/// What every layer reads.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub rules: &'a RuleSet,
    pub cart: &'a Cart,
}

/// The stacking table's answers for one thing: by class, in the order of [`LineClass::ALL`].
#[derive(Clone, Copy)]
pub(super) struct Verdicts([Result<(), Code>; 3]);

impl Verdicts {
    pub(super) fn of(what: What, cart: &Cart) -> Self {
        Self(LineClass::ALL.map(|class| allowed(what, class, cart.stage)))
    }
    pub(super) const fn on(self, class: LineClass) -> Result<(), Code> {
        match class {
            LineClass::Ordinary => self.0[0],
            LineClass::PresaleMain => self.0[1],
            LineClass::PresaleOutside => self.0[2],
        }
    }
}
