//! Why a message cannot be said.

use crate::Code;

/// Why a message cannot be said: the variable that is at fault, or the part of the template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {variable}", Code::ValueInvalid)]
pub struct Unfit {
    /// Its name.
    pub variable: String,
}

impl Unfit {
    /// The code under which the message is held back.
    pub const fn code(&self) -> Code {
        Code::ValueInvalid
    }
}
