//! Every kind's form, and reading terms by the kind's name.

use super::field::{Form, KindForm};
use super::{Terms, presale, promotion, recovery};
use crate::Violation;
use serde_json::Value;

/// A kind of campaign as an operator meets it.
#[derive(Debug)]
pub struct Kind {
    /// Its stable name.
    pub name: &'static str,
    /// What is filled in for it.
    pub form: Form,
    read: fn(&Value) -> Result<Terms, Vec<Violation>>,
}

impl Kind {
    const fn new<T: KindForm>(name: &'static str, read: fn(&Value) -> Result<Terms, Vec<Violation>>) -> Self {
        Self { name, form: T::FORM, read }
    }
    /// Reads terms of this kind; what cannot be read is named, field by field.
    pub fn read(&self, terms: &Value) -> Result<Terms, Vec<Violation>> {
        (self.read)(terms)
    }
}

/// Every kind, in the order of [`Terms::KINDS`].
pub const KINDS: &[Kind] = &[
    Kind::new::<recovery::Terms>("recovery", |terms| KindForm::read(terms).map(Terms::Recovery)),
    Kind::new::<promotion::ItemTerms>("item_promotion", |terms| {
        KindForm::read(terms).map(Terms::ItemPromotion)
    }),
    Kind::new::<promotion::OrderTerms>("order_promotion", |terms| {
        KindForm::read(terms).map(Terms::OrderPromotion)
    }),
    Kind::new::<promotion::GiftTerms>("gift_promotion", |terms| {
        KindForm::read(terms).map(Terms::GiftPromotion)
    }),
    Kind::new::<presale::Terms>("presale", |terms| KindForm::read(terms).map(Terms::Presale)),
    Kind::new::<promotion::FloorTerms>("price_floor", |terms| KindForm::read(terms).map(Terms::PriceFloor)),
];

/// The kind of that name; `None` where there is none.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
