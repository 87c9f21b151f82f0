//! Lists: `?limit=&cursor=` -> `{data, next_cursor}`. What a list does not know is refused: a slip of the
//! pen would show too much, or the first page again and again.

use crate::wire::limits;
use crate::wire::problem::Problem;
use domain::{BatchId, OrderId};
use port::{Page, Parked};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where a list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows of the page, at most 200.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What the cursors of a list are made of.
#[derive(Debug, Clone, Copy)]
pub enum Cursor {
    /// An id that the operator or this engine chose.
    Chosen,
    /// An id of the platform's own (A-G-11).
    Own,
    /// A number.
    Number,
    /// Where a waiting event stands.
    Parked,
    /// Where a reward of a campaign stands: its number among an order's, a blank, and the order.
    Reward,
    /// What the list itself reads and refuses.
    Opaque,
}

impl Cursor {
    /// What the reader goes on after; `None` where it never was a cursor of that list.
    fn read(self, text: String) -> Option<String> {
        match self {
            Self::Chosen => BatchId::try_new(&text).is_ok().then_some(text),
            Self::Own => OrderId::try_new(&text).ok().map(|id| id.as_str().to_owned()),
            Self::Number => {
                let number = text.parse::<i64>().ok().filter(|number| *number >= 0);
                number.is_some_and(|number| number.to_string() == text).then_some(text)
            }
            Self::Reward => {
                let (number, order) = text.split_once(' ')?;
                let is_number = number.parse::<u32>().is_ok_and(|read| read.to_string() == number);
                (is_number && OrderId::try_new(order).is_ok()).then_some(text)
            }
            Self::Opaque => Some(text),
            Self::Parked => is_parked(&text).then_some(text),
        }
    }
}

/// Order, source and event, each as the platform may write it; an event need not have an order.
fn is_parked(text: &str) -> bool {
    let (order, source, event) = Parked::read_cursor(text);
    let is_text = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    (order.is_empty() || OrderId::try_new(&order).is_ok()) && is_text(&source) && is_text(&event)
}

impl PageQuery {
    /// What the reader takes; refuses a limit outside 1 to 200 and what never was a cursor of that list.
    pub fn read(&self, kind: Cursor) -> Result<Page, Problem> {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT);
        if !(1..=limits::PAGE_ROWS).contains(&limit) {
            return Err(Problem::invalid_body("limit", &format!("1 to {}", limits::PAGE_ROWS)));
        }
        let cursor = self.cursor.clone().filter(|cursor| !cursor.is_empty());
        let wrong = || Problem::invalid_body("cursor", "the next_cursor of the page before");
        let after = cursor.map(|cursor| kind.read(cursor).ok_or_else(wrong)).transpose()?;
        Ok(Page { after, limit })
    }
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where the next page begins; absent on the last one.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page of rows; full pages may have another after them.
    pub fn of<R>(rows: Vec<R>, page: &Page, key: impl Fn(&R) -> String, view: impl FnMut(R) -> T) -> Self {
        let full = rows.len() >= page.limit;
        let next_cursor = rows.last().filter(|_| full).map(key);
        Self { data: rows.into_iter().map(view).collect(), next_cursor }
    }
    /// A page that says by itself where the next one begins.
    pub const fn going_on(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { data, next_cursor }
    }
    /// A list that comes whole.
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}
