//! What is seen of a file: its headings, its columns, what they may mean.

use super::{
    column::Column,
    fits,
    glance::Glance,
    grouping::Grouping,
    heading, roles,
    roles::Roles,
    shape::Shape,
    times::TimesSeen,
    words::{self, Role},
};
use crate::ReadError;
use std::path::Path;

/// Rows that are looked at.
const ROWS: usize = 20_000;
/// States of orders that are told one by one.
const STATES: usize = 40;

/// Roles of an order that every row of it says, where it is not said on the first only.
const OF_ORDER: [Role; 4] = [Role::OrderedAt, Role::FirstPaidAt, Role::CustomerId, Role::GoodsPaid];

/// What is seen of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The file's name, without its folder.
    pub file: String,
    /// How it is written.
    pub glance: Glance,
    /// The row of the headings, as a spreadsheet counts; none in an empty file.
    pub heading_row: Option<u64>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// What they seem to mean.
    pub roles: Roles,
    /// What the rows of an order say together.
    pub grouping: Grouping,
    /// How moments are written.
    pub times: TimesSeen,
    /// Words that stand for nothing in columns that have a role.
    pub empty_words: Vec<String>,
    /// The words of the orders' state, and how often each stands there; the frequent first.
    pub states: Vec<(String, usize)>,
    /// Shipped mappings whose columns are all there, with the table that this file would be, the closest first.
    pub fits: Vec<(&'static str, String)>,
}

/// Looks at a file.
pub fn look(path: &Path) -> Result<Look, ReadError> {
    let glance = Glance::at(path, ROWS)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Look::at(file, glance))
}

impl Look {
    /// What is seen of rows that were read.
    pub fn at(file: String, mut glance: Glance) -> Self {
        let rows = std::mem::take(&mut glance.rows);
        let heading = heading::find(&rows);
        let heading_row = heading.map(|at| rows[at].0);
        let columns = heading.map(|at| columns(&rows[at].1, &rows[at + 1..])).unwrap_or_default();
        let order_id = roles::order_id(&columns);
        let mut grouping = Grouping::of(&columns, order_id.map(|guess| guess.column));
        let roles = roles::all(&columns, order_id, &grouping);
        if let Some(number) = roles.get(&Role::OrderId) {
            for guess in OF_ORDER.iter().filter_map(|role| roles.get(role)) {
                grouping.look_below(&columns, number.column, guess.column);
            }
        }
        let headings: Vec<&str> = columns.iter().map(|column| column.heading.as_str()).collect();
        Self {
            times: TimesSeen::of(&columns, &roles),
            empty_words: empty_words(&columns, &roles),
            states: states(&columns, &roles),
            fits: fits::fits(&headings),
            file,
            glance,
            heading_row,
            columns,
            roles,
            grouping,
        }
    }

    /// The column that has a role.
    pub fn column(&self, role: Role) -> Option<&Column> {
        self.roles.get(&role).map(|guess| &self.columns[guess.column])
    }

    /// The currency of a column that says one and the same for all orders.
    pub fn currency(&self) -> Option<String> {
        let says =
            |column: &&Column| ["currency", "币种", "货币"].contains(&words::plain(&column.heading).as_str());
        let column = self.columns.iter().find(says)?;
        let mut said = column.values.iter().filter(|value| !value.is_empty());
        let first = said.next().filter(|code| money::Currency::find(code).is_some())?;
        said.all(|code| code == first).then(|| first.clone())
    }

    /// The role of a column, and whether it is sure.
    pub fn role(&self, column: usize) -> Option<(Role, bool)> {
        let of_column = self.roles.iter().find(|(_, guess)| guess.column == column);
        of_column.map(|(role, guess)| (*role, guess.is_sure))
    }
}

fn columns(headings: &[String], rows: &[(u64, Vec<String>)]) -> Vec<Column> {
    // As a mapping compares them.
    let headings: Vec<String> = headings.iter().map(|heading| tabular::name(heading)).collect();
    let stands_once = |heading: &String| headings.iter().filter(|other| *other == heading).count() == 1;
    let has_rows = |row: &&(u64, Vec<String>)| row.1.iter().any(|cell| !cell.is_empty());
    let column = |(at, heading): (usize, &String)| {
        let cell = |row: &(u64, Vec<String>)| row.1.get(at).cloned().unwrap_or_default();
        let values: Vec<String> = rows.iter().filter(has_rows).map(cell).collect();
        Column {
            heading: heading.clone(),
            shape: Shape::of(values.iter().map(String::as_str)),
            is_usable: !heading.is_empty() && stands_once(heading) && !heading.contains(['{', '}', '|']),
            values,
        }
    };
    headings.iter().enumerate().map(column).collect()
}

fn empty_words(columns: &[Column], roles: &Roles) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for guess in roles.values() {
        for word in &columns[guess.column].shape.empty_words {
            if !found.contains(word) {
                found.push(word.clone());
            }
        }
    }
    found
}

fn states(columns: &[Column], roles: &Roles) -> Vec<(String, usize)> {
    let Some(guess) = roles.get(&Role::Status) else { return Vec::new() };
    let mut counts = std::collections::BTreeMap::new();
    for value in columns[guess.column].values.iter().filter(|value| !value.is_empty()) {
        *counts.entry(value.clone()).or_insert(0) += 1;
    }
    let mut found: Vec<(String, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.truncate(STATES);
    found
}
