//! Why a file cannot be read as a table at all.

use crate::limits::COLUMNS;
use std::io;

/// Why a file cannot be read at all; each says what would do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system does not read it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A workbook of the format before 2007.
    #[error(
        "a workbook of the old format (.xls), which is not read: save it as .xlsx or CSV / 旧版 .xls 工作簿，请另存为 .xlsx 或 CSV"
    )]
    OldWorkbook,
    /// HTML or XML, whatever the name says: some systems export pages as `.xls`.
    #[error(
        "a page of HTML or XML, not a table: open it in a spreadsheet and save it as .xlsx or CSV / 这是 HTML 或 XML 文件，请用表格软件打开后另存为 .xlsx 或 CSV"
    )]
    Markup,
    /// A text of which nobody can tell the encoding by itself.
    #[error(
        "neither UTF-8 nor, as it seems, GB18030, but perhaps {likely}: say which with tables.NAME.encoding, or save it as UTF-8 / 既不是 UTF-8，也不像 GB18030，可能是 {likely}：请用 tables.名字.encoding 写明，或另存为 UTF-8"
    )]
    Encoding {
        /// What it may be.
        likely: String,
    },
    /// A workbook that cannot be read, or that would unpack into too much.
    #[error("{0}")]
    Workbook(String),
    /// The sheet that was asked for is not there.
    #[error("no sheet `{sheet}`; there are {present}")]
    NoSheet {
        /// As it was asked for.
        sheet: String,
        /// The names that there are, set off by commas.
        present: String,
    },
    /// No sheet was asked for, and several that are shown have all columns: which one counts cannot be told.
    #[error(
        "several sheets have the wanted columns: {present}; say which one with tables.NAME.sheet, or take the others out / 几张工作表都有所需的列，请用 tables.名字.sheet 写明，或删去多余的"
    )]
    SeveralSheets {
        /// Their names, set off by commas.
        present: String,
    },
    /// Nothing stands in it, or not in the row of the heading.
    #[error("row {row}: no heading stands there")]
    NoHeading {
        /// The row that should hold the heading.
        row: u64,
    },
    /// No row has all columns that are asked for.
    #[error("row {row}: no column `{column}`; there are {present}")]
    NoColumn {
        /// The row that comes nearest.
        row: u64,
        /// The first column that it lacks.
        column: String,
        /// The columns that it has, set off by commas.
        present: String,
    },
    /// The heading names a column twice that is asked for.
    #[error("row {row}: the column `{column}` stands twice")]
    ColumnTwice {
        /// The row of the heading.
        row: u64,
        /// The column.
        column: String,
    },
    /// The heading has more columns than are read.
    #[error("row {row}: more than {COLUMNS} columns")]
    TooManyColumns {
        /// The row of the heading.
        row: u64,
    },
}
