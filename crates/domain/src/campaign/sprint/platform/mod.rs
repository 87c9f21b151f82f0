//! What a platform adds around the sprint of a shop: its settings (`plan.rs`), who is invited and how far they are
//! (`invitation.rs`), and the prize that a merchant fills in (`sheet.rs`) within the platform's remark (`rules.rs`).
//!
//! Always holds: what a shop accepted is a copy of its own, which nothing that the platform does afterwards changes; a
//! prize that is bound fits that copy.

mod invitation;
mod made;
mod plan;
mod rules;
mod sheet;

pub use invitation::{Bound, Closed, Invitation, Stage, Standing, Tried};
pub use made::Made;
pub use plan::{Conditions, Plan, PlanTier, Remark, Sales};
pub use sheet::{Binding, Fixed, Sheet};
