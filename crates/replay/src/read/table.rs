//! A table that lines are joined to: its rows in memory, packed, found by key.
//!
//! What always holds: of the rows with one key exactly one can be found, by the mapping's `keep`.

use super::{
    bad::{Bad, BadCode, Fault, RowAt},
    files::{ReadError, Source},
    meter::Meter,
    packed::{Packed, Packer},
    values,
};
use crate::plan::{KeepPlan, Plan, TablePlan};
use money::Money;
use serde::{Deserialize, Serialize};
use std::{cell::Cell as Seen, cmp::Ordering, collections::HashMap};
use tabular::cell::has_lost_digits;

/// Why a row cannot be read, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Damage {
    pub column: String,
    pub value: String,
    pub code: BadCode,
    /// All cells of a row that are not known to stand in their columns: a cell too many or too few, a quote that
    /// is not closed. Empty where every cell stands in its own.
    pub loose: Box<[String]>,
}

/// The needed columns of a row, trimmed. Of a damaged one those cells that can be read, the others empty.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Row {
    pub at: RowAt,
    /// 16 bytes of the digest of all columns of the file: the same for the same row only. 0 where nobody asks.
    pub whole: u128,
    pub damage: Option<Box<Damage>>,
    text: Box<str>,
    /// Where each cell ends in the text.
    ends: Box<[u32]>,
}

impl Row {
    /// A row of cells that were written one after the other.
    pub fn new(at: RowAt, whole: u128, damage: Option<Box<Damage>>, (text, ends): (&str, &[u32])) -> Self {
        Self { at, whole, damage, text: text.into(), ends: ends.into() }
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

    /// A row of nothing but these cells.
    pub fn of_cells(at: RowAt, cells: &[&str]) -> Self {
        Self::new(at, 0, None, ("", &[])).filled(cells)
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

/// A row as it is kept.
#[derive(Debug)]
struct Kept {
    row: Packed,
    /// Whether a line led here.
    used: Seen<bool>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    by_key: HashMap<Box<str>, Kept>,
    packer: Packer,
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
                table.add(plan, slot, row, bad);
                Ok(())
            };
            source.each_row(file, plan, meter, bad, &mut take)?;
        }
        Ok(table)
    }

    /// A row that cannot be read keeps its key: what leads there cannot be read either.
    fn add(&mut self, plan: &Plan, slot: usize, row: Row, bad: &mut Bad<'_>) {
        let shape = &plan.tables[slot];
        let no_key = shape.key.iter().find(|&&c| row.cell(c).is_empty());
        let lost = shape.key.iter().find(|&&c| has_lost_digits(row.cell(c)));
        if let Some(damage) = row.fault() {
            if no_key.is_some() || row.is_loose() || lost.is_some() {
                self.lost.push((row.at, damage.code));
            } else {
                self.spoil(shape, row, bad);
            }
            return bad.add(damage);
        }
        if let Some(&empty) = no_key {
            return bad.add(shape.fault(&row, empty, BadCode::Required));
        }
        if let Some(&lost) = lost {
            self.lost.push((row.at, BadCode::DigitsLost));
            return bad.add(shape.fault(&row, lost, BadCode::DigitsLost));
        }
        if let Some(fault) = shape.rank(plan, &row).err() {
            self.spoil(shape, row.damaged(&fault), bad);
            return bad.add(fault);
        }
        let key = shape.key_of(&row);
        let Some(known) = self.get(&key) else { return self.keep(key, &row) };
        match shape.choose(plan, &known, &row) {
            Choice::Known => {}
            Choice::New => self.keep(key, &row),
            Choice::Neither => {
                let fault = shape.fault(&row, shape.key[0], BadCode::DuplicateKey);
                if known.damage.is_none() {
                    bad.add(Fault { at: known.at, ..fault.clone() });
                    self.keep(key, &row.damaged(&fault));
                }
                bad.add(fault);
            }
        }
    }

