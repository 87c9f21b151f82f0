//! The rows that make up one line, and the values that the mapping makes from them.

use super::{
    bad::{BadCode, Fault, RowAt},
    table::{Row, Table, key},
    values::{self, Moment},
};
use crate::{
    plan::{Cell, JoinPlan, Piece, Plan, Step, Value},
    template::{ANY, UNKNOWN},
};
use domain::Instant;
use money::Money;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, cell::RefCell, str::FromStr};
use tabular::cell::has_lost_digits;

/// Bytes of a value that templates and maps make of cells: more than any id or time has.
const TEXT_BYTES: usize = 4 * super::limits::CELL_CHARS;

/// A row of the line table with the row of every other table that it leads to.
pub(crate) struct Joined<'r> {
    plan: &'r Plan,
    rows: Vec<Option<Cow<'r, Row>>>,
    /// Why not every row is there that must be.
    fault: Option<Fault>,
    /// What of its times is not certain.
    doubt: RefCell<Option<TimeDoubt>>,
}

/// Times of a row that its zone has twice or never.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TimeDoubt {
    /// The first of them.
    pub fault: Fault,
    /// Between which moments all of them were.
    pub since: Instant,
    pub until: Instant,
}

impl<'r> Joined<'r> {
    /// Follows the joins; a row that must be there and is not is a fault of the row that named it, and so is one
    /// that cannot be read. What can be followed is followed all the same: it may say which order the line is of.
    pub(super) fn follow(plan: &'r Plan, tables: &'r [Table], line: &'r Row) -> Self {
        let rows = vec![Some(Cow::Borrowed(line))];
        let mut joined = Self { plan, rows, fault: None, doubt: RefCell::default() };
        for (join, table) in plan.joins.iter().zip(&tables[1..]) {
            let (row, fault) = joined.led_to(join, table);
            joined.fault = joined.fault.or(fault);
            joined.rows.push(row.map(Cow::Owned));
        }
        joined
    }

    /// The row of a table that a join leads to, or why there is none.
    fn led_to(&self, join: &JoinPlan, table: &Table) -> (Option<Row>, Option<Fault>) {
        let cells: Option<Vec<&str>> = join.from.iter().map(|&cell| self.cell(cell)).collect();
        let cells = cells.filter(|cells| cells.iter().all(|cell| !cell.is_empty()));
        // Two numbers that have lost their digits are not the same number.
        let lost = join.from.iter().find(|&&cell| self.cell(cell).is_some_and(has_lost_digits));
        if let Some(&lost) = lost {
            return (None, Some(self.fault(lost, BadCode::DigitsLost)));
        }
        let row = cells.as_ref().and_then(|cells| table.find(&key(cells.iter().copied())));
        match row.as_ref().map(Row::fault) {
            Some(None) => (row, None),
            Some(damage) => (None, damage),
            None if join.optional => (None, None),
            None => {
                let code = cells.map_or(BadCode::Required, |_| BadCode::NoMatch);
                (None, Some(self.fault(join.from[0], code)))
            }
        }
    }

    /// What a row of a joined table says to which no line leads; `line` holds its key where a line would name it.
    pub(super) fn without_line(
        plan: &'r Plan,
        tables: &'r [Table],
        (line, slot, row): (&'r Row, usize, &'r Row),
    ) -> Self {
        let mut joined = Self::follow(plan, tables, line);
        joined.rows[slot] = Some(Cow::Borrowed(row));
        joined
    }

    /// The text of a cell, empty for a word that the mapping calls empty; none when its row is not there.
    fn cell(&self, cell: Cell) -> Option<&str> {
        let text = match &self.rows[cell.table] {
            Some(row) => row.cell(cell.column),
            None => self.key_of_missing(cell)?,
        };
        Some(if self.plan.empty.everywhere(text) { "" } else { text })
    }

    /// Of a row that is not there and must be its key is known all the same: it says which order is left out.
    fn key_of_missing(&self, cell: Cell) -> Option<&str> {
        self.fault.as_ref()?;
        let join = self.plan.joins.get(cell.table.checked_sub(1)?)?;
        let at = self.plan.tables[cell.table].key.iter().position(|&column| column == cell.column)?;
        self.cell(join.from[at])
    }

    /// The columns that say which order the line belongs to.
    pub fn group(&self, cells: &[Cell]) -> Result<String, Fault> {
        let empty = |cell: &&Cell| self.cell(**cell).is_none_or(str::is_empty);
        if let Some(&cell) = cells.iter().find(empty) {
            return Err(self.fault(cell, BadCode::Required));
        }
        let lost = |cell: &&Cell| self.cell(**cell).is_some_and(has_lost_digits);
        if let Some(&cell) = cells.iter().find(lost) {
            return Err(self.fault(cell, BadCode::DigitsLost));
        }
        Ok(key(cells.iter().filter_map(|&cell| self.cell(cell))))
    }

