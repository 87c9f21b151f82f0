//! A price of its own for a line's goods (单品促销).

mod react;
mod terms;

pub use react::Kind;
pub use terms::{ItemBenefit, Terms};
