//! A benefit for units, in groups (件数促销): buy X get Y, the n-th item, N for a price, bundles, at most N units.

mod form;
mod goods;
mod react;
mod terms;

pub use goods::Goods;
pub use react::Kind;
pub use terms::{Benefit, Pick, Terms};
