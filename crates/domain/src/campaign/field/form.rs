//! A kind's form: its fields, the rules between them, and an example.

use super::types::{Field, Unless, Words};
use crate::{Code, Violation};
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

impl Form {
    /// Whether a field stays as it is once the campaign is published.
    pub fn has_fixed(&self) -> bool {
        self.fields.iter().any(|field| field.fixed.is_some())
    }
    /// The fields that may not change any more and differ between what was published, oldest first, and what comes next.
    pub fn fixed(&self, published: &[Value], next: &Value) -> Vec<Violation> {
        let told = self.fields.iter().filter_map(|field| {
            let fixed = field.fixed?;
            let default = field.default_value();
            let is_given_up = fixed.unless == Unless::Default && next.get(field.name) == default.as_ref();
            let was = published.last().map(|terms| &terms[field.name]);
            let differs = !is_given_up && was.is_some_and(|was| *was != next[field.name]);
            let name = || format!("terms.{}", field.name);
            differs.then(|| Violation::with(name(), Code::ImmutableField, fixed.reason.en))
        });
        told.collect()
    }
    /// Terms with the default of each field that was left out.
    pub fn with_defaults(&self, mut terms: Value) -> Value {
        if let Some(given) = terms.as_object_mut() {
            for field in
                self.fields.iter().filter(|field| !given.contains_key(field.name)).collect::<Vec<_>>()
            {
                given.extend(field.default_value().map(|value| (field.name.to_owned(), value)));
            }
        }
        terms
    }
}