    /// Where the line itself stands.
    pub fn line_at(&self) -> RowAt {
        let row = self.rows[0].as_ref().expect("a line has its own row");
        row.at
    }

    /// Why the line cannot be read: its own row is damaged, or one that it leads to.
    pub fn line_fault(&self) -> Option<Fault> {
        self.rows[0].as_deref().and_then(Row::fault).or_else(|| self.fault.clone())
    }

    /// Something is wrong with a cell. When its row is not there, the line is at fault.
    fn fault(&self, cell: Cell, code: BadCode) -> Fault {
        let table = &self.plan.tables[cell.table];
        Fault {
            at: self.rows[cell.table].as_ref().map_or_else(|| self.line_at(), |row| row.at),
            column: table.columns[cell.column].clone(),
            value: self.cell(cell).unwrap_or_default().to_owned(),
            code,
        }
    }

    /// Something is wrong with a value; its first column that is there stands for it.
    pub fn wrong(&self, value: &Value, code: BadCode) -> Fault {
        if let Some(cell) = value.first_cell() {
            return self.fault(cell, code);
        }
        let said = self.text(value).unwrap_or_default();
        Fault { at: self.line_at(), column: value.field.to_owned(), value: said, code }
    }

    /// The value's text, empty when all of its templates are.
    pub fn text(&self, value: &Value) -> Result<String, Fault> {
        self.first(value, |_| false).map(Cow::into_owned)
    }

