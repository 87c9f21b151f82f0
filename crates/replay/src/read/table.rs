//! A table that lines are joined to: its rows in memory, found by key.
//!
//! What always holds: of the rows with one key exactly one can be found, by the mapping's `keep`.

use super::{
    bad::{Bad, BadCode, Fault, RowAt},
    files::{ReadError, Source},
    meter::Meter,
    values,
};
use crate::plan::{KeepPlan, Plan, TablePlan};
use std::{
    cell::Cell as Seen,
    cmp::Ordering,
    collections::{BTreeMap, HashMap, hash_map::Entry},
};
use tabular::cell::has_lost_digits;

/// Why a row cannot be read, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damage {
    pub column: String,
    pub value: String,
    pub code: BadCode,
    /// All cells of a row that are not known to stand in their columns: a cell too many or too few, a quote that
    /// is not closed. Empty where every cell stands in its own.
    pub loose: Box<[String]>,
}

/// The needed columns of a row, trimmed. Of a damaged one those cells that can be read, the others empty.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub at: RowAt,
    /// 16 bytes of the digest of all columns of the file: the same for the same row only. 0 where nobody asks.
    pub whole: u128,
    pub damage: Option<Box<Damage>>,
    text: Box<str>,
    /// Where each cell ends in the text.
    ends: Box<[u32]>,
    /// Whether a line led here.
    used: Seen<bool>,
}

impl Row {
    /// A row of cells that were written one after the other.
    pub fn new(at: RowAt, whole: u128, damage: Option<Box<Damage>>, (text, ends): (&str, &[u32])) -> Self {
        let used = Seen::new(false);
        Self { at, whole, damage, text: text.into(), ends: ends.into(), used }
    }

    /// What is told of it among the bad rows, where it is damaged.
    pub fn fault(&self) -> Option<Fault> {
        let Damage { column, value, code, .. } = &**self.damage.as_ref()?;
        Some(Fault { at: self.at, column: column.clone(), value: value.clone(), code: *code })
    }

    /// The same row, which for that reason cannot be read.
    fn damaged(mut self, fault: &Fault) -> Self {
        let Fault { column, value, code, .. } = fault.clone();
        self.damage = Some(Box::new(Damage { column, value, code, loose: Box::default() }));
        self
    }

    /// Whether its cells are not known to stand in their columns.
    pub fn is_loose(&self) -> bool {
        self.damage.as_ref().is_some_and(|damage| !damage.loose.is_empty())
    }

    /// Whether it says the same in all columns that the mapping names.
    fn says(&self, other: &Self) -> bool {
        self.text == other.text && self.ends == other.ends
    }

    /// The row with other texts in its cells.
    pub fn filled(&self, cells: &[&str]) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(cells.len()));
        for cell in cells {
            text.push_str(cell);
            ends.push(u32::try_from(text.len()).expect("a row's texts are bounded"));
        }
        Self::new(self.at, self.whole, self.damage.clone(), (&text, &ends))
    }

    /// How many cells it has.
    pub fn width(&self) -> usize {
        self.ends.len()
    }

    /// A cell of the columns that the mapping names, by its number.
    pub fn cell(&self, column: usize) -> &str {
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[column] as usize]
    }
}

#[derive(Debug, Default)]
pub(super) struct Table {
    by_key: HashMap<String, Row>,
    /// Rows of which not even the key can be read: any line may have led there.
    lost: Vec<(RowAt, BadCode)>,
}

