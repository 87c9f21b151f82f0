//! The list as a workbook: text as text, figures as numbers, nothing as a formula.

use crate::row::{GiftRow, heading};
use domain::{Lang, time::Zone};
use port::{Read, StoreError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use std::io::{Seek, Write};

/// Rows of a sheet with its heading: the format's own limit is 1,048,576.
const SHEET_ROWS: u32 = 1_000_000;

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It could not be read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] XlsxError),
    /// There is no place to write it to.
    #[error("the workbook could not be written: {0}")]
    File(#[from] std::io::Error),
}

/// Writes the rows as a workbook, with another sheet for each million. Headings are the names of the columns.
pub fn write(
    rows: impl Iterator<Item = Read<GiftRow>>,
    zone: &Zone,
    to: impl Write + Seek + Send,
) -> Result<(), ListError> {
    write_in(Lang::En, rows, zone, to)
}

/// The same with headings in that language.
pub fn write_in(
    lang: Lang,
    rows: impl Iterator<Item = Read<GiftRow>>,
    zone: &Zone,
    to: impl Write + Seek + Send,
) -> Result<(), ListError> {
    let mut workbook = Workbook::new();
    // The same list is the same bytes: when it was written is not in it.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let mut rows = rows.peekable();
    loop {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        fill(lang, sheet, &mut rows, zone)?;
        if rows.peek().is_none() {
            break;
        }
    }
    Ok(workbook.save_to_writer(to)?)
}

fn fill(
    lang: Lang,
    sheet: &mut Worksheet,
    rows: &mut impl Iterator<Item = Read<GiftRow>>,
    zone: &Zone,
) -> Result<(), ListError> {
    for (column, text) in (0..).zip(heading(lang)) {
        sheet.write_string(0, column, text)?;
    }
    // The last row is left to the next sheet, so no row is taken that is not written.
    for (at, row) in (1..SHEET_ROWS).zip(rows) {
        line(sheet, at, &row?, zone)?;
    }
    Ok(())
}

fn line(sheet: &mut Worksheet, at: u32, row: &GiftRow, zone: &Zone) -> Result<(), XlsxError> {
    sheet.write_string(at, 0, row.order_id.as_str())?;
    sheet.write_string(at, 1, row.customer_id.as_str())?;
    sheet.write_string(at, 2, row.stage.as_str())?;
    sheet.write_string(at, 3, row.sku.as_str())?;
    sheet.write_number(at, 4, number(row.quantity))?;
    if let Some(rank) = row.rank {
        sheet.write_number(at, 5, number(rank))?;
    }
    if let Some(strategy) = &row.strategy_id {
        sheet.write_string(at, 6, strategy.as_str())?;
    }
    sheet.write_string(at, 7, row.basis(zone))?;
    sheet.write_string(at, 8, row.manual())?;
    Ok(())
}

/// A count as a cell's number. Ranks and quantities end at ten millions, far below where that loses units.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
