//! Every kind's form, and reading terms by the kind's name.

use super::{field::Form, kinds::Terms, terms::KindTerms};
use crate::Violation;
use serde_json::Value;

/// A kind of campaign as an operator meets it.
#[derive(Debug)]
pub struct KindForm {
    /// The kind's stable name.
    pub name: &'static str,
    /// What is filled in for it.
    pub form: Form,
    read: fn(&Value) -> Result<Terms, Vec<Violation>>,
}

impl KindForm {
    const fn new<T: KindTerms>(read: fn(&Value) -> Result<Terms, Vec<Violation>>) -> Self {
        Self { name: T::NAME, form: T::FORM, read }
    }
    /// Reads terms of this kind; what cannot be read is named, field by field.
    pub fn read(&self, terms: &Value) -> Result<Terms, Vec<Violation>> {
        (self.read)(terms)
    }
}

macro_rules! forms_of_kinds {
    ($($(#[$about:meta])* $Kind:ident: $module:ident,)+) => {
        /// Every kind, in the order of [`Terms::KINDS`].
        pub const KINDS: &[KindForm] = &[
            $(KindForm::new::<super::$module::Terms>(|terms| KindTerms::read(terms).map(Terms::$Kind))),+
        ];
    };
}
kinds!(forms_of_kinds);

/// The kind of that name; `None` where there is none.
pub fn kind(name: &str) -> Option<&'static KindForm> {
    KINDS.iter().find(|kind| kind.name == name)
}
