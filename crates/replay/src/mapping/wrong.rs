//! What is wrong in a mapping file.

use domain::Violation;
use money::Currency;

/// A field and what is wrong with it, before the file's name is added.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub field: String,
    pub message: String,
}

impl Wrong {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
    /// What breaks a rule, with its amounts in that currency (A-G-12).
    pub fn of(field: impl Into<String>, found: &Violation, currency: Currency) -> Self {
        Self::new(field, found.message.text(currency))
    }
}
