//! The presale pool from files: downloaded orders in, and on simulated time the list of gifts out.
//!
//! A mapping file says how an export becomes orders of the pool ([`PoolMapping`]); [`take_in`] takes them
//! into an engine, [`run_pool`] runs a whole pool with the strategies of the same file, and [`write_pool`]
//! leaves the lists behind.
//!
//! What always holds: the same files, mapping and program give the same bytes.

mod document;
mod earlier;
mod error;
mod exceptions;
mod gaps;
mod intake;
mod mapping;
mod order;
mod orders;
mod read;
mod report;
mod roles;
mod run;
mod share;
mod strategies;
mod uncertain;
mod write;

pub use earlier::EarlierGap;
pub use error::PoolError;
pub use exceptions::{ExceptionOrder, ExceptionReport};
pub use gaps::FileGaps;
pub use intake::{Counts, Refusals, Refused, Submit, Taken, take_in, take_in_while};
pub use mapping::PoolMapping;
pub use order::FileOrder;
pub use read::{Place, PoolInputs, TOLD, read_orders};
pub use report::{IntakeReport, PoolReport, StrategyReport, WaitsReport, intake_summary, intake_summary_in};
pub use run::{Phase, PoolRun, Ranks, Tell, run_pool};
pub use strategies::Strategies;
pub use uncertain::{MissingRow, Uncertain};
pub use write::{
    WriteError, bad_rows, bad_rows_heading, bad_rows_in, is_ours, remove_pool, write_pool, write_pool_in,
};
