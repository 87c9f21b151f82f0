//! What a merchant fills in, as data: each field's name, type, limits, default, labels and help.
//!
//! A kind declares its [`Form`] beside its terms, as a constant. From that one declaration follow the reading of
//! JSON (`read`), the limits as violations (`gauge`), the schema of the `OpenAPI` document, the merchant's form and
//! the page `docs/terms.md`. What compares one field with another stays code, and is told in the form's rules.
//!
//! Always holds: a form has the names, defaults and words of its struct, in their order (`tests/forms.rs`).

mod form;
mod gauge;
mod multiplier;
mod path;
mod read;
mod types;

pub use form::Form;
pub use gauge::{Filled, Gauge};
pub use multiplier::Multiplier;
pub use read::read;
pub use types::{Amount, Choice, Field, Fixed, List, Need, Text, Type, Unit, Unless, Whole, Words};
