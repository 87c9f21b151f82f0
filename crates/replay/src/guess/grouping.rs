//! The rows of an order seen together: whether several share a number, what they agree in, what stands on the first only.

use super::{column::Column, words::Role};

/// What the rows of an order say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Orders that were seen.
    pub orders: usize,
    /// Orders of more than one row.
    pub of_several_rows: usize,
    /// Whether the rows of every order stand one after the other.
    pub together: bool,
    /// Whether what belongs to the order stands on its first row only.
    pub blank_below: bool,
    /// By column, whether rows of one order say different things.
    pub(super) varies: Vec<bool>,
}

impl Grouping {
    /// Looks at the rows by the order's number, that of the row above where it is blank.
    pub(super) fn of(columns: &[Column], order_id: Option<usize>) -> Self {
        let mut found = Self { together: true, varies: vec![false; columns.len()], ..Self::default() };
        let Some(order_id) = order_id else { return found };
        let mut orders: std::collections::HashMap<&str, Vec<usize>> = std::collections::HashMap::new();
        let mut above = "";
        for (row, number) in columns[order_id].values.iter().enumerate() {
            let number = if number.is_empty() { above } else { number.as_str() };
            let rows = orders.entry(number).or_default();
            found.together &= rows.last().is_none_or(|last| last + 1 == row);
            rows.push(row);
            above = number;
        }
        found.orders = orders.len();
        let several: Vec<&Vec<usize>> = orders.values().filter(|rows| rows.len() > 1).collect();
        found.of_several_rows = several.len();
        for (at, column) in columns.iter().enumerate() {
            let varies = |rows: &&Vec<usize>| {
                let mut values =
                    rows.iter().map(|row| &column.values[*row]).filter(|value| !value.is_empty());
                let first = values.next();
                values.any(|value| Some(value) != first)
            };
            found.varies[at] = several.iter().any(varies);
        }
        found.blank_below = columns[order_id].values.iter().skip(1).any(String::is_empty);
        found
    }

    /// Notes whether a column of the order is filled on first rows only: blank on every further row of an order whose
    /// first row has it, and there is one.
    pub(super) fn look_below(&mut self, columns: &[Column], order_id: usize, of_order: usize) {
        let (numbers, values) = (&columns[order_id].values, &columns[of_order].values);
        let (mut first, mut any) = (0, false);
        for row in 1..numbers.len() {
            if !numbers[row].is_empty() && numbers[row] != numbers[row - 1] {
                first = row;
            } else if !values[first].is_empty() {
                any = true;
                if !values[row].is_empty() {
                    return;
                }
            }
        }
        self.blank_below |= any;
    }

    /// What belongs to the order does not vary within one, and what belongs to a line varies somewhere.
    pub(super) fn allows(&self, role: Role, column: usize) -> bool {
        let varies = self.varies[column];
        match role {
            Role::CustomerId
            | Role::ParentId
            | Role::OrderedAt
            | Role::FirstPaidAt
            | Role::BalancePaidAt
            | Role::BalanceOpensAt
            | Role::BalanceClosesAt
            | Role::GoodsPaid
            | Role::Freight => !varies,
            Role::LineAmount | Role::LineId => varies || self.of_several_rows == 0,
            Role::OrderId
            | Role::ClosedAt
            | Role::Status
            | Role::Sku
            | Role::Quantity
            | Role::UnitPrice
            | Role::Method => true,
        }
    }
}
