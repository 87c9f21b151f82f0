//! What the rows of an export mean, and what becomes of them.
//!
//! What always holds: reading knows nothing of orders but what stands here, so a replay and a pool are read alike.

use super::{
    bad::{Fault, RowAt},
    cells::Joined,
    files::ReadError,
    lost::Goods,
    parts::Told,
    states::State,
};
use crate::{
    mapping::Blank,
    plan::{Cell, Plan, Value},
};
use domain::{CustomerId, Instant, OrderId, ShopId};
use money::Money;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What rows mean: which order they belong to, and what they add to it.
pub(crate) trait Roles {
    /// What a row says of its order.
    type Head: Serialize + DeserializeOwned;
    /// What it says of its line.
    type Line: PartialEq + Serialize + DeserializeOwned;
    /// An order of all its rows.
    type Order;
    /// The columns in which the rows of an order agree.
    fn group(&self) -> &[Cell];
    /// Where an order's id comes from.
    fn id(&self) -> &Value;
    /// All that an order is read from.
    fn order_values(&self) -> Vec<&Value>;
    /// All that a line is read from.
    fn line_values(&self) -> Vec<&Value>;
    /// What a blank cell of the order's columns means.
    fn blank(&self) -> Blank;
    /// What two rows of one id in one file are.
    fn same_id(&self) -> SameId;
    /// The states of an order and of a line, with the words by which they close.
    fn states(&self) -> (Option<State<'_>>, Option<State<'_>>);
    /// What the row says of its order.
    fn head(&self, joined: &Joined<'_>) -> Result<Self::Head, Fault>;
    /// In what two rows say different things of their order.
    fn differs<'s>(&'s self, one: &Self::Head, other: &Self::Head) -> Option<&'s Value>;
    /// What the row says of its line.
    fn line(&self, joined: &Joined<'_>) -> Result<RowLine<Self::Line>, Fault>;
    /// The goods of a line, all of which is known.
    fn goods(line: &Self::Line) -> Goods;
    /// The same as far as a row says it whose other cells may not be readable.
    fn try_goods(&self, joined: &Joined<'_>) -> Option<Goods>;
    /// The goods of a line by their name.
    fn sku(line: &Self::Line) -> &str;
    /// What amounts and quantities are read from.
    fn number_values(&self) -> Vec<&Value>;
    /// What moments are read from.
    fn time_values(&self) -> Vec<&Value>;
    /// The line's id, where the mapping names one.
    fn line_id(&self, joined: &Joined<'_>) -> Result<Option<String>, Fault>;
    /// Whether the mapping names one.
    fn has_line_ids(&self) -> bool;
    /// Where the line's id comes from.
    fn line_id_value(&self) -> Option<&Value>;
    /// Shop, id and time of an order.
    fn names<'h>(&self, head: &'h Self::Head) -> (&'h ShopId, &'h OrderId, Instant);
    /// The same as far as a row says it whose other cells may not be readable.
    fn try_names(&self, joined: &Joined<'_>) -> (Option<ShopId>, Option<OrderId>, Option<Instant>);
    /// Whose order it is.
    fn customer<'h>(&self, head: &'h Self::Head) -> &'h CustomerId;
    /// The same as far as a row says it.
    fn try_customer(&self, joined: &Joined<'_>) -> Option<CustomerId>;
    /// The order of all its rows.
    fn build(
        &self,
        plan: &Plan,
        head: Self::Head,
        rows: &[Told<RowLine<Self::Line>>],
    ) -> Result<Self::Order, Fault>;
}

/// What a row says of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RowLine<L> {
    /// A line.
    Line(L),
    /// What comes off the order's lines together.
    Discount(Discount),
    /// No units: the column and what stands there.
    Nothing(String, String),
}

/// What comes off an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Discount {
    pub off: Money,
    /// Whether the platform has closed it alone: then it went with what it was given for.
    pub is_closed: bool,
}

impl<L> RowLine<L> {
    /// Its goods; none of what comes off the order, or is nothing.
    pub fn goods<'l>(&'l self, of: impl Fn(&'l L) -> &'l str) -> &'l str {
        match self {
            Self::Line(line) => of(line),
            Self::Discount(_) | Self::Nothing(..) => "",
        }
    }
}

/// What two rows of one id in one file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SameId {
    /// One line, if they say the same.
    OneLine,
    /// A mistake.
    Mistake,
}

/// Takes an order that is whole, with the place of its first row.
pub(crate) type Take<'t, O> = &'t mut dyn FnMut(RowAt, O) -> Result<(), ReadError>;

/// What became of the rows of the lines' table, and of the orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows of lines that were read.
    pub read: u64,
    /// Rows that are part of an order.
    pub used: u64,
    /// Rows that another row says too, in an overlapping file for the most part: they are counted there.
    pub repeated: u64,
    /// Rows of no units, left out one by one.
    pub without_units: u64,
    /// Rows that are told one by one among the bad rows.
    pub bad: u64,
    /// Other rows of orders that were left out.
    pub of_orders_left_out: u64,
    /// Rows among the used ones that take something off their order.
    pub discounts: u64,
}
