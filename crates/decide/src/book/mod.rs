//! The working set of a batch, the draft of one decision over it, and what the decision comes to.

mod centre;
mod decision;
mod desk;
mod draft;
mod facts;
mod invitations;
mod platform;
mod pool;
mod published;
mod rewards;
mod shop_slot;
mod sprints;
mod table;
mod tables;

pub use decision::{BatchCount, Decision};
pub use draft::Draft;
pub use facts::Facts;
pub use platform::Platform;
