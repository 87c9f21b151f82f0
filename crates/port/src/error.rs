//! What breaks in a store.

/// The world broke: the disk is full, the file is locked, a row cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What broke.
    pub kind: StoreErrorKind,
    /// For people, with what to do where something can be done.
    pub message: String,
}

/// Kinds of breakage that callers treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// No space is left; reads go on.
    Full,
    /// Another process holds it; trying again may help.
    Busy,
    /// A row cannot be understood.
    Corrupt,
    /// A newer program wrote a row; this one must leave it as it is.
    Newer,
    /// Anything else.
    Other,
}

impl StoreError {
    /// An error of a kind.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}