    /// The same of what may be left out: words such as `-` and `NULL` are empty.
    pub fn optional(&self, value: &Value) -> Result<Cow<'_, str>, Fault> {
        self.first(value, |cell| self.plan.empty.as_value(cell))
    }

    /// Refuses a row that does not say what the first row of an order always says, where the mapping names that.
    pub fn begins(&self, told: &Value) -> Result<(), Fault> {
        let is_told = told.templates.is_empty() || !self.optional(told)?.is_empty();
        is_told.then_some(()).ok_or_else(|| self.wrong(told, BadCode::Required))
    }

    /// Whether a state says that word: of its templates the first counts that says something. `unknown` says nothing.
    pub fn says(&self, value: &Value, word: &str) -> Result<bool, Fault> {
        for template in &value.templates {
            let text = self.fill(template, &|_| false)?;
            if !text.is_empty() && text != UNKNOWN {
                return Ok(text == word);
            }
        }
        Ok(false)
    }

    /// The first word of a state that its map catches with `"*"` alone, and whether that is `unknown`.
    pub fn caught(&self, value: &Value) -> Option<(Cell, &str, bool)> {
        let pieces = value.templates.iter().flatten();
        pieces.into_iter().find_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Cell(cell, steps) => {
                let word = self.cell(*cell).filter(|word| !word.is_empty())?;
                Some((*cell, word, caught(word, steps)?))
            }
        })
    }

    fn first(&self, value: &Value, is_empty: impl Fn(&str) -> bool) -> Result<Cow<'_, str>, Fault> {
        for template in &value.templates {
            let text = self.fill(template, &is_empty)?;
            if !text.is_empty() {
                return Ok(text);
            }
        }
        Ok(Cow::Borrowed(""))
    }

    fn fill(&self, template: &[Piece], is_empty: &impl Fn(&str) -> bool) -> Result<Cow<'_, str>, Fault> {
        let mut text = Cow::Borrowed("");
        for (at, piece) in template.iter().enumerate() {
            match piece {
                Piece::Text(plain) => text.to_mut().push_str(plain),
                Piece::Cell(cell, steps) => {
                    let filled = self.step(*cell, steps)?;
                    // What a map makes of a word is its own affair.
                    let is_mapped = steps.iter().any(|step| matches!(step, Step::Map(_)));
                    if filled.is_empty() || (!is_mapped && is_empty(&filled)) {
                        return Ok(Cow::Borrowed(""));
                    }
                    if text.len() + filled.len() > TEXT_BYTES {
                        return Err(self.fault(*cell, BadCode::TooLong));
                    }
                    if at == 0 {
                        text = filled;
                    } else {
                        text.to_mut().push_str(&filled);
                    }
                }
            }
        }
        Ok(text)
    }

    fn step(&self, cell: Cell, steps: &[Step]) -> Result<Cow<'_, str>, Fault> {
        let mut text = Cow::Borrowed(self.cell(cell).unwrap_or_default());
        for step in steps {
            match step {
                Step::First(count) => text = Cow::Owned(text.chars().take(*count).collect()),
                Step::Map(_) if text.is_empty() => {}
                Step::Map(map) => match map.get(&*text).or_else(|| map.get(ANY)) {
                    Some(to) => text = Cow::Owned(to.clone()),
                    None => return Err(self.fault(cell, BadCode::NotInMap)),
                },
            }
        }
        Ok(text)
    }

    /// A text that must be there.
    pub fn required(&self, value: &Value) -> Result<String, Fault> {
        let text = self.text(value)?;
        if text.is_empty() {
            return Err(self.wrong(value, BadCode::Required));
        }
        Ok(text)
    }

    /// An id that must be there.
    pub fn id<T: FromStr>(&self, value: &Value) -> Result<T, Fault> {
        let text = self.first(value, |_| false)?;
        let fault = |code| Fault { value: text.clone().into_owned(), ..self.wrong(value, code) };
        if text.is_empty() {
            return Err(self.wrong(value, BadCode::Required));
        }
        if has_lost_digits(&text) {
            return Err(fault(BadCode::DigitsLost));
        }
        text.parse().map_err(|_| fault(BadCode::NotAnId))
    }

    /// A moment; none when it is empty.
    pub fn time(&self, value: &Value) -> Result<Option<Instant>, Fault> {
        let text = self.optional(value)?;
        if text.is_empty() {
            return Ok(None);
        }
        let read = values::time(&text, &self.plan.times).map_err(|code| self.wrong(value, code))?;
        if let Moment::Unsure { code, since, until, .. } = read {
            let mut doubt = self.doubt.borrow_mut();
            let known =
                doubt.get_or_insert_with(|| TimeDoubt { fault: self.wrong(value, code), since, until });
            (known.since, known.until) = (known.since.min(since), known.until.max(until));
        }
        Ok(Some(read.at()))
    }

    /// An end; none when it is empty. 23:59:59 on the wall is the next 00:00:00 (A-G-3).
    pub fn end(&self, value: &Value) -> Result<Option<Instant>, Fault> {
        Ok(self.time(value)?.map(|given| self.plan.times.zone.end(given)))
    }

    /// What of the times that were read is not certain.
    pub fn take_doubt(&self) -> Option<TimeDoubt> {
        self.doubt.take()
    }

    /// An amount; none when it is empty.
    pub fn amount(&self, value: &Value) -> Result<Option<Money>, Fault> {
        let text = self.optional(value)?;
        if text.is_empty() {
            return Ok(None);
        }
        let read = values::amount(&text, &self.plan.amounts);
        read.map(Some).map_err(|code| self.wrong(value, code))
    }

    /// A whole number of units, 0 among them; 1 when it is empty.
    pub fn quantity(&self, value: &Value) -> Result<u64, Fault> {
        let text = self.optional(value)?;
        if text.is_empty() {
            return Ok(1);
        }
        values::quantity(&text, &self.plan.amounts).map_err(|code| self.wrong(value, code))
    }

    /// An amount that may be negative; none when it is empty.
    pub fn signed_amount(&self, value: &Value) -> Result<Option<Money>, Fault> {
        let text = self.optional(value)?;
        if text.is_empty() {
            return Ok(None);
        }
        let read = values::amount(&text, &self.plan.amounts).or_else(|code| {
            let size = (code == BadCode::NegativeAmount)
                .then(|| values::amount(&text.replacen(['-', '−', '－'], "", 1), &self.plan.amounts).ok());
            size.flatten().and_then(Money::checked_neg).ok_or(code)
        });
        read.map(Some).map_err(|code| self.wrong(value, code))
    }

    /// The column and the text of a line of no units.
    pub fn nothing(&self, quantity: &Value) -> (String, String) {
        let Fault { column, value, .. } = self.wrong(quantity, BadCode::ZeroQuantity);
        (column, value)
    }

    /// The column that stands for a value, or the mapping's key of a constant.
    pub fn column(plan: &Plan, value: &Value) -> String {
        let cell = value.first_cell();
        cell.map_or_else(
            || value.field.to_owned(),
            |cell| plan.tables[cell.table].columns[cell.column].clone(),
        )
    }
}

/// Whether a map has no other word for a text than `"*"`, and whether that says `unknown`.
fn caught(word: &str, steps: &[Step]) -> Option<bool> {
    let mut text = Cow::Borrowed(word);
    for step in steps {
        match step {
            Step::First(count) => text = Cow::Owned(text.chars().take(*count).collect()),
            Step::Map(map) => match map.get(&*text) {
                Some(to) => text = Cow::Owned(to.clone()),
                None => return map.get(ANY).map(|to| to == UNKNOWN),
            },
        }
    }
    None
}
