//! The presale pool in the engine: its rows, its part of the working set and of a draft.
//!
//! What decides lies in `decide/pool`, the rules in `domain::pool`.

mod draft;
pub mod dry_run;
mod facts;
mod given;
mod rows;
pub mod warnings;

pub use draft::PoolDecision;
pub use facts::PoolFacts;
pub use given::given;
pub use rows::{
    BuyerKey, CandidateChange, CandidateKey, PageKey, PoolChanges, PoolKeys, PoolOrderChange, PoolRow,
    PoolRows, PresaleChange, RunChange, WalkKey, last_of_second,
};
