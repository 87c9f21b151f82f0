//! The engine: load -> decide -> persist -> publish, in batches, with one writer.
//!
//! It owns the ports ([`port::Store`], [`port::Reader`], [`clock::Clock`]); stores implement them.
//! Always holds: what an input decides is committed in one transaction with its inbox or
//! idempotency key before anybody is told; a refusal changes nothing; a timer never fires early.

pub mod audit;
mod batch;
pub mod clock;
pub mod command;
mod decide;
mod draft;
mod facts;
mod generations;
pub mod handle;
pub mod pool;
pub mod port;
mod published;
pub mod quoting;
pub mod rows;
mod writer;

pub use command::{Command, EventOutcome, EventResult, Input, Reply};
pub use handle::{Engine, EngineClock, EngineError, SANDBOX_UNSET};
