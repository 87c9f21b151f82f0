//! The mapping file of a pool as it is written: its keys, word for word.
//!
//! What always holds: an unknown key is refused with its name. Meaning is checked elsewhere.

use super::strategies::{GiftText, Moment, PresaleText};
use crate::{
    mapping::{Alternatives, Amounts, Blank, Columns, Empty, Join, Table, Times},
    read::Standing,
};
use domain::time::Zone;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
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
    #[serde(default)]
    pub shop: Shop,
    #[serde(default)]
    pub download: Download,
    pub presale_strategy: Option<PresaleText>,
    #[serde(default)]
    pub gift_strategy: Vec<GiftText>,
}

/// What is the same for all lines of an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    /// The columns in which the lines of an order agree.
    pub group: Columns,
    /// Whether the rows of an order stand one after the other.
    #[serde(default)]
    pub rows: Standing,
    /// What a blank cell of the order's columns means.
    #[serde(default)]
    pub blank: Blank,
    pub order_id: Alternatives,
    #[serde(default)]
    pub shop: Alternatives,
    pub customer_id: Alternatives,
    pub ordered_at: Alternatives,
    #[serde(default)]
    pub first_paid_at: Alternatives,
    #[serde(default)]
    pub balance_paid_at: Alternatives,
    #[serde(default)]
    pub balance_opens_at: Alternatives,
    #[serde(default)]
    pub balance_closes_at: Alternatives,
    /// The order that it was split from; empty: none.
    #[serde(default)]
    pub parent_id: Alternatives,
    /// `true`: paid at once; `false`: with a balance; empty: not said.
    #[serde(default)]
    pub single_stage: Alternatives,
    /// The sum of the lines' amounts when it is left out.
    #[serde(default)]
    pub goods_paid: Alternatives,
    /// What went back of `goods_paid`; it is taken off.
    #[serde(default)]
    pub refunded: Alternatives,
    /// What the first row of an order always says: one that does not is no beginning of an order.
    #[serde(default)]
    pub told: Alternatives,
    #[serde(default)]
    pub closed: Closed,
}

/// Cancelled or refunded on the platform.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closed {
    /// It is closed when this says `closed`; without this, when `at` is not empty.
    #[serde(default)]
    pub status: Alternatives,
    #[serde(default)]
    pub at: Alternatives,
}

/// One line of an order: `amount`, or `unit_price` for one of its units.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// The table whose rows are the lines.
    pub table: String,
    /// The number of the line: rows of one are one line, rows of others are others.
    #[serde(default)]
    pub id: Alternatives,
    pub sku: Alternatives,
    #[serde(default)]
    pub quantity: Alternatives,
    #[serde(default)]
    pub amount: Alternatives,
    #[serde(default)]
    pub unit_price: Alternatives,
    /// A line that says `closed` is left off; when all do, the order is closed.
    #[serde(default)]
    pub closed: Alternatives,
}

/// What is known of the download.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Download {
    /// Through which moment the export holds every order; for ever when it is left out.
    pub through: Option<Moment>,
    /// When the export was made (A-S4-23); without it the order in which files are taken in counts.
    pub as_of: Option<AsOf>,
}

/// When files were made: all of them, or those whose names fit a pattern.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum AsOf {
    All(Moment),
    ByFile(BTreeMap<String, Moment>),
}

/// The shop that the pool is run in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shop {
    /// The zone of the list, and of times without an offset.
    pub time_zone: Option<Zone>,
    pub currency: Option<String>,
}
