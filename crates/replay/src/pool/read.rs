//! Reads an export into downloaded orders.

use super::{FileOrder, PoolMapping};
use crate::read::{BadCode, BadRow, How, InputFile, ReadError, gather};
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf};

/// Bad rows, and orders refused, that are written out one by one; the others are counted.
pub const TOLD: usize = 100_000;

/// What was read: the same for the same files wherever they lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolInputs {
    /// What the mapping calls the export.
    pub name: String,
    /// What the mapping says of it.
    pub note: String,
    /// BLAKE3 of the mapping file.
    pub mapping_blake3: String,
    /// Each file, by table and name.
    pub files: Vec<InputFile>,
    /// Orders that were read whole.
    pub orders: u64,
    /// Rows that were left out.
    pub bad_rows: u64,
    /// The same by reason.
    pub bad_rows_by_code: BTreeMap<BadCode, u64>,
    /// Orders left out because of a bad row.
    pub orders_left_out: u64,
    /// Rows of lines that an earlier file held too: exports overlap.
    pub repeated_rows: u64,
    /// Rows of joined tables that no line leads to, by table.
    pub rows_without_line: BTreeMap<String, u64>,
    /// The bad rows one by one.
    #[serde(skip)]
    pub details: Vec<BadRow>,
}

/// A place in the export: the file's name and its row, as a spreadsheet counts.
pub type Place = (usize, u64);

/// Reads the files, or the folders that hold them, and hands each whole order over with the place of its
/// first row.
///
/// Memory: the joined tables, and every order of the export, at some 300 bytes each; with
/// `order.rows = "together"` 32 bytes an order instead.
pub fn read_orders(
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    progress: &mut dyn FnMut(u64, u64),
    each: &mut dyn FnMut(Place, FileOrder) -> Result<(), ReadError>,
) -> Result<PoolInputs, ReadError> {
    let mut orders = 0;
    let how = How { standing: mapping.standing, bad_rows: TOLD };
    let gathered = gather(&mapping.plan, &mapping.roles, inputs, how, progress, &mut |at, order| {
        orders += 1;
        each((at.file, at.row), order)
    })?;
    Ok(PoolInputs {
        name: mapping.name.clone(),
        note: mapping.note.clone(),
        mapping_blake3: mapping.blake3.clone(),
        files: gathered.files,
        orders,
        bad_rows: gathered.bad.count,
        bad_rows_by_code: gathered.bad.by_code,
        orders_left_out: gathered.left_out,
        repeated_rows: gathered.repeated,
        rows_without_line: gathered.rows_without_line,
        details: gathered.bad.details,
    })
}
