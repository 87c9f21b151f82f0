//! Reads an export into orders.
//!
//! The table of the lines is streamed; its orders and the tables that it is joined to are kept in memory, packed, with
//! no more columns than the mapping names. A row that cannot be read is left out, counted and reported
//! with its file, row and column. The rest of its order is left out too: a part of an order would have another amount.
//! What several files hold of one order is put together; where they differ the later file counts, by when it was made
//! or else as the files were named, those of a folder by name.
//!
//! What always holds: the orders are sorted by time and id. Every row is used, counted elsewhere, or told.
//!
//! What it never does: stop over what stands in a row. It stops when a file or a column is not there.

mod above;
mod bad;
mod cells;
mod cut_off;
mod files;
mod gaps;
mod gather;
mod group;
mod groups;
mod hand_over;
mod limits;
mod line_row;
mod lost;
mod meter;
mod mixed;
mod newer;
mod no_line;
mod order;
mod packed;
mod parts;
mod recovery;
mod roles;
mod sources;
mod states;
mod stray;
mod stream;
mod table;
mod twins;
mod values;
mod whole;

pub use bad::{BadCode, BadRow};
pub use files::ReadError;
pub use limits::{BAD_ROWS, CELL_CHARS, ROWS};
pub(crate) use meter::notes;
pub use meter::{InputFile, Written};
pub use order::SourceOrder;
pub use roles::RowCounts;
pub use states::{UnknownState, UnknownStates};

pub(crate) use bad::{BadRows, Fault};
pub(crate) use cells::Joined;
pub(crate) use files::matches;
pub(crate) use line_row::{bounded, discounted, units};
pub(crate) use lost::Goods;
pub(crate) use packed::{Packed, Packer};
pub(crate) use parts::Told;
use roles::Take;
pub(crate) use roles::{Discount, Roles, RowLine, SameId};
pub(crate) use states::State;

use crate::{mapping::Mapping, plan::Plan};
use bad::{Bad, RowAt};
use domain::{Instant, ShopId, pool::Gap};
use files::Found;
use gather::Gather;
use group::Together;
use hand_over::Outcome;
use meter::Meter;
use recovery::Building;
use serde::Serialize;
use sources::ReadingOrder;
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
    /// Rows by which nothing is lost, by reason: those of no units, and those that may be told twice.
    pub notes_by_code: BTreeMap<BadCode, u64>,
    /// The first of both in detail.
    pub bad_row_details: Vec<BadRow>,
    /// Words of states that the mapping does not name; they count as not cancelled.
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
    /// Rows of joined tables that no line leads to: by table, without those that were bad, and of tables only that the
    /// mapping does not call complete.
    pub rows_without_line: BTreeMap<String, u64>,
    /// Times of shipping and receipt before the order was placed; the time is left out, not the order.
    pub times_left_out: u64,
}

