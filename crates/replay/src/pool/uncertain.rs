//! What files leave uncertain, and the rows that ranks may depend on (A-S4-25).

use super::FileGaps;
use domain::{
    Instant, Lang, limits,
    pool::{Gap, GapRow},
};
use serde::Serialize;

/// A row that ranks may depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingRow {
    /// The file.
    pub file: String,
    /// Its row, as a spreadsheet counts.
    pub row: u64,
    /// Why it was left out, or is in doubt.
    pub code: String,
    /// Its order, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
}

/// What the whole export leaves uncertain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Uncertain {
    /// From when on it could count; nothing where nobody can tell.
    pub since: Option<String>,
    /// The first rows.
    pub rows: Vec<MissingRow>,
    /// How many they are in all.
    pub rows_in_all: u64,
    /// Orders that were left out or are in doubt, as far as they have names.
    pub orders: u64,
}

impl Uncertain {
    /// What is missing of files; `None` where nothing is.
    pub fn new(gaps: &FileGaps, show: impl Fn(Instant) -> String) -> Option<Self> {
        let since = gaps.all().filter_map(Gap::since).min()?;
        let rows = gaps.all().flat_map(|gap| gap.rows.iter().map(move |row| (gap, row)));
        let row = |(gap, row): (&Gap, &GapRow)| MissingRow {
            file: gap.source.clone(),
            row: row.row,
            code: row.code.clone(),
            order_id: row.order_id.as_ref().map(ToString::to_string),
        };
        Some(Self {
            since: since.at().map(show),
            rows: rows.take(limits::GAP_ROWS).map(row).collect(),
            rows_in_all: gaps.all().map(|gap| gap.rows_in_all).sum(),
            orders: gaps.all().map(|gap| gap.orders.len() as u64).sum(),
        })
    }

    /// In words, for a terminal.
    pub(super) fn told(&self, lang: Lang) -> String {
        let since = match (&self.since, lang) {
            (None, Lang::En) => "every rank".to_owned(),
            (None, Lang::Zh) => "所有名次".to_owned(),
            (Some(since), Lang::En) => format!("ranks from {since} on"),
            (Some(since), Lang::Zh) => format!("{since} 起的名次"),
        };
        let first = self.rows.iter().take(3).map(|MissingRow { file, row, code, .. }| {
            lang.pick(format!("{file} row {row} {code}"), format!("{file} 第 {row} 行 {code}"))
        });
        let first: Vec<String> = first.collect();
        let (rows, first) = (self.rows_in_all, first.join(lang.pick(", ", "，")));
        let more = if rows > 3 { ", ..." } else { "" };
        lang.pick(
            format!("{since} may depend on {rows} rows: {first}{more}"),
            format!("{since}可能受 {rows} 行影响：{first}{more}"),
        )
    }
}
