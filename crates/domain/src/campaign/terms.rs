//! What the terms of every kind can do.

use super::field::{Filled, Form, read};
use super::promotion::Limits;
use crate::{Code, Instant, Violation, catalog::Scope, shop::Shop, time::Window};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;

/// What stands around terms when they are checked.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// What the campaign is called.
    pub name: &'a str,
    /// When the campaign runs.
    pub period: Window,
    /// The goods.
    pub scope: &'a Scope,
    /// The shop.
    pub shop: &'a Shop,
    /// When the period was chosen.
    pub now: Instant,
}

impl Frame<'_> {
    /// Appends what is wrong with the period: it ends after it starts.
    pub fn check_period(&self, found: &mut Vec<Violation>) {
        if self.period.ends_at <= self.period.starts_at {
            found.push(Violation::with("ends_at", Code::OutOfRange, "after the start"));
        }
    }
}

/// Where the fields of terms stand in a request.
const AT: &str = "terms";

/// Terms of a kind of campaign: what the merchant fills in. They know neither the campaign nor another kind.
pub trait KindTerms: Filled + Debug + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The kind's stable name, in the API and in stored documents.
    const NAME: &'static str;
    /// What is filled in, told as data: its fields with their limits and words.
    const FORM: Form;

    /// Reads terms by their form; what cannot be read is named, field by field.
    fn read(terms: &Value) -> Result<Self, Vec<Violation>> {
        read(Self::FIELDS, terms, AT)
    }
    /// Appends what does not go together: rules that compare fields with each other, told in the form's rules.
    fn check_together(&self, _found: &mut Vec<Violation>) {}
    /// Appends everything that breaks a rule in the terms themselves: the limits of each field, and what does not go
    /// together.
    fn check_terms(&self, found: &mut Vec<Violation>) {
        self.check_limits(AT, found);
        self.check_together(found);
    }
    /// Appends everything that breaks a rule, of the period too.
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        frame.check_period(found);
    }
    /// What is allowed but deserves a second look.
    fn warnings(&self, _: &Frame<'_>) -> Vec<Violation> {
        Vec::new()
    }
    /// Coupons that the campaign may issue; `None` where it issues none.
    fn quantity(&self) -> Option<u64> {
        None
    }
    /// How often and for how much it is given; `None` where that is not limited.
    fn limits(&self) -> Option<&Limits> {
        None
    }
    /// The terms as the API shows them: with the defaults that are not stored.
    fn to_json(&self) -> Value {
        Self::FORM.with_defaults(serde_json::to_value(self).unwrap_or_default())
    }
}
