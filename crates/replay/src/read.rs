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

mod bad;
mod cells;
mod facts;
mod files;
mod gather;
mod stream;
mod table;
mod values;

pub use bad::{BadCode, BadRow};
pub use files::ReadError;

use crate::mapping::Mapping;
use bad::Bad;
use domain::{Instant, ShopId, event::Placed, order::Method};
use files::Found;
use gather::Gather;
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf};
use stream::Meter;
use table::{Row, Table};

/// Rows of one export: more than a marketplace ships in a year, and still counted in 32 bits.
pub const ROWS: u64 = 1 << 31;
/// Characters of one cell; a longer one is an unclosed quote or not a field of an order.
pub const CELL_CHARS: usize = 4_096;
/// Bad rows that are reported one by one; the others are counted.
pub const BAD_ROWS: usize = 100;

/// An order of the export, with the times of what happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOrder {
    /// The shop that sold it.
    pub shop_id: ShopId,
    /// The order as the platform would have told it; payable is lines + freight.
    pub placed: Placed,
    /// When it was placed.
    pub placed_at: Instant,
    /// When and how it was paid.
    pub paid_at: Option<(Instant, Method)>,
    /// When it was cancelled unpaid. An order that was paid first has none: its end is a refund.
    pub cancelled_at: Option<Instant>,
    /// When the parcel left.
    pub shipped_at: Option<Instant>,
    /// When it arrived.
    pub received_at: Option<Instant>,
}

impl SourceOrder {
    /// The lowest category of the line with the largest amount, the first of equals; empty for none.
    pub fn category(&self) -> &str {
        let amount = |line: &domain::event::PlacedLine| {
            i128::from(line.unit_price.minor()) * i128::from(line.quantity)
        };
        let lines = self.placed.lines.iter().rev();
        let largest = lines.max_by_key(|line| amount(line));
        let category = largest.and_then(|line| line.categories.last());
        category.map_or("", domain::catalog::Category::as_str)
    }

    /// Whole minutes from placing to payment, rounded down.
    pub fn minutes_to_payment(&self) -> Option<i64> {
        let (paid_at, _) = self.paid_at?;
        Some(paid_at.since(self.placed_at) / 60_000_000)
    }
}

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
    /// Rows of joined tables that no line leads to: by table, without those that were bad.
    pub rows_without_line: BTreeMap<String, u64>,
    /// Times of shipping and receipt before the order was placed; the time is left out, not the order.
    pub times_left_out: u64,
}

/// One file of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// The table it belongs to.
    pub table: String,
    /// Its name, without the folder.
    pub file: String,
    /// Its rows without the header.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

/// Reads the files, or the folders that hold them. `progress` hears of bytes done and bytes in all.
pub fn read(
    mapping: &Mapping,
    inputs: &[PathBuf],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Reading, ReadError> {
    let plan = &mapping.plan;
    let found = Found::find(plan, inputs)?;
    let mut meter = Meter::new(found.bytes(), progress);
    let mut bad = Bad::new(&found);
    let mut tables = vec![Table::default()];
    for slot in 1..plan.tables.len() {
        tables.push(Table::load(plan, slot, &found, &mut meter, &mut bad)?);
    }
    let mut gather = Gather::new(plan, &tables);
    for (file, lines) in found.of_table(0) {
        let mut take = |row: Row, bad: &mut Bad<'_>| gather.take(&row, bad);
        lines.each_row(file, &plan.tables[0], &mut meter, &mut bad, &mut take)?;
    }
    let gathered = gather.finish(&mut bad);
    let files = meter.into_files(&found, plan);
    let mut orders = gathered.orders;
    orders.sort_by(|a, b| {
        let key = |o: &SourceOrder| (o.placed_at, o.placed.order_id.clone(), o.shop_id.clone());
        key(a).cmp(&key(b))
    });
    let inputs = Inputs {
        rows_without_line: Table::unused(plan, &tables),
        orders_left_out: gathered.left_out,
        times_left_out: gathered.times_left_out,
        ..Inputs::count(mapping, &orders, files, bad)
    };
    Ok(Reading { orders, inputs })
}

impl Inputs {
    fn count(mapping: &Mapping, orders: &[SourceOrder], files: Vec<InputFile>, bad: Bad<'_>) -> Self {
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
            bad_rows: bad.rows(),
            bad_rows_by_code: bad.by_code(),
            bad_row_details: bad.into_details(),
            orders_left_out: 0,
            rows_without_line: BTreeMap::new(),
            times_left_out: 0,
        }
    }
}
