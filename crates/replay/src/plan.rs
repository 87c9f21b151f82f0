//! The mapping made ready for reading: tables and columns are numbers instead of names.
//!
//! What always holds: slot 0 is the table of the lines, and every later slot is joined from an
//! earlier one, so the rows of a line are found in the order of the slots. Only columns that the
//! mapping names are kept in memory.

mod compile;
mod words;

use crate::{mapping::Keep, mapping::Repeated, template::ValueMap};
use std::collections::BTreeMap;

pub(crate) use compile::{Compiler, Layout};
pub(crate) use words::{RFC3339, SERIAL, SERIAL_1904};

#[derive(Debug)]
pub(crate) struct Plan {
    pub tables: Vec<TablePlan>,
    /// `joins[i]` finds the row of table `i + 1`.
    pub joins: Vec<JoinPlan>,
    pub times: TimesPlan,
    pub amounts: crate::mapping::Amounts,
    pub empty: crate::mapping::Empty,
    /// Whether lines have numbers of their own: else it is asked which rows are the same.
    pub has_line_ids: bool,
}

/// What the columns mean to a replay.
#[derive(Debug)]
pub(crate) struct ReplayRoles {
    pub order: OrderPlan,
    pub line: LinePlan,
}

#[derive(Debug)]
pub(crate) struct TablePlan {
    pub name: String,
    /// What its files are called, with `*` for any characters.
    pub files: Vec<String>,
    /// The sheet of a workbook; its first visible one that is not empty when none is named.
    pub sheet: Option<String>,
    /// As the mapping says; else the file tells.
    pub encoding: Option<tabular::Encoding>,
    pub delimiter: Option<u8>,
    pub header_row: Option<u64>,
    pub columns: Vec<String>,
    /// Which of `columns` amounts and quantities are read from.
    pub numbers: Vec<usize>,
    /// Which of `columns` times are read from.
    pub times: Vec<usize>,
    /// Which of `columns` are the key.
    pub key: Vec<usize>,
    pub keep: KeepPlan,
    /// Whether a row that no line leads to is a bad one.
    pub complete: bool,
    /// Those of `columns` that a file may be without.
    pub may_lack: Vec<String>,
}

impl TablePlan {
    /// The columns that its files have.
    pub fn needed(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| !self.may_lack.contains(column)).map(String::as_str)
    }
}

/// [`Keep`] with its column as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepPlan {
    Only,
    First,
    Last,
    Lowest(usize),
    Highest(usize),
}

#[derive(Debug)]
pub(crate) struct JoinPlan {
    pub from: Vec<Cell>,
    pub optional: bool,
}

impl JoinPlan {
    /// Whether a line leads there by cells of its own.
    pub fn is_from_lines(&self) -> bool {
        self.from.iter().all(|cell| cell.table == 0)
    }
}

/// A column of a table, both by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub table: usize,
    pub column: usize,
}

#[derive(Debug)]
pub(crate) struct TimesPlan {
    pub zone: domain::time::Zone,
    pub formats: Vec<String>,
    pub seconds: crate::mapping::Seconds,
}

#[derive(Debug)]
pub(crate) struct OrderPlan {
    pub group: Vec<Cell>,
    pub blank: crate::mapping::Blank,
    pub id: Value,
    pub shop: Value,
    pub customer: Value,
    pub source: Value,
    pub placed_at: Value,
    /// What the first row of an order always says.
    pub told: Value,
    pub freight: Value,
    pub paid_at: Value,
    pub method: Value,
    pub cancelled_status: Value,
    pub cancelled_at: Value,
    pub cancelled_after_minutes: Option<u32>,
    pub shipped_at: Value,
    pub received_at: Value,
}

#[derive(Debug)]
pub(crate) struct LinePlan {
    pub id: Value,
    pub sku: Value,
    pub quantity: Value,
    pub unit_price: Value,
    pub freight: Value,
    pub repeated: Repeated,
    pub categories: Vec<Value>,
}

/// Templates of which the first that is not empty counts.
#[derive(Debug)]
pub(crate) struct Value {
    /// The key of the mapping file, for errors about a constant.
    pub field: &'static str,
    pub templates: Vec<Vec<Piece>>,
}

#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    Cell(Cell, Vec<Step>),
}

/// What happens to a value on its way, with its map at hand.
#[derive(Debug)]
pub(crate) enum Step {
    First(usize),
    Map(ValueMap),
}

impl Value {
    /// The first column that the value is made from; none for a constant.
    pub fn first_cell(&self) -> Option<Cell> {
        self.cells().next()
    }

    /// Every column that the value is made from.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        self.templates.iter().flatten().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Cell(cell, _) => Some(*cell),
        })
    }
}

/// Numbers columns as they are first named.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    names: Vec<String>,
    columns: Vec<BTreeMap<String, usize>>,
    by_name: BTreeMap<String, usize>,
}

impl Slots {
    pub fn add(&mut self, table: &str) -> usize {
        let slot = self.names.len();
        self.by_name.insert(table.to_owned(), slot);
        self.names.push(table.to_owned());
        self.columns.push(BTreeMap::new());
        slot
    }
    pub fn find(&self, table: &str) -> Option<usize> {
        self.by_name.get(table).copied()
    }
    pub fn column(&mut self, table: usize, name: &str) -> usize {
        let columns = &mut self.columns[table];
        if let Some(column) = columns.get(name) {
            return *column;
        }
        let column = columns.len();
        columns.insert(name.to_owned(), column);
        column
    }
    pub fn keep(&mut self, table: usize, keep: &Keep) -> KeepPlan {
        match keep {
            Keep::Only => KeepPlan::Only,
            Keep::First => KeepPlan::First,
            Keep::Last => KeepPlan::Last,
            Keep::Lowest(column) => KeepPlan::Lowest(self.column(table, column)),
            Keep::Highest(column) => KeepPlan::Highest(self.column(table, column)),
        }
    }
    pub fn take_columns(&mut self, table: usize) -> Vec<String> {
        let mut columns: Vec<(String, usize)> =
            std::mem::take(&mut self.columns[table]).into_iter().collect();
        columns.sort_unstable_by_key(|(_, column)| *column);
        columns.into_iter().map(|(name, _)| name).collect()
    }
    /// Columns of all tables.
    pub fn count(&self) -> usize {
        self.columns.iter().map(BTreeMap::len).sum()
    }
}
