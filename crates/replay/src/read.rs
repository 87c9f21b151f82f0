//! Reads an export into orders.
//!
//! The table of the lines is streamed; the tables that it is joined to are kept in memory, with no
//! more columns than the mapping names. A row that cannot be read is left out, counted and reported
//! with its file, row and column. The rest of its order is left out too, where the row says which that
//! is: a part of an order would have another amount.
//!
//! What always holds: the orders are sorted by time and id, and neither they nor the report depend
//! on the order in which the files were named.
//!
//! What it never does: stop over what stands in a row. It stops when a file or a column is not there.

mod archive;
mod bad;
mod cells;
mod files;
mod gather;
mod limits;
mod line_row;
mod meter;
mod order;
mod recovery;
mod stream;
mod table;
mod values;
mod workbook;

pub use bad::{BadCode, BadRow};
pub use files::ReadError;
pub use limits::{BAD_ROWS, CELL_CHARS, ROWS};
pub use meter::InputFile;
pub use order::SourceOrder;

pub(crate) use bad::{BadRows, Fault};
pub(crate) use cells::Joined;
pub(crate) use gather::{Roles, Take};
pub(crate) use line_row::units;

use crate::{mapping::Mapping, plan::Plan};
use bad::Bad;
use files::Found;
use gather::{Gather, Together};
use meter::Meter;
use recovery::Building;
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf};
use table::{Row, Table};

/// What reading gave.
#[derive(Debug)]
pub struct Reading {
    /// The orders, by time and id.
    pub orders: Vec<SourceOrder>,
    /// What was read, for the report.
    pub inputs: Inputs,
}

/// What was read: the same for the same files wherever they lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inputs {
    /// What the mapping calls the export.
    pub name: String,
    /// What the mapping says of it.
    pub note: String,
    /// BLAKE3 of the mapping file.
    pub mapping_blake3: String,
    /// Each file, by table and name.
    pub files: Vec<InputFile>,
    /// Orders that were read.
    pub orders: u64,
    /// Their lines.
    pub lines: u64,
    /// Their shops.
    pub shops: u64,
    /// Their customers.
    pub customers: u64,
    /// Orders with a payment.
    pub paid_orders: u64,
    /// Orders cancelled unpaid.
    pub cancelled_orders: u64,
    /// When the first order was placed, in the shop's zone.
    pub first_placed_at: Option<String>,
    /// When the last one was.
    pub last_placed_at: Option<String>,
    /// Rows that were left out.
    pub bad_rows: u64,
    /// The same by reason.
    pub bad_rows_by_code: BTreeMap<BadCode, u64>,
    /// The first of them in detail.
    pub bad_row_details: Vec<BadRow>,
    /// Orders left out because of a bad row.
    pub orders_left_out: u64,
    /// Rows of lines that an earlier file held too: exports overlap.
    pub repeated_rows: u64,
    /// Rows of joined tables that no line leads to: by table, without those that were bad.
    pub rows_without_line: BTreeMap<String, u64>,
    /// Times of shipping and receipt before the order was placed; the time is left out, not the order.
    pub times_left_out: u64,
}

/// The files that the tables of a plan read, each once, by table and name.
pub(crate) fn find_files(plan: &Plan, inputs: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for source in Found::find(plan, inputs)?.0 {
        if !paths.contains(&source.path) {
            paths.push(source.path);
        }
    }
    Ok(paths)
}

