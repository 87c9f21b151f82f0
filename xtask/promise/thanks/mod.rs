//! Thanks: a kind of campaign that exists to be added and thrown away.

mod react;
mod terms;

pub use react::Kind;
pub use terms::Terms;
