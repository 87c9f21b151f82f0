//! The orders of a ready store, column by column, for peers that keep them in a shape of their own.

use anyhow::Result;
use rusqlite::Row;

/// An order that shows a coupon.
#[derive(Debug)]
#[allow(missing_docs, reason = "the words say it")]
pub struct ShownOrder {
    pub order_id: String,
    pub customer_id: String,
    pub state: String,
    pub placed_at: i64,
    pub payable: i64,
    pub wake_at: i64,
    pub cancel_at: i64,
    pub offer_id: String,
    pub offer_status: String,
    pub campaign_id: String,
    /// The document, what is in the columns among it.
    pub doc: String,
    /// One entry a line.
    pub timeline: String,
}

impl ShownOrder {
    /// All of them by their ids.
    pub const QUERY: &str = "SELECT order_id, customer_id, state, placed_at, payable, wake_at,
        doc ->> '$.cancel_at', doc ->> '$.recovery.offer.offer_id', doc ->> '$.recovery.offer.status',
        doc ->> '$.recovery.offer.campaign_id', doc, timeline FROM orders ORDER BY order_id";

    /// One of them.
    pub fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            order_id: row.get(0)?,
            customer_id: row.get(1)?,
            state: row.get(2)?,
            placed_at: row.get(3)?,
            payable: row.get(4)?,
            wake_at: row.get(5)?,
            cancel_at: row.get(6)?,
            offer_id: row.get(7)?,
            offer_status: row.get(8)?,
            campaign_id: row.get(9)?,
            doc: row.get(10)?,
            timeline: row.get(11)?,
        })
    }
}
