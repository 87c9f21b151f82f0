//! Orders as they are loaded and written.

use crate::{Change, Row};
use domain::{Instant, OrderId, ShopId, order::Order};
use std::cmp::Ordering;

/// An order as it is stored, with what is to be added to its timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// The order; boxed, for rows are moved and sorted.
    pub order: Box<Order>,
    /// When its timer is due; at most one timer an order.
    pub wake_at: Option<Instant>,
    /// Lines of JSON to add to its timeline; none where it has been loaded.
    pub timeline: String,
}

impl Row for OrderRow {
    type Key = (ShopId, OrderId);
    const NAME: &'static str = "order";

    fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }
    /// New orders lie behind one another, as they were placed.
    fn in_place(one: &Change<Self>, other: &Change<Self>) -> Ordering {
        let place = |change: &Change<Self>| change.row.order.placed_at;
        let by_shop = one.key.0.cmp(&other.key.0);
        by_shop.then_with(|| place(one).cmp(&place(other))).then_with(|| one.key.1.cmp(&other.key.1))
    }
}
