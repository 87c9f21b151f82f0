//! What is known of a file before it is read.

use crate::{encoding::Encoding, heading::Heading};

/// What is known of a file before it is read.
#[derive(Debug, Clone, Copy)]
pub struct How<'h> {
    /// Its encoding, where somebody says it. A byte order mark in the file counts more.
    pub encoding: Option<Encoding>,
    /// The ASCII sign between its cells, where somebody says it.
    pub separator: Option<u8>,
    /// The sheet of a workbook; its first visible one that is not empty when none is named.
    pub sheet: Option<&'h str>,
    /// The decimal point of numbers in a workbook as text.
    pub decimal_point: char,
    /// The heading that is looked for, by which the separator is told.
    pub heading: Heading<'h>,
}

impl Default for How<'_> {
    fn default() -> Self {
        Self { encoding: None, separator: None, sheet: None, decimal_point: '.', heading: Heading::Guess }
    }
}
