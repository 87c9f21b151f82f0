//! Spend so much, save so much, over the goods in scope (总价促销).

mod react;
mod terms;

pub use react::Kind;
pub use terms::Terms;
