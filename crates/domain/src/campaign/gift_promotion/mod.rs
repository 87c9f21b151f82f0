//! Goods that come along (赠品促销).

mod react;
mod terms;

pub use react::Kind;
pub use terms::{Gift, Terms};
