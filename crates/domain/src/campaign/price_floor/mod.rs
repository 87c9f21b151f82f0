//! The lowest prices that the merchant allows, whatever runs.

mod react;
mod terms;

pub use react::Kind;
pub use terms::{Floor, Terms};
