//! Why the engine did not do as it was asked.

use domain::Refusal;
use port::StoreError;

/// Why an input was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The shop says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too much is waiting; nothing was done.
    #[error("too many requests are waiting; try again in a second")]
    Busy,
    /// The world broke; nothing was done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// We were wrong; nothing was done.
    #[error("an internal mistake stopped this decision: {0}")]
    Internal(String),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}
