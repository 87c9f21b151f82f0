//! A kind's form: its fields, the rules between them, and an example.

use super::types::{Field, Words};
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
    /// The fields that may not change any more and differ between what was published and what comes next.
    pub fn fixed(&self, published: &Value, next: &Value) -> Vec<Violation> {
        let differs = |field: &&Field| published[field.name] != next[field.name];
        let differing = self.fields.iter().filter(differs);
        let told = differing.filter_map(|field| Some((field.name, field.fixed?)));
        let told = told
            .map(|(name, reason)| Violation::with(format!("terms.{name}"), Code::ImmutableField, reason.en));
        told.collect()
    }
}
