//! How an export lies in files: cut, doubled, overlapping, shuffled, with blank rows and columns in another order.
//!
//! What always holds: a layout tells which orders nobody could be certain of, by the rows alone: rows of an order that
//! are alike in every column and stand in several files may be the same rows or more units of it.

use crate::{
    dice::Dice,
    generate::{Cell, Table},
};
use std::collections::{BTreeMap, BTreeSet};

/// A line of a file behind its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A row of the table.
    Row(usize),
    Blank,
    /// The heading once more, as where files were put one after the other.
    Heading,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Part {
    pub entries: Vec<Entry>,
    /// The table's columns, as they stand in this file.
    pub columns: Vec<usize>,
    /// Order columns of rows that follow each other are one merged cell.
    pub merged: bool,
}

#[derive(Debug, Clone)]
pub struct Layout {
    pub parts: Vec<Part>,
    /// Sales that may be named as uncertain.
    pub may_doubt: BTreeSet<usize>,
    /// Sales that must be, as the rows alone tell another story too.
    pub must_doubt: BTreeSet<usize>,
    /// Whether the rows of an order may stand anywhere.
    scattered: bool,
}

impl Part {
    fn new(rows: Vec<usize>, table: &Table) -> Self {
        let entries = rows.into_iter().map(Entry::Row).collect();
        Self { entries, columns: (0..table.headings.len()).collect(), merged: false }
    }

    /// The rows of the table that stand here.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Row(row) => Some(*row),
            Entry::Blank | Entry::Heading => None,
        })
    }
}

impl Layout {
    /// The table in one file, as it is.
    pub fn whole(table: &Table) -> Self {
        let part = Part::new((0..table.rows.len()).collect(), table);
        Self { parts: vec![part], may_doubt: BTreeSet::new(), must_doubt: BTreeSet::new(), scattered: false }
    }

    /// The same with what nobody could be certain of.
    pub fn judged(table: &Table) -> Self {
        let mut layout = Self::whole(table);
        layout.judge(table);
        layout
    }

    /// Another one of the same rows. Merged cells are a workbook's.
    pub fn new(table: &Table, is_workbook: bool, dice: &mut Dice) -> Self {
        let merged = is_workbook && dice.chance(40);
        let shape = dice.below(4);
        let (mut rows, scattered) = in_some_order(table, merged, shape == 0, dice);
        let mut parts: Vec<Part> = match shape {
            0 => vec![rows],
            1 => cut(&rows, &|_| true, 0, dice),
            2 => {
                let starts = starts(table, &rows);
                cut(&rows, &|at| starts.contains(&at), 0, dice)
            }
            _ => {
                rows.sort_unstable();
                let starts = starts(table, &rows);
                let whole = dice.chance(70);
                cut(&rows, &|at| !whole || starts.contains(&at), 1 + dice.below(8), dice)
            }
        }
        .into_iter()
        .map(|rows| Part::new(rows, table))
        .collect();
        if dice.chance(25) {
            parts.push(parts[dice.below(parts.len())].clone());
        }
        dice.shuffle(&mut parts);
        for part in &mut parts {
            part.merged = merged;
            if dice.chance(30) {
                dice.shuffle(&mut part.columns);
            }
            for _ in 0..dice.pick(&[0, 0, 1, 3]) {
                let at = dice.below(part.entries.len() + 1);
                let inside = merged && at > 0 && at < part.entries.len();
                if !inside {
                    part.entries.insert(at, dice.pick(&[Entry::Blank, Entry::Blank, Entry::Heading]));
                }
            }
        }
        let scattered = scattered && shape < 3;
        let mut layout = Self { parts, may_doubt: BTreeSet::new(), must_doubt: BTreeSet::new(), scattered };
        layout.judge(table);
        layout
    }

