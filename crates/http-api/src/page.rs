//! Lists: `?limit=&cursor=` -> `{data, next_cursor}`.

use crate::limits;
use engine::port::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where a list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows of the page, at most 200.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// What the reader takes.
    pub fn page(&self) -> Page {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT).clamp(1, limits::PAGE_ROWS);
        Page { after: self.cursor.clone(), limit }
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
    /// A list that comes whole.
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}
