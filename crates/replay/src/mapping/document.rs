//! The mapping file as it is written: its keys, word for word.
//!
//! What always holds: an unknown key is refused with its name. Meaning is checked elsewhere.

use super::amounts::Amounts;
use super::empty::Empty;
use super::settings::{CampaignText, ClaimModel, ShopText};
use domain::time::Zone;
use serde::{Deserialize, Deserializer, de};
use std::{collections::BTreeMap, fmt};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub name: String,
    #[serde(default)]
    pub note: String,
    pub tables: BTreeMap<String, Table>,
    #[serde(default)]
    pub joins: Vec<Join>,
    #[serde(default)]
    pub maps: BTreeMap<String, BTreeMap<String, String>>,
    pub times: Times,
    #[serde(default)]
    pub amounts: Amounts,
    #[serde(default)]
    pub cells: Empty,
    pub order: Order,
    pub line: Line,
    pub shop: ShopText,
    pub campaign: CampaignText,
    pub claims: ClaimModel,
}

/// The files of one kind: CSV, or workbooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// A file name in which `*` stands for any characters, `orders-*.csv`, or several of them.
    pub file: Columns,
    /// The sheet, where the file is a workbook; its first visible one that is not empty when none is named.
    pub sheet: Option<String>,
    /// A label such as `gb18030`; found out when it is left out.
    pub encoding: Option<String>,
    /// Between cells; found by the heading when it is left out.
    pub delimiter: Option<char>,
    /// The row of the heading; found by its columns when it is left out.
    pub header_row: Option<u64>,
    /// What identifies a row; needed where the table is joined to.
    #[serde(default)]
    pub key: Columns,
    #[serde(default)]
    pub keep: Keep,
    /// Whether every row of it has a line: one that no line leads to is a bad row.
    #[serde(default)]
    pub complete: bool,
    /// Columns that a file may be without; they are empty then.
    #[serde(default)]
    pub may_lack: Columns,
}

/// Which of the rows with the same key is meant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Keep {
    /// A key stands once; the second is a bad row.
    #[default]
    Only,
    First,
    Last,
    /// The row with the lowest number in that column.
    Lowest(String),
    /// The row with the highest number in that column.
    Highest(String),
}

/// From a row that is known to the row of another table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    /// `table.column`, as many as the other table's key has.
    pub from: Columns,
    pub to: String,
    /// Whether a row without its other row is left empty rather than refused.
    #[serde(default)]
    pub optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Times {
    /// The zone of times without an offset; the shop's when it is left out.
    pub zone: Option<Zone>,
    /// strptime formats, tried in order; `rfc3339` is a word of its own.
    pub formats: Vec<String>,
    /// Whether a time of the day has to say its seconds.
    #[serde(default)]
    pub seconds: Seconds,
}

/// Whether a time of the day has to say its seconds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seconds {
    /// Without them it is the full minute.
    #[default]
    Optional,
    /// Without them it is no time: by the minute nobody can be ranked.
    Required,
}

/// What is the same for all lines of an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The columns in which the lines of an order agree.
    pub group: Columns,
    /// What a blank cell of the order's columns means.
    #[serde(default)]
    pub blank: Blank,
    pub id: Alternatives,
    pub shop: Alternatives,
    pub customer: Alternatives,
    #[serde(default)]
    pub source: Alternatives,
    pub placed_at: Alternatives,
    /// What the first row of an order always says: one that does not is no beginning of an order.
    #[serde(default)]
    pub told: Alternatives,
    /// Freight of the whole order, on top of that of its lines.
    #[serde(default)]
    pub freight: Alternatives,
    #[serde(default)]
    pub paid: Paid,
    #[serde(default)]
    pub cancelled: Cancelled,
    #[serde(default)]
    pub shipped_at: Alternatives,
    #[serde(default)]
    pub received_at: Alternatives,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paid {
    #[serde(default)]
    pub at: Alternatives,
    #[serde(default)]
    pub method: Alternatives,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancelled {
    /// The order was cancelled when this says `cancelled`.
    #[serde(default)]
    pub status: Alternatives,
    #[serde(default)]
    pub at: Alternatives,
    /// For unpaid orders without a time of cancelling.
    pub after_minutes: Option<u32>,
}

/// What a blank cell of an order-level column means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Blank {
    /// That nothing is there.
    #[default]
    Empty,
    /// What the row above says of the order.
    Above,
}

/// One line of an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// The table whose rows are the lines.
    pub table: String,
    pub id: Alternatives,
    pub sku: Alternatives,
    #[serde(default)]
    pub quantity: Alternatives,
    pub unit_price: Alternatives,
    #[serde(default)]
    pub freight: Alternatives,
    #[serde(default)]
    pub repeated: Repeated,
    #[serde(default)]
    pub category: Levels,
}

/// What becomes of rows that say the same goods at the same price in one order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Repeated {
    /// Each row is a line.
    #[default]
    Separate,
    /// They are one line, and their quantities add up.
    Add,
}

/// The category levels; an empty one is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Levels {
    pub first: Alternatives,
    pub second: Alternatives,
    pub third: Alternatives,
}

/// Templates, of which the first that is not empty counts; written as a text or a list of texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alternatives(pub Vec<String>);

/// Columns or file names, written as a text or a list of texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(pub Vec<String>);

impl<'de> Deserialize<'de> for Alternatives {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Texts).map(Self)
    }
}
impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Texts).map(Self)
    }
}

struct Texts;
impl<'de> de::Visitor<'de> for Texts {
    type Value = Vec<String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![text.to_owned()])
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(texts)
    }
}
