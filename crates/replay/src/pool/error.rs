//! Why a pool or an intake stopped.

use crate::read::ReadError;
use engine::EngineError;

/// Why taking in stopped.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The export cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The engine would not go on.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store would not be read.
    #[error(transparent)]
    Store(#[from] port::StoreError),
    /// The strategies do not fit the export.
    #[error("{0}")]
    Strategies(String),
    /// Whoever follows it ended it between two batches, or while it was read.
    #[error("it was ended before all orders were taken in")]
    Ended,
}
