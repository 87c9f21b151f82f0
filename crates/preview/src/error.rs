//! Why something could not be previewed.

use domain::Refusal;
use money::Currency;
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

impl PreviewError {
    /// The same with the amounts of a refusal told in that currency (A-G-12).
    pub(crate) fn told_in(self, currency: Currency) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.told_in(currency)),
            Self::Store(error) => Self::Store(error),
        }
    }
}