    /// Which sales the rows alone do not settle.
    fn judge(&mut self, table: &Table) {
        if table.line_ids {
            return;
        }
        for part in &self.parts {
            let doubted: Vec<usize> =
                told_again(part, table).into_iter().chain(all_twins(part, table)).collect();
            self.may_doubt.extend(&doubted);
            self.must_doubt.extend(doubted);
        }
        let mut of_sale: BTreeMap<usize, Vec<Vec<&Vec<Cell>>>> = BTreeMap::new();
        for part in &self.parts {
            let mut here: BTreeMap<usize, Vec<&Vec<Cell>>> = BTreeMap::new();
            for row in part.rows() {
                let (sale, cells) = &table.rows[row];
                here.entry(*sale).or_default().push(cells);
            }
            for (sale, mut cells) in here {
                cells.sort();
                of_sale.entry(sale).or_default().push(cells);
            }
        }
        let at_edges = self.at_edges(table);
        for (sale, parts) in of_sale {
            let whole =
                |part: &Vec<&Vec<Cell>>| part.len() == table.rows.iter().filter(|it| it.0 == sale).count();
            if parts.iter().all(whole) && !at_edges.contains(&sale) && !self.scattered {
                continue;
            }
            // Where rows stand anywhere, those of the same goods may be one row with another remark, too.
            let same = |a: &[Cell], b: &[Cell]| {
                let columns = 0..table.headings.len();
                columns.filter(|at| !self.scattered || table.is_of_goods(*at)).all(|at| a[at] == b[at])
            };
            let has = |part: &&Vec<&Vec<Cell>>, row: &[Cell]| part.iter().any(|it| same(it, row));
            let alike = |row: &&Vec<Cell>| parts.iter().filter(|part| has(part, row)).count() > 1;
            // Rows that stand anywhere in several files are pieces of the order, or another version of it.
            if self.scattered && parts.len() > 1 {
                self.may_doubt.insert(sale);
            }
            if !parts.iter().any(|part| part.iter().any(alike)) {
                continue;
            }
            self.may_doubt.insert(sale);
            // As often as in the file that has most of them: that is what counting once comes to.
            let once = |row: &Vec<Cell>| {
                let times = parts.iter().map(|part| part.iter().filter(|it| **it == row).count());
                times.max().unwrap_or_default()
            };
            let rows = table.rows.iter().filter(|(of, _)| *of == sale);
            let truly = |row: &Vec<Cell>| table.rows.iter().filter(|it| it.0 == sale && it.1 == *row).count();
            if rows.map(|(_, row)| row).any(|row| once(row) != truly(row)) && !self.has_twins(table) {
                self.must_doubt.insert(sale);
            }
        }
    }

    /// Whether two files hold the same: that is one file told twice, whatever could be read out of it.
    fn has_twins(&self, table: &Table) -> bool {
        let cells = |part: &Part| part.rows().map(|row| table.rows[row].clone()).collect::<Vec<_>>();
        let parts: BTreeSet<_> = self.parts.iter().map(cells).collect();
        parts.len() < self.parts.len()
    }

    /// Sales with rows at the beginning or the end of a file: they may go on in another one.
    fn at_edges(&self, table: &Table) -> BTreeSet<usize> {
        let ends = |part: &Part| {
            let rows: Vec<usize> = part.rows().collect();
            [rows.first().copied(), rows.last().copied()]
        };
        self.parts.iter().flat_map(ends).flatten().map(|row| table.rows[row].0).collect()
    }
}

/// Rows that are alike may stand anywhere only in one file: in several nobody could tell what they are.
fn in_some_order(table: &Table, merged: bool, in_one: bool, dice: &mut Dice) -> (Vec<usize>, bool) {
    let mut rows: Vec<usize> = (0..table.rows.len()).collect();
    let mut scattered = false;
    if !merged
        && (in_one || table.rows.iter().collect::<BTreeSet<_>>().len() == rows.len())
        && dice.chance(30)
    {
        dice.shuffle(&mut rows);
        scattered = true;
    } else if dice.chance(40) {
        let mut sales: Vec<usize> = (0..table.sales.len()).collect();
        dice.shuffle(&mut sales);
        rows.sort_by_key(|row| sales[table.rows[*row].0]);
    }
    (rows, scattered)
}

