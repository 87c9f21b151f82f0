//! The warehouse's list of gifts: a row a gift, as CSV and as a workbook.
//!
//! Rows are read page by page and written as they come, so a list of any length takes little memory. What is
//! read meanwhile may change: a list is of the moments at which its pages were read. Cells never run as a
//! formula.

pub mod csv;
mod row;
mod rows;
mod xlsx;

pub use row::{GiftRow, HEADING, heading};
pub use rows::{Rows, STEP, rows};
pub use xlsx::{ListError, write, write_in};
