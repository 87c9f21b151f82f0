//! A file opened as a table, and its records.

use crate::{
    book::{Book, Sheet},
    error::Error,
    format::Format,
    heading::{self, Heading},
    how::How,
    look::{Kind, Looked, look},
    record::Record,
    text::Text,
};
use std::io::{Cursor, Read};

/// A file opened as a table.
pub struct Table<R> {
    inner: Inner<R>,
    format: Format,
}

enum Inner<R> {
    Text(Box<Text<R>>),
    Book(Box<Book>),
}

/// Opens what was looked through as a table. A text is read as its records are asked for, a workbook at once.
pub fn open<R: Read>(mut input: R, looked: &Looked, how: &How<'_>) -> Result<Table<R>, Error> {
    match looked.0 {
        Kind::Text(known) => {
            let text = Text::open(input, known, how)?;
            let format = Format::Text(text.format.clone());
            Ok(Table { inner: Inner::Text(Box::new(text)), format })
        }
        Kind::Workbook => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes)?;
            let book = Book::open(bytes, how)?;
            let format = Format::Workbook(book.format.clone());
            Ok(Table { inner: Inner::Book(Box::new(book)), format })
        }
    }
}

/// Looks and opens in one, for bytes that are in memory.
pub fn read<'b>(bytes: &'b [u8], how: &How<'_>) -> Result<Table<&'b [u8]>, Error> {
    let looked = look(&mut Cursor::new(bytes), how)?;
    open(bytes, &looked, how)
}

impl<R: Read> Table<R> {
    /// What the file was found to be.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Finds the heading and hands out the records after it. Asked for once.
    pub fn records(&mut self, heading: &Heading<'_>) -> Result<Records<'_, R>, Error> {
        let (rows, (names, heading_row)) = match &mut self.inner {
            Inner::Text(text) => {
                let found = text.find_heading(heading)?;
                (Rows::Text(text), found)
            }
            Inner::Book(book) => {
                let mut sheet = book.sheet()?;
                let found = sheet.find_heading(heading)?;
                (Rows::Sheet(Box::new(sheet)), found)
            }
        };
        if let (Heading::Columns(wanted), Some(row)) = (heading, heading_row) {
            for column in *wanted {
                heading::find(&names, column, row)?;
            }
        }
        Ok(Records { rows, names, heading_row, repeated_headings: 0 })
    }
}

/// The records after the heading.
pub struct Records<'t, R> {
    rows: Rows<'t, R>,
    names: Vec<String>,
    heading_row: Option<u64>,
    repeated_headings: u64,
}

enum Rows<'t, R> {
    Text(&'t mut Text<R>),
    Sheet(Box<Sheet<'t>>),
}

impl<R: Read> Records<'_, R> {
    /// The names of the columns as they are compared ([`name`](crate::name)); empty without a heading.
    pub fn heading(&self) -> &[String] {
        &self.names
    }
    /// The row of the heading; none without one.
    pub fn heading_row(&self) -> Option<u64> {
        self.heading_row
    }
    /// Where a column stands. Blanks inside the name do not count where it is clear without them.
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        heading::find(&self.names, name, self.heading_row.unwrap_or(1))
    }
    /// Rows so far that were the heading again, as exports have that were put together.
    pub fn repeated_headings(&self) -> u64 {
        self.repeated_headings
    }

    /// The next record; blank rows and rows that are the heading again are passed over.
    #[allow(clippy::should_implement_trait, reason = "a record is good until the next only")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        loop {
            let again = match self.rows.next()? {
                None => return Ok(None),
                Some(record) => is_heading(&record, &self.names),
            };
            if !again {
                return Ok(Some(self.rows.last()));
            }
            self.repeated_headings += 1;
        }
    }
}

impl<R: Read> Rows<'_, R> {
    fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        match self {
            Self::Text(text) => text.next(),
            Self::Sheet(sheet) => sheet.next(),
        }
    }
    /// The record that was answered last.
    fn last(&self) -> Record<'_> {
        match self {
            Self::Text(text) => text.last(),
            Self::Sheet(sheet) => sheet.last(),
        }
    }
}

/// Whether a record says the heading again, word for word.
fn is_heading(record: &Record<'_>, names: &[String]) -> bool {
    // The first name tells nearly all records apart.
    let Some(first) = names.first() else { return false };
    let cell = record.cell(0);
    cell.as_bytes().first() == first.as_bytes().first()
        && record.fault().is_none()
        && names.iter().enumerate().all(|(at, name)| *name == crate::name(record.cell(at)))
}