/// The files that the tables of a plan read, each once, as they were named; those of a folder in natural order.
pub(crate) fn find_files(plan: &Plan, inputs: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Found::find(plan, inputs)?.0;
    found.sort_by_key(|source| source.given);
    let mut paths: Vec<PathBuf> = Vec::new();
    for source in found {
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
    let how = How { standing: Standing::Anywhere, bad_rows: BAD_ROWS, as_of: &|_| None, stops: &|| false };
    let gathered = gather(&mapping.plan, &mapping.roles, inputs, how, progress, &mut take)?;
    orders.shrink_to_fit();
    // No two are the same in all three.
    orders.sort_unstable_by(|a: &SourceOrder, b: &SourceOrder| {
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
#[derive(Clone, Copy)]
pub(crate) struct How<'h> {
    pub standing: Standing,
    /// Bad rows that are told one by one; the others are counted.
    pub bad_rows: usize,
    /// When a file of that name was made, where that is said.
    pub as_of: &'h dyn Fn(&str) -> Option<Instant>,
    /// Whether nobody waits for the orders any more: the reading ends with [`ReadError::Stopped`].
    pub stops: &'h dyn Fn() -> bool,
}

/// Where an order comes from: the file whose version of it counts, its first row there, and when that file was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whence {
    pub file: usize,
    pub row: u64,
    pub as_of: Option<Instant>,
}

/// What was read, beside the orders.
pub(crate) struct Gathered {
    pub files: Vec<InputFile>,
    /// The names of all files, by their numbers in places.
    pub names: Vec<String>,
    pub bad: BadRows,
    pub left_out: u64,
    pub in_doubt: u64,
    pub rows: RowCounts,
    pub unknown_states: UnknownStates,
    pub repeated_files: Vec<String>,
    pub doubled_files: Vec<String>,
    pub rows_without_line: BTreeMap<String, u64>,
    /// What is not certain: without a shop it may be of any.
    pub gaps: Vec<(Option<ShopId>, Gap)>,
}

/// Reads the files and hands over the orders that are whole, in the order of their first rows. Where several files
/// hold lines, orders may go on from one to the other and are kept until the last row was read.
pub(crate) fn gather<R: Roles>(
    plan: &Plan,
    roles: &R,
    inputs: &[PathBuf],
    how: How<'_>,
    progress: &mut dyn FnMut(u64, u64),
    each: &mut dyn FnMut(Whence, R::Order) -> Result<(), ReadError>,
) -> Result<Gathered, ReadError> {
    let found = Found::find(plan, inputs)?;
    let made: Vec<Option<Instant>> = found.0.iter().map(|source| (how.as_of)(&source.name)).collect();
    let take: Take<'_, R::Order> =
        &mut |RowAt { file, row }, order| each(Whence { file, row, as_of: made[file] }, order);
    let order = ReadingOrder::of(&found, how.as_of)?;
    let mut meter = Meter::new(order.bytes(&found), progress, how.stops);
    let mut bad = Bad::new(&found, how.bad_rows);
    let mut tables = vec![Table::default()];
    for slot in 1..plan.tables.len() {
        tables.push(Table::load(plan, slot, order.of_table(&found, slot), &mut meter, &mut bad)?);
    }
    let lines: Vec<_> = order.of_table(&found, 0).collect();
    let standing = if lines.len() > 1 { Standing::Anywhere } else { how.standing };
    let mut gather = Gather::new(plan, &tables, roles, lines.len());
    let mut together = Together::default();
    for (file, source) in lines {
        gather.begin_file(file);
        let mut row = |row: Row, bad: &mut Bad<'_>| match standing {
            Standing::Anywhere => {
                gather.take(&row, bad);
                Ok(())
            }
            Standing::Together => gather.take_together(&row, &mut together, &found, bad, take),
        };
        source.each_row(file, plan, &mut meter, &mut bad, &mut row)?;
        gather.end_file(file);
    }
    gather.hand_over_all(&mut bad, take)?;
    let rows_without_line = no_line::find(plan, &tables, roles, &mut |row| gather.miss(row, &mut bad));
    let Outcome { counts, left_out, in_doubt, gaps, doubled, unknown_states } = gather.finish(&mut bad);
    let of_file = |file: usize| (found.name(file).to_owned(), made[file]);
    Ok(Gathered {
        left_out,
        in_doubt,
        rows: counts,
        unknown_states,
        names: found.0.iter().map(|source| source.name.clone()).collect(),
        gaps: gaps.named(of_file),
        repeated_files: order.repeated(&found),
        doubled_files: doubled.into_iter().map(|file| found.name(file).to_owned()).collect(),
        rows_without_line,
        files: meter.into_files(&found, plan),
        bad: bad.into_rows(),
    })
}

impl Inputs {
    /// Whether every row is used, or says nothing that is not said elsewhere, for sure.
    pub fn is_whole(&self) -> bool {
        let is_in_doubt = self.notes_by_code.keys().any(|code| code.is_doubt());
        self.bad_rows == 0 && self.orders_left_out == 0 && !is_in_doubt && !self.unknown_states.in_question
    }

    fn count(mapping: &Mapping, orders: &[SourceOrder], gathered: Gathered) -> Self {
        let Gathered { files, bad, left_out, in_doubt, rows, repeated_files, .. } = gathered;
        let unknown_states = gathered.unknown_states;
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
            notes_by_code: bad.notes,
            bad_row_details: bad.details,
            unknown_states,
            orders_left_out: left_out,
            orders_maybe_repeated: in_doubt,
            repeated_rows: rows.repeated,
            rows,
            repeated_files,
            doubled_files: gathered.doubled_files,
            rows_without_line: gathered.rows_without_line,
            times_left_out: 0,
        }
    }
}
