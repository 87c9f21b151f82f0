//! Rows of joined tables that no line leads to: an order whose items are in no file.
//!
//! What always holds: of a table that the mapping calls complete each such row is told, with what it says of its order.
//! Those of other tables are counted.

use super::{
    bad::{BadCode, Fault},
    cells::Joined,
    roles::Roles,
    table::{Row, Table},
};
use crate::plan::{Plan, TablePlan};
use domain::{Instant, OrderId, ShopId};
use std::collections::BTreeMap;

/// What is known of the order of a row that no line leads to.
pub(super) struct NoLine {
    /// Of a row that could not be read it was told why.
    pub fault: Fault,
    pub shop_id: Option<ShopId>,
    pub order_id: Option<OrderId>,
    pub placed_at: Option<Instant>,
}

/// Tells of the rows of complete tables. Answers how many there are of each other table, without those that could not
/// be read.
pub(super) fn find<R: Roles>(
    plan: &Plan,
    tables: &[Table],
    roles: &R,
    tell: &mut dyn FnMut(NoLine),
) -> BTreeMap<String, u64> {
    // Of all tables before any is told of: what such a row leads to counts as used by then.
    let unused: Vec<_> = tables.iter().map(Table::unused).collect();
    let mut counts = BTreeMap::new();
    for (slot, (shape, rows)) in plan.tables.iter().zip(unused).enumerate().skip(1) {
        if shape.complete {
            rows.for_each(|row| tell(no_line(plan, tables, roles, (slot, &row))));
        } else {
            let count = rows.filter(|row| row.damage.is_none()).count();
            counts.insert(shape.name.clone(), count as u64);
        }
    }
    counts
}

fn no_line<R: Roles>(plan: &Plan, tables: &[Table], roles: &R, (slot, row): (usize, &Row)) -> NoLine {
    let shape = &plan.tables[slot];
    let line = line_of(plan, slot, row);
    let joined = Joined::without_line(plan, tables, (&line, slot, row));
    let (shop_id, order_id, placed_at) = roles.try_names(&joined);
    let fault = row.fault().unwrap_or_else(|| of_key(shape, row));
    NoLine { fault, shop_id, order_id, placed_at }
}

fn of_key(shape: &TablePlan, row: &Row) -> Fault {
    let column = shape.key[0];
    let (name, value) = (shape.columns[column].clone(), row.cell(column).to_owned());
    Fault { at: row.at, column: name, value, code: BadCode::NoLine }
}

/// A line that says nothing but the key of the row, in the columns that lead there.
fn line_of(plan: &Plan, slot: usize, row: &Row) -> Row {
    let (join, key) = (&plan.joins[slot - 1], &plan.tables[slot].key);
    let mut cells = vec![""; plan.tables[0].columns.len()];
    for (from, &column) in join.from.iter().zip(key) {
        cells[from.column] = row.cell(column);
    }
    Row::of_cells(row.at, &cells)
}
