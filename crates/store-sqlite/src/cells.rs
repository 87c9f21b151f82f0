//! Reads a row's cells. What cannot be read is an error that names the table and the row's key.

use crate::error::{corrupt, unreadable};
use domain::Instant;
use money::Money;
use port::StoreError;
use port::document::{self, Document};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// A row whose first columns are its key.
#[derive(Clone, Copy)]
pub struct Cells<'r, 's> {
    row: &'r Row<'s>,
    table: &'static str,
    key_columns: usize,
}

impl<'r, 's> Cells<'r, 's> {
    /// A row of a table, its key in the first columns of what was selected.
    pub fn new(row: &'r Row<'s>, table: &'static str, key_columns: usize) -> Self {
        Self { row, table, key_columns }
    }

    /// The error for a cell, or for the whole row.
    pub fn bad(&self, why: impl Display) -> StoreError {
        corrupt(self.table, self.key(), why)
    }

    fn key(&self) -> String {
        let key: Vec<String> = (0..self.key_columns)
            .map(|column| match self.row.get_ref(column) {
                Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
                Ok(ValueRef::Integer(number)) => number.to_string(),
                _ => "?".to_owned(),
            })
            .collect();
        key.join("/")
    }

    /// The error for a word or a number of a list that this program does not have: a later one wrote it.
    pub fn unknown(&self, column: usize, what: impl Display) -> StoreError {
        let name = self.name(column);
        self.bad(format_args!("column {name} holds `{what:.60}`, which this program does not know"))
    }

    fn name(&self, column: usize) -> String {
        self.row.as_ref().column_name(column).map_or_else(|_| column.to_string(), str::to_owned)
    }

    fn cell<T>(&self, column: usize, read: impl FnOnce(ValueRef<'r>) -> Option<T>) -> Result<T, StoreError> {
        let value = self.row.get_ref(column).map_err(|error| self.bad(error))?;
        read(value)
            .ok_or_else(|| self.bad(format_args!("column {} holds what it should not", self.name(column))))
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<&'r str, StoreError> {
        self.cell(column, |value| value.as_str().ok())
    }
    /// A text that may be missing.
    pub fn text_or_null(&self, column: usize) -> Result<Option<&'r str>, StoreError> {
        self.cell(column, |value| value.as_str_or_null().ok())
    }
    /// A whole number.
    pub fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        self.cell(column, |value| T::try_from(value.as_i64().ok()?).ok())
    }
    /// A whole number that may be missing.
    pub fn number_or_null<T: TryFrom<i64>>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.cell(column, |value| match value.as_i64_or_null().ok()? {
            Some(number) => T::try_from(number).ok().map(Some),
            None => Some(None),
        })
    }
    /// Yes or no.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        self.cell(column, |value| match value.as_i64().ok()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }
    /// 16 bytes.
    pub fn digest(&self, column: usize) -> Result<[u8; 16], StoreError> {
        self.cell(column, |value| value.as_blob().ok()?.try_into().ok())
    }
    /// A moment.
    pub fn instant(&self, column: usize) -> Result<Instant, StoreError> {
        self.number(column).map(Instant::from_micros)
    }
    /// A moment that may be missing.
    pub fn instant_or_null(&self, column: usize) -> Result<Option<Instant>, StoreError> {
        self.cell(column, |value| Some(value.as_i64_or_null().ok()?.map(Instant::from_micros)))
    }
    /// An amount.
    pub fn money(&self, column: usize) -> Result<Money, StoreError> {
        self.number(column).map(Money::from_minor)
    }
    /// A text of ours: an id, a status.
    pub fn parsed<T>(&self, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(text).ok_or_else(|| self.unknown(column, text))
    }
    /// A text of ours that may be missing.
    pub fn parsed_or_null<T>(
        &self,
        column: usize,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.text_or_null(column)? {
            Some(text) => parse(text).map(Some).ok_or_else(|| self.unknown(column, text)),
            None => Ok(None),
        }
    }
    /// An id.
    pub fn id<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.parsed(column, |text| text.parse().ok())
    }
    /// An id that may be missing.
    pub fn id_or_null<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.parsed_or_null(column, |text| text.parse().ok())
    }
    /// A document.
    pub fn document<D: Document>(&self, column: usize) -> Result<D, StoreError> {
        document::read(self.text(column)?).map_err(|why| unreadable(self.table, self.key(), &why))
    }
    /// JSON that is no document of its own: a number, a list.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(column)?).map_err(|error| self.bad(error))
    }
    /// Such JSON that may be missing.
    pub fn json_or_null<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>, StoreError> {
        let text = self.text_or_null(column)?;
        text.map(|text| serde_json::from_str(text).map_err(|error| self.bad(error))).transpose()
    }
}
