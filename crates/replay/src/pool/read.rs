//! Reads an export into downloaded orders.

use super::{FileOrder, PoolMapping};
use crate::read::{BadCode, BadRow, How, InputFile, ReadError, RowCounts, UnknownStates, gather};
use domain::{ShopId, pool::Gap};
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
    /// Those of them that are closed: cancelled, never paid, or refunded.
    pub orders_closed: u64,
    /// Rows that were left out.
    pub bad_rows: u64,
    /// The same by reason.
    pub bad_rows_by_code: BTreeMap<BadCode, u64>,
    /// Rows by which nothing is lost, by reason: those of no units, and those that may be told twice.
    pub notes_by_code: BTreeMap<BadCode, u64>,
    /// Words of states that the mapping does not name; they count as not closed.
    #[serde(skip_serializing_if = "UnknownStates::is_empty")]
    pub unknown_states: UnknownStates,
    /// Orders left out because of a bad row.
    pub orders_left_out: u64,
    /// Orders that count once although their rows in several files may be units.
    pub orders_maybe_repeated: u64,
    /// Rows of lines that another file holds too: exports overlap.
    pub repeated_rows: u64,
    /// What became of the rows of lines.
    pub rows: RowCounts,
    /// Files that hold what another one holds, byte for byte; they count once.
    pub repeated_files: Vec<String>,
    /// Files of which every row stands there several times: an export told twice, or units. They count as they stand.
    pub doubled_files: Vec<String>,
    /// Rows of joined tables that no line leads to, by table: of those that the mapping does not call complete.
    pub rows_without_line: BTreeMap<String, u64>,
    /// The bad rows and the notes one by one.
    #[serde(skip)]
    pub details: Vec<BadRow>,
    /// The names of all files, by their numbers in places.
    #[serde(skip)]
    pub names: Vec<String>,
    /// What is not certain (A-S4-25); without a shop it may be of any.
    #[serde(skip)]
    pub gaps: Vec<(Option<ShopId>, Gap)>,
}

impl PoolInputs {
    /// Whether every row is used, or says nothing that is not said elsewhere, for sure.
    pub fn is_whole(&self) -> bool {
        !self.leaves_out() && !self.unknown_states.in_question
    }

    /// Whether rows or orders are left out or in doubt, which are told one by one.
    pub fn leaves_out(&self) -> bool {
        let is_in_doubt = self.notes_by_code.keys().any(|code| code.is_doubt());
        self.bad_rows > 0 || self.orders_left_out > 0 || is_in_doubt
    }
}

/// A place in the export: the file's name and its row, as a spreadsheet counts.
pub type Place = (usize, u64);

/// Reads the files, or the folders that hold them, and hands each whole order over with the place of its
/// first row.
///
/// Memory: the joined tables and every order of the export, packed, at some 200 bytes each; with
/// `order.rows = "together"` 32 bytes an order instead.
pub fn read_orders(
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    progress: &mut dyn FnMut(u64, u64),
    each: &mut dyn FnMut(Place, FileOrder) -> Result<(), ReadError>,
) -> Result<PoolInputs, ReadError> {
    read_orders_while(mapping, inputs, &|| false, progress, each)
}

/// The same until `stops` answers yes, which is asked at each block and every few rows, also before the first order is
/// whole; [`ReadError::Stopped`] then.
pub(super) fn read_orders_while(
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    stops: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(u64, u64),
    each: &mut dyn FnMut(Place, FileOrder) -> Result<(), ReadError>,
) -> Result<PoolInputs, ReadError> {
    let (mut orders, mut orders_closed) = (0, 0);
    let as_of = |file: &str| mapping.as_of(file);
    let how = How { standing: mapping.standing, bad_rows: TOLD, as_of: &as_of, stops };
    let gathered =
        gather(&mapping.plan, &mapping.roles, inputs, how, progress, &mut |whence, mut order: FileOrder| {
            orders += 1;
            orders_closed += u64::from(order.order.times.closed_at.is_some());
            order.order.said.as_of = whence.as_of;
            each((whence.file, whence.row), order)
        })?;
    Ok(PoolInputs {
        name: mapping.name.clone(),
        note: mapping.note.clone(),
        mapping_blake3: mapping.blake3.clone(),
        files: gathered.files,
        orders,
        orders_closed,
        bad_rows: gathered.bad.count,
        bad_rows_by_code: gathered.bad.by_code,
        notes_by_code: gathered.bad.notes,
        unknown_states: gathered.unknown_states,
        orders_left_out: gathered.left_out,
        orders_maybe_repeated: gathered.in_doubt,
        repeated_rows: gathered.rows.repeated,
        rows: gathered.rows,
        repeated_files: gathered.repeated_files,
        doubled_files: gathered.doubled_files,
        rows_without_line: gathered.rows_without_line,
        details: gathered.bad.details,
        names: gathered.names,
        gaps: gathered.gaps,
    })
}
