//! What is wrong in a mapping file.

/// A field and what is wrong with it, before the file's name is added.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub field: String,
    pub message: String,
}

impl Wrong {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}
