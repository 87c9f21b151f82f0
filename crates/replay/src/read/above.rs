//! What the rows around a row say: blank cells that mean the row above, and rows that do not say their order.
//!
//! What always holds: a blank cell is filled only where the mapping says `order.blank = "above"`: the cells of the
//! order from its first row, those that say which order it is from the row above. The first row is that of the file,
//! where one there says as much of the order: a newer download may say other things of it. Else it is that of an earlier
//! file, which may have been cut behind it.

use super::{
    packed::{Packed, Packer},
    roles::Roles,
    table::{Row, key},
};
use crate::{
    mapping::Blank,
    plan::{Cell, Value},
};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};
use tabular::cell::has_lost_digits;

/// Cells of the order's own columns, in the order of [`Columns::order`].
pub(super) type Cells = Box<[Box<str>]>;

/// Which columns of the lines' table say something of the order.
pub(super) struct Columns {
    /// Those that say which order it is.
    pub group: Vec<usize>,
    /// All that the order is read from and no line is, and those of the group.
    pub order: Vec<usize>,
    blank: Blank,
}

impl Columns {
    pub fn new<R: Roles>(roles: &R) -> Self {
        let of_lines = |cell: Cell| (cell.table == 0).then_some(cell.column);
        let columns = |values: Vec<&Value>| -> BTreeSet<usize> {
            values.into_iter().flat_map(Value::cells).filter_map(of_lines).collect()
        };
        let group: Vec<usize> = roles.group().iter().copied().filter_map(of_lines).collect();
        let mut order = &columns(roles.order_values()) - &columns(roles.line_values());
        order.extend(group.iter().copied());
        Self { group, order: order.into_iter().collect(), blank: roles.blank() }
    }

    /// What a row says in them. A number that a spreadsheet has shortened says nothing.
    pub fn cells(&self, row: &Row) -> Cells {
        let said = |&column: &usize| {
            let text = row.cell(column);
            if self.group.contains(&column) && has_lost_digits(text) { "" } else { text }.into()
        };
        self.order.iter().map(said).collect()
    }

    /// Whether cells hold all that a row says of its order beside which it is, and that is something.
    pub fn are_among(&self, loose: &BTreeSet<String>, cells: &Cells) -> bool {
        let said = self.order.iter().zip(cells).filter(|(column, _)| !self.group.contains(column));
        let mut said = said.filter(|(_, cell)| !cell.is_empty()).peekable();
        said.peek().is_some() && said.all(|(_, cell)| loose.contains(&**cell))
    }

    /// Which order it is, in cells of the order's columns.
    pub fn numbers<'c>(&'c self, cells: &'c Cells) -> impl Iterator<Item = &'c str> {
        let of_group = self.order.iter().zip(cells).filter(|(column, _)| self.group.contains(column));
        of_group.map(|(_, cell)| &**cell)
    }

    /// Whether two rows say the same where both say something, and whether there is such a cell.
    pub fn agree(one: &Cells, other: &Cells) -> (bool, bool) {
        let said = one.iter().zip(other.iter()).filter(|(a, b)| !a.is_empty() && !b.is_empty());
        said.fold((true, false), |(agree, _), (a, b)| (agree && a == b, true))
    }
}

/// Fills blank cells from the rows above.
#[derive(Default)]
pub(super) struct Above {
    file: usize,
    /// What the last row said of its order, and which it was.
    last: Option<Vec<Box<str>>>,
    /// In which file each order's first row stands and what it says of it, by the order's key.
    firsts: HashMap<Box<str>, Packed>,
    packer: Packer,
}

impl Above {
    /// The row with its blank cells filled.
    pub fn fill<'r>(&mut self, row: &'r Row, columns: &Columns) -> Cow<'r, Row> {
        if columns.blank == Blank::Empty {
            return Cow::Borrowed(row);
        }
        if self.file != row.at.file {
            (self.file, self.last) = (row.at.file, None);
        }
        // Of such a row nobody knows what stands where, nor of the one below it which order it is.
        if row.is_loose() {
            self.last = None;
            return Cow::Borrowed(row);
        }
        let mut cells: Vec<Cow<'_, str>> = (0..row.width()).map(|column| row.cell(column).into()).collect();
        let damaged = row.damage.is_some();
        if columns.group.iter().all(|&column| cells[column].is_empty()) {
            match &self.last {
                Some(last) if !damaged => {
                    for (&column, known) in columns.group.iter().zip(last) {
                        cells[column] = Cow::Owned(known.to_string());
                    }
                }
                Some(_) | None => {
                    self.last = None;
                    return Cow::Borrowed(row);
                }
            }
        }
        let group: Vec<Box<str>> = columns.group.iter().map(|&column| Box::from(&*cells[column])).collect();
        let said = |known: &Cells| {
            let mut columns = columns.order.iter().zip(known);
            columns.all(|(&column, known)| known.is_empty() || !cells[column].is_empty())
        };
        let key = key(group.iter().map(|cell| &**cell));
        match self.firsts.get(&*key).map(Packed::unpack::<(usize, Cells)>) {
            Some((file, first)) if file == row.at.file || !said(&first) => {
                for (&column, known) in columns.order.iter().zip(first) {
                    if cells[column].is_empty() {
                        cells[column] = Cow::Owned(known.into());
                    }
                }
            }
            Some(_) | None => {
                let first: Cells = columns.order.iter().map(|&column| Box::from(&*cells[column])).collect();
                self.firsts.insert(key.into(), self.packer.pack(&(row.at.file, first)));
            }
        }
        self.last = Some(group);
        let cells: Vec<&str> = cells.iter().map(|cell| &**cell).collect();
        Cow::Owned(row.filled(&cells))
    }

    /// Forgets the orders that were handed over: all but the last.
    pub fn forget(&mut self) {
        let last = self.last.as_ref().map(|last| key(last.iter().map(|cell| &**cell)));
        let last = last.and_then(|last| self.firsts.remove_entry(&*last));
        self.firsts.clear();
        self.firsts.shrink_to(1);
        self.firsts.extend(last);
    }
}