/// Reads the files, or the folders that hold them. `progress` hears of bytes done and bytes in all.
pub fn read(
    mapping: &Mapping,
    inputs: &[PathBuf],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Reading, ReadError> {
    let (mut orders, mut times_left_out) = (Vec::new(), 0);
    let mut take = |_, building: Building| {
        times_left_out += building.times_left_out;
        orders.push(building.order);
        Ok(())
    };
    let how = How { standing: Standing::Anywhere, bad_rows: BAD_ROWS };
    let gathered = gather(&mapping.plan, &mapping.roles, inputs, how, progress, &mut take)?;
    orders.sort_by(|a, b| {
        let key = |o: &SourceOrder| (o.placed_at, o.placed.order_id.clone(), o.shop_id.clone());
        key(a).cmp(&key(b))
    });
    let inputs = Inputs { times_left_out, ..Inputs::count(mapping, &orders, gathered) };
    Ok(Reading { orders, inputs })
}

/// How the rows of an order stand in the table of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Anywhere: every order is kept until the last row was read.
    #[default]
    Anywhere,
    /// One after the other: an order is handed over as soon as the next begins.
    Together,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    pub standing: Standing,
    /// Bad rows that are told one by one; the others are counted.
    pub bad_rows: usize,
}

/// What was read, beside the orders.
pub(crate) struct Gathered {
    pub files: Vec<InputFile>,
    pub bad: BadRows,
    pub left_out: u64,
    /// Rows that stood in an earlier file of the same table too.
    pub repeated: u64,
    pub rows_without_line: BTreeMap<String, u64>,
}

/// Reads the files and hands over the orders that are whole, in the order of their first rows.
pub(crate) fn gather<R: Roles>(
    plan: &Plan,
    roles: &R,
    inputs: &[PathBuf],
    how: How,
    progress: &mut dyn FnMut(u64, u64),
    take: Take<'_, R::Order>,
) -> Result<Gathered, ReadError> {
    let found = Found::find(plan, inputs)?;
    let mut meter = Meter::new(found.bytes(), progress);
    let mut bad = Bad::new(&found, how.bad_rows);
    let mut tables = vec![Table::default()];
    for slot in 1..plan.tables.len() {
        tables.push(Table::load(plan, slot, &found, &mut meter, &mut bad)?);
    }
    let mut gather = Gather::new(plan, &tables, roles, found.of_table(0).count());
    let mut together = Together::default();
    for (file, lines) in found.of_table(0) {
        let mut row = |row: Row, bad: &mut Bad<'_>| match how.standing {
            Standing::Anywhere => {
                gather.take(&row, bad);
                Ok(())
            }
            Standing::Together => gather.take_together(&row, &mut together, &found, bad, take),
        };
        lines.each_row(file, plan, &mut meter, &mut bad, &mut row)?;
    }
    gather.hand_over(&mut bad, take)?;
    Ok(Gathered {
        left_out: gather.left_out(),
        repeated: gather.repeated(),
        rows_without_line: Table::unused(plan, &tables),
        files: meter.into_files(&found, plan),
        bad: bad.into_rows(),
    })
}

impl Inputs {
    fn count(mapping: &Mapping, orders: &[SourceOrder], gathered: Gathered) -> Self {
        let Gathered { files, bad, left_out, repeated, rows_without_line } = gathered;
        let distinct = |names: &mut dyn Iterator<Item = &str>| {
            names.collect::<std::collections::BTreeSet<_>>().len() as u64
        };
        let zone = &mapping.settings.shop.time_zone;
        let at = |order: &SourceOrder| zone.format(order.placed_at);
        Self {
            name: mapping.name.clone(),
            note: mapping.note.clone(),
            mapping_blake3: mapping.blake3.clone(),
            files,
            orders: orders.len() as u64,
            lines: orders.iter().map(|o| o.placed.lines.len() as u64).sum(),
            shops: distinct(&mut orders.iter().map(|o| o.shop_id.as_str())),
            customers: distinct(&mut orders.iter().map(|o| o.placed.customer_id.as_str())),
            paid_orders: orders.iter().filter(|o| o.paid_at.is_some()).count() as u64,
            cancelled_orders: orders.iter().filter(|o| o.cancelled_at.is_some()).count() as u64,
            first_placed_at: orders.first().map(at),
            last_placed_at: orders.last().map(at),
            bad_rows: bad.count,
            bad_rows_by_code: bad.by_code,
            bad_row_details: bad.details,
            orders_left_out: left_out,
            repeated_rows: repeated,
            rows_without_line,
            times_left_out: 0,
        }
    }
}
