//! A kind's form: its fields, the rules between them, and an example.

use super::gauge::Filled;
use super::read::read;
use super::types::{Field, Words};
use crate::{Code, Violation};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is filled in for a kind.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// What the kind is called.
    pub label: Words,
    /// What it does, as a sentence.
    pub help: Words,
    /// The fields of its terms, in the order of a form.
    pub fields: &'static [Field],
    /// Rules that compare fields with each other. Code checks them; these tell them.
    pub rules: &'static [Words],
    /// Terms that could be published, as JSON.
    pub example: &'static str,
}

/// Where the fields of terms stand in a request.
const AT: &str = "terms";

impl Form {
    /// Appends the fields that may not change any more and differ between what was published and what comes next.
    pub fn check_fixed(&self, published: &Value, next: &Value, found: &mut Vec<Violation>) {
        for field in self.fields {
            if let Some(reason) = field.fixed.filter(|_| published[field.name] != next[field.name]) {
                found.push(Violation::with(format!("{AT}.{}", field.name), Code::ImmutableField, reason.en));
            }
        }
    }
}

/// Terms of a kind, which are filled in by a form.
pub trait KindForm: Filled + DeserializeOwned {
    /// The form.
    const FORM: Form;
    /// Reads terms; what cannot be read is named, field by field.
    fn read(value: &Value) -> Result<Self, Vec<Violation>> {
        read(Self::FIELDS, value, AT)
    }
    /// Appends every term that lies outside its limits.
    fn check_terms(&self, found: &mut Vec<Violation>) {
        self.check_limits(AT, found);
    }
}
