//! Orders as they are loaded and written.

use domain::{Instant, ShopId, order::Order};

/// An order as it is stored: `wake_at` is the due time of its timer.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// The order; boxed, for rows are moved and sorted.
    pub order: Box<Order>,
    /// When its timer is due; at most one timer an order.
    pub wake_at: Option<Instant>,
}

/// An order to write.
#[derive(Debug)]
pub struct OrderChange {
    /// The shop.
    pub shop_id: ShopId,
    /// Its state after the batch.
    pub order: Box<Order>,
    /// Whether the order is new to the store.
    pub is_new: bool,
    /// Its timer before, to be taken away when it differs,
    pub old_wake: Option<Instant>,
    /// and after.
    pub wake_at: Option<Instant>,
    /// Lines of JSON to add to its timeline.
    pub timeline: String,
}
