//! The working set of a batch, the draft of one decision over it, and what the decision comes to.

mod decision;
mod draft;
mod facts;
mod pool;
mod published;
mod table;
mod tables;

pub use decision::{BatchCount, Count, Decision};
pub use draft::Draft;
pub use facts::{Facts, counts_platform_wide};