impl Table {
    pub fn load<'s>(
        plan: &Plan,
        slot: usize,
        sources: impl Iterator<Item = (usize, &'s Source)>,
        meter: &mut Meter<'_>,
        bad: &mut Bad<'_>,
    ) -> Result<Self, ReadError> {
        let mut table = Self::default();
        for (file, source) in sources {
            let mut take = |row: Row, bad: &mut Bad<'_>| {
                if let Err(fault) = table.add(plan, slot, row) {
                    bad.add(fault);
                }
                Ok(())
            };
            source.each_row(file, plan, meter, bad, &mut take)?;
        }
        Ok(table)
    }

    /// A row that cannot be read keeps its key: what leads there cannot be read either.
    fn add(&mut self, plan: &Plan, slot: usize, row: Row) -> Result<(), Fault> {
        let shape = &plan.tables[slot];
        let fault = |row: &Row, column: usize, code| Fault {
            at: row.at,
            column: shape.columns[column].clone(),
            value: row.cell(column).to_string(),
            code,
        };
        let no_key = shape.key.iter().find(|&&c| row.cell(c).is_empty());
        if let Some(damage) = row.fault() {
            if no_key.is_some() || row.is_loose() || shape.key.iter().any(|&c| has_lost_digits(row.cell(c))) {
                self.lost.push((row.at, damage.code));
            } else {
                self.spoil(shape, row);
            }
            return Err(damage);
        }
        if let Some(&empty) = no_key {
            return Err(fault(&row, empty, BadCode::Required));
        }
        if let Some(&lost) = shape.key.iter().find(|&&c| has_lost_digits(row.cell(c))) {
            self.lost.push((row.at, BadCode::DigitsLost));
            return Err(fault(&row, lost, BadCode::DigitsLost));
        }
        let rank = |row: &Row, column: usize| {
            values::amount(row.cell(column), &plan.amounts).map_err(|code| fault(row, column, code))
        };
        if let KeepPlan::Lowest(column) | KeepPlan::Highest(column) = shape.keep
            && let Err(fault) = rank(&row, column)
        {
            self.spoil(shape, row.damaged(&fault));
            return Err(fault);
        }
        match self.by_key.entry(key(shape.key.iter().map(|&c| row.cell(c)))) {
            Entry::Vacant(free) => {
                free.insert(row);
            }
            Entry::Occupied(taken) if taken.get().damage.is_some() => {}
            Entry::Occupied(mut taken) => {
                let replaces = match shape.keep {
                    KeepPlan::Only if taken.get().says(&row) => false,
                    KeepPlan::Only => {
                        let fault = fault(&row, shape.key[0], BadCode::DuplicateKey);
                        taken.insert(row.damaged(&fault));
                        return Err(fault);
                    }
                    KeepPlan::First => false,
                    KeepPlan::Last => true,
                    KeepPlan::Lowest(c) => rank(&row, c)?.cmp(&rank(taken.get(), c)?) == Ordering::Less,
                    KeepPlan::Highest(c) => rank(&row, c)?.cmp(&rank(taken.get(), c)?) == Ordering::Greater,
                };
                if replaces {
                    taken.insert(row);
                }
            }
        }
        Ok(())
    }

    /// What leads to that key cannot be read any more.
    fn spoil(&mut self, shape: &TablePlan, row: Row) {
        let key = key(shape.key.iter().map(|&c| row.cell(c)));
        self.by_key.insert(key, row);
    }

    /// Rows of which not even the key can be read.
    pub fn lost(&self) -> &[(RowAt, BadCode)] {
        &self.lost
    }

    /// The row of that key, which thereby counts as used.
    pub fn find(&self, key: &str) -> Option<&Row> {
        let row = self.by_key.get(key)?;
        row.used.set(true);
        Some(row)
    }

    /// How many rows of each table no line led to.
    pub fn unused(plan: &Plan, tables: &[Self]) -> BTreeMap<String, u64> {
        let unused = |table: &Self| table.by_key.values().filter(|row| !row.used.get()).count();
        let named = plan.tables.iter().zip(tables).skip(1);
        named.map(|(shape, table)| (shape.name.clone(), unused(table) as u64)).collect()
    }
}

/// One text from several, which no other as many give: before each but the last stands how long it is, as whatever
/// could stand between two may stand in one.
pub(super) fn key<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let mut cells = cells.peekable();
    let mut key = String::new();
    while let Some(cell) = cells.next() {
        if cells.peek().is_some() {
            key.push_str(&cell.len().to_string());
            key.push(' ');
        }
        key.push_str(cell);
    }
    key
}
