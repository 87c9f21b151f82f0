//! What a file was found to be, for reports.

use crate::encoding::Encoding;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Lines of text.
    Text(TextFormat),
    /// A workbook.
    Workbook(WorkbookFormat),
}

/// How a text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFormat {
    /// Its encoding.
    pub encoding: Encoding,
    /// How that is known.
    pub encoding_by: By,
    /// What it may be as well, where it is a guess.
    pub perhaps: Option<Encoding>,
    /// Between cells.
    pub separator: char,
    /// How that is known.
    pub separator_by: By,
}

/// How something is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever reads it says so.
    Told,
    /// The file says so: its byte order mark, its `sep=` line.
    File,
    /// From what stands in it.
    Found,
    /// From what stands in it, which may be something else.
    Guessed,
}

impl By {
    /// `told`, `file`, `found`, `guessed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::File => "file",
            Self::Found => "found",
            Self::Guessed => "guessed",
        }
    }
}

/// What a workbook holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookFormat {
    /// The sheet that is read.
    pub sheet: String,
    /// All sheets with rows of cells, in their order.
    pub sheets: Vec<SheetName>,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetName {
    /// Its name.
    pub name: String,
    /// Whether a spreadsheet shows it.
    pub is_hidden: bool,
}

impl Format {
    /// How it is written, where it is a text.
    pub fn text(&self) -> Option<&TextFormat> {
        match self {
            Self::Text(format) => Some(format),
            Self::Workbook(_) => None,
        }
    }
    /// What it holds, where it is a workbook.
    pub fn workbook(&self) -> Option<&WorkbookFormat> {
        match self {
            Self::Text(_) => None,
            Self::Workbook(format) => Some(format),
        }
    }
}
