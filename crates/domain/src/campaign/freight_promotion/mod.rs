//! Less freight, without a coupon (运费促销).

mod react;
mod terms;

pub use react::Kind;
pub use terms::{Terms, Tier};
