//! A column of an export, whatever it means.

use super::shape::Shape;

/// A column of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As it is written.
    pub heading: String,
    /// Its values, row by row.
    pub values: Vec<String>,
    /// What they look like.
    pub shape: Shape,
    /// Whether a mapping can name it: it has a heading, which stands once and holds no sign of a template.
    pub is_usable: bool,
}