/// Where orders begin.
fn starts(table: &Table, rows: &[usize]) -> BTreeSet<usize> {
    let of = |at: usize| table.rows[rows[at]].0;
    (0..rows.len()).filter(|at| *at == 0 || of(*at) != of(*at - 1)).collect()
}

/// Into two to six files, each of which may begin up to `over` places before the one before it ends.
fn cut(rows: &[usize], may: &dyn Fn(usize) -> bool, over: usize, dice: &mut Dice) -> Vec<Vec<usize>> {
    let places: Vec<usize> = (1..rows.len()).filter(|at| may(*at)).collect();
    let mut cuts = BTreeSet::from([0, rows.len()]);
    for _ in 0..=dice.below(5) {
        if !places.is_empty() {
            cuts.insert(places[dice.below(places.len())]);
        }
    }
    let cuts: Vec<usize> = cuts.into_iter().collect();
    let from = |at: usize| (at.saturating_sub(over)..=at).find(|at| *at == 0 || may(*at)).unwrap_or(at);
    cuts.windows(2).map(|ends| rows[from(ends[0])..ends[1]].to_vec()).collect()
}

/// A row of a sale.
type SaleRow = (usize, Vec<Cell>);
/// Rows of one sale that stand together.
type Stretch<'r> = &'r [&'r SaleRow];

/// Whether the rows are the first so many, which are not all alike, told again.
fn is_told_as_often(rows: Stretch<'_>, length: usize) -> bool {
    let has_several = rows[..length].iter().any(|row| row != &rows[0]);
    has_several && rows.len().is_multiple_of(length) && rows.chunks(length).all(|it| it == &rows[..length])
}

/// Sales with rows of one file that are the same although others stand between them, or that are several rows told as
/// often again: told twice, or units.
fn told_again(part: &Part, table: &Table) -> BTreeSet<usize> {
    let rows: Vec<&SaleRow> = part.rows().map(|row| &table.rows[row]).collect();
    let mut stretches: BTreeMap<usize, Vec<Stretch<'_>>> = BTreeMap::new();
    for stretch in rows.chunk_by(|a, b| a.0 == b.0) {
        stretches.entry(stretch[0].0).or_default().push(stretch);
    }
    let again = |stretches: &Vec<Stretch<'_>>| {
        if let [rows] = stretches[..] {
            return (2..rows.len()).any(|length| is_told_as_often(rows, length));
        }
        // What else stands in them may have changed in between.
        let goods = (0..table.headings.len()).filter(|at| table.is_of_goods(*at)).collect::<Vec<_>>();
        let alike = |a: &[Cell], b: &[Cell]| goods.iter().all(|&at| a[at] == b[at]);
        let has = |rows: Stretch<'_>, row: &[Cell]| rows.iter().any(|it| alike(&it.1, row));
        (1..stretches.len())
            .any(|at| stretches[..at].iter().any(|rows| stretches[at].iter().any(|row| has(rows, &row.1))))
    };
    stretches.iter().filter(|(_, it)| again(it)).map(|(sale, _)| *sale).collect()
}

/// The sale of the first row of a file that says everything several times, of several sales.
fn all_twins(part: &Part, table: &Table) -> Option<usize> {
    let mut counts: BTreeMap<&(usize, Vec<Cell>), usize> = BTreeMap::new();
    for row in part.rows() {
        *counts.entry(&table.rows[row]).or_default() += 1;
    }
    let times = (2..=*counts.values().min()?).any(|times| counts.values().all(|count| count % times == 0));
    let sales: BTreeSet<usize> = part.rows().map(|row| table.rows[row].0).collect();
    part.rows().next().filter(|_| times && sales.len() > 1).map(|row| table.rows[row].0)
}
