//! The engine: load -> decide -> persist -> publish, in batches, with one writer.
//!
//! It owns the ports ([`port::Store`], [`port::Reader`], [`clock::Clock`]); stores implement them.
//! Always holds: what an input decides is committed in one transaction with its inbox or
//! idempotency key before anybody is told; a refusal changes nothing; a timer never fires early.

mod batch;
pub mod clock;
mod error;
pub mod handle;
mod writer;

pub use batch::row_key;
pub use clock::{EngineClock, SANDBOX_UNSET};
pub use decide::{
    Answered, Assigned, Chance, Closing, Command, EventOutcome, EventResult, FirstPayment, ImportCommand,
    Input, Intake, MessageCommand, Notice, Platform, Reply, Rotation, Says, SprintCommand, Undecided, Unpaid,
    notice_id,
};
pub use error::EngineError;
pub use handle::Engine;
pub use writer::Settled;
