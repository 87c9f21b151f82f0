//! Runs a recovery campaign over orders that a shop has already had, and says what it would have done.
//!
//! A mapping file says how an export of CSV files becomes orders ([`Mapping`]); [`read()`] reads them,
//! the run walks them through the engine on simulated time, and a [`Report`] is written as JSON and as
//! one HTML page.
//!
//! What always holds: the same files, mapping and program give the same bytes. Nothing here looks at
//! the clock, the environment or the names of folders, and amounts are never floating-point.
//!
//! What it never does: send anything, or change the export.

mod chart;
pub mod guess;
mod html;
pub mod mapping;
pub mod out;
mod plan;
pub mod pool;
pub mod read;
pub mod report;
pub mod run;
pub mod shipped;
pub mod sprint;
mod template;
mod terminal;

pub use mapping::{Mapping, MappingError, Settings};
pub use read::{Inputs, ReadError, Reading, SourceOrder, read};
pub use report::{CouponEnd, OrderOutcome, Report, write};
pub use run::{Replayed, RunError, run};
