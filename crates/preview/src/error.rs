//! Why something could not be previewed.

use domain::Refusal;
use port::StoreError;

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PreviewError {
    /// The shop says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The world broke.
    #[error(transparent)]
    Store(#[from] StoreError),
}
