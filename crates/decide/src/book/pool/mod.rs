//! The presale pool's part of the working set, of a draft and of a decision.

mod decision;
mod draft;
mod facts;

pub use decision::PoolDecision;
pub use facts::PoolFacts;
