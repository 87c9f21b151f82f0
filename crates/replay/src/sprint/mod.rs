//! A member sprint over orders that a shop has already had: who would have qualified, and what it would have cost, for
//! several thresholds side by side.
//!
//! Every customer who placed an order in the sprint is taken as enrolled: an export does not say who would have.

mod plan;
mod report;
mod run;

pub use plan::{PlanError, SprintPlan};
pub use report::{OfThreshold, SprintReport};
pub use run::run;
