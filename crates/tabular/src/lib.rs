//! Any file of a table, record by record: CSV and its kin in any encoding, and workbooks.
//!
//! Three steps. [`look`] reads the file once to say what it is; [`open`] makes a [`Table`] of it; [`Table::records`]
//! finds the heading and hands out the records after it, each with the row in which it begins, as a spreadsheet counts:
//! blank rows and rows above the heading count, a record whose quoted cell holds line breaks counts one.
//!
//! ```
//! use tabular::{Heading, How, look, open};
//!
//! let file = "\u{feff}订单;金额\r\n\r\n8001;\"1.299,00\"\r\n".as_bytes();
//! let how = How::default();
//! let looked = look(&mut std::io::Cursor::new(file), &how).unwrap();
//! let mut table = open(file, &looked, &how).unwrap();
//! let format = table.format().text().unwrap();
//! assert_eq!((format.encoding.name().as_str(), format.separator), ("utf-8", ';'));
//! let mut records = table.records(&Heading::Columns(&["订单", "金额"])).unwrap();
//! assert_eq!((records.heading(), records.heading_row()), (&["订单".to_owned(), "金额".to_owned()][..], Some(1)));
//! let record = records.next().unwrap().unwrap();
//! assert_eq!((record.row(), record.cell(1)), (3, "1.299,00"));
//! assert!(records.next().unwrap().is_none());
//! ```
//!
//! What always holds: every physical line of a text is in a record that is handed out or passed over (blank, above the
//! heading, the heading again), and what is wrong with a record or a cell is said with it ([`Fault`], [`Flaw`]). A stray
//! quote never takes rows along: of a record that is quoted wrongly only the first physical line is lost, and reading
//! goes on with its second. Memory is bounded, whatever the file holds ([`limits`]).
//!
//! What it never does: guess what a cell means. Cells are text ([`cell`] takes the wrapping of spreadsheets off).

mod archive;
mod book;
pub mod cell;
mod cells;
mod cut;
mod doubt;
mod encoding;
mod error;
mod format;
mod guarded;
mod heading;
mod how;
pub mod limits;
mod look;
mod merges;
mod record;
mod separator;
mod table;
mod text;

pub use encoding::Encoding;
pub use error::Error;
pub use format::{By, Format, SheetName, TextFormat, WorkbookFormat};
pub use heading::{Heading, name};
pub use how::How;
pub use look::{Looked, look};
pub use record::{Fault, Flaw, Record};
pub use table::{Records, Table, open, read};