    fn get(&self, key: &str) -> Option<Row> {
        self.by_key.get(key).map(|kept| kept.row.unpack())
    }

    fn keep(&mut self, key: String, row: &Row) {
        let row = self.packer.pack(row);
        self.by_key.insert(key.into(), Kept { row, used: Seen::new(false) });
    }

    /// What leads to that key cannot be read any more; a row of the same key that could be is told too, where it was not
    /// to give way.
    fn spoil(&mut self, shape: &TablePlan, row: Row, bad: &mut Bad<'_>) {
        let file = row.at.file;
        let key = shape.key_of(&row);
        let known = self.get(&key);
        self.keep(key, &row);
        let Some(known) = known else { return };
        let gives_way = shape.keep == KeepPlan::Last && known.at.file != file;
        if known.damage.is_none() && !gives_way {
            bad.add(shape.fault(&known, shape.key[0], BadCode::DuplicateKey));
        }
    }

    /// Rows of which not even the key can be read.
    pub fn lost(&self) -> &[(RowAt, BadCode)] {
        &self.lost
    }

    /// The row of that key, which thereby counts as used.
    pub fn find(&self, key: &str) -> Option<Row> {
        let kept = self.by_key.get(key)?;
        kept.used.set(true);
        Some(kept.row.unpack())
    }

    /// The rows that no line led to by now, as they stand in their files. Each is unpacked as it comes.
    pub fn unused(&self) -> impl ExactSizeIterator<Item = Row> + use<'_> {
        let unused = self.by_key.values().filter(|kept| !kept.used.get());
        let mut unused: Vec<(RowAt, &Packed)> =
            unused.map(|kept| (kept.row.unpack::<Row>().at, &kept.row)).collect();
        unused.sort_unstable_by_key(|(at, _)| *at);
        unused.into_iter().map(|(_, row)| row.unpack())
    }
}

/// Which of two rows of one key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Known,
    New,
    /// Nobody can tell.
    Neither,
}

impl TablePlan {
    fn fault(&self, row: &Row, column: usize, code: BadCode) -> Fault {
        let (column, value) = (self.columns[column].clone(), row.cell(column).to_string());
        Fault { at: row.at, column, value, code }
    }

    fn key_of(&self, row: &Row) -> String {
        key(self.key.iter().map(|&c| row.cell(c)))
    }

    /// The number by which it is chosen among rows of its key, where it is.
    fn rank(&self, plan: &Plan, row: &Row) -> Result<Option<Money>, Fault> {
        match self.keep {
            KeepPlan::Lowest(column) | KeepPlan::Highest(column) => {
                let read = values::amount(row.cell(column), &plan.amounts);
                read.map(Some).map_err(|code| self.fault(row, column, code))
            }
            KeepPlan::Only | KeepPlan::First | KeepPlan::Last => Ok(None),
        }
    }

    /// A new row beside one that is known. First and last are files: rows of one file that say different things are two
    /// of one key, as when a spreadsheet has rounded the numbers of two orders.
    fn choose(&self, plan: &Plan, known: &Row, row: &Row) -> Choice {
        let one_file = known.at.file == row.at.file;
        match self.keep {
            KeepPlan::Last if !one_file => Choice::New,
            _ if known.damage.is_some() => Choice::Neither,
            KeepPlan::First if !one_file => Choice::Known,
            KeepPlan::Only | KeepPlan::First | KeepPlan::Last if known.says(row) => Choice::Known,
            KeepPlan::Only | KeepPlan::First | KeepPlan::Last => Choice::Neither,
            KeepPlan::Lowest(_) | KeepPlan::Highest(_) => {
                let better =
                    if matches!(self.keep, KeepPlan::Lowest(_)) { Ordering::Less } else { Ordering::Greater };
                let ranks = self.rank(plan, row).ok().zip(self.rank(plan, known).ok());
                let is_better = ranks.is_some_and(|(new, known)| new.cmp(&known) == better);
                if is_better { Choice::New } else { Choice::Known }
            }
        }
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
