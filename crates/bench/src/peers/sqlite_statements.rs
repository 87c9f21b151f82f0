//! The statements of the peer on bare `SQLite`: what a claim reads, and the rows that it writes.

use anyhow::Result;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row};

use crate::ours::{SHOP, Shown};

/// What a claim reads of an order.
pub struct OrderRow {
    /// Its place.
    pub id: i64,
    customer: String,
    state: String,
    doc: String,
}

const SHOWN: &str = r#""status":"displayed""#;
const PUSH: &str = r#"},"push":"#;
const ENTRIES: &str = r#""timeline_entries":"#;

impl OrderRow {
    /// Whether the order is open, the customer's, and shows that offer.
    pub fn shows(&self, shown: &Shown) -> bool {
        self.state == "open"
            && self.customer == shown.customer.as_str()
            // The offer stands at the document's end.
            && self.doc.rfind(SHOWN).is_some_and(|at| self.doc[..at].rfind(shown.offer.as_str()).is_some())
    }

    /// The document once the coupon is claimed; none if it is not one of ours.
    pub fn claimed(&self, coupon: &str) -> Option<String> {
        let (before, behind) = self.doc.rsplit_once(SHOWN)?;
        let (shown, push) = behind.split_once(PUSH)?;
        let (push, entries) = push.rsplit_once(ENTRIES)?;
        let entries: u32 = entries.strip_suffix('}')?.parse().ok()?;
        let entries = entries + 1;
        Some(format!(
            r#"{before}"status":"claimed"{shown},"coupon_id":"{coupon}"{PUSH}{push}{ENTRIES}{entries}}}"#
        ))
    }
}

/// Prepared once for a connection and borrowed for a group.
pub struct Statements<'db> {
    find_request: CachedStatement<'db>,
    find_order: CachedStatement<'db>,
    find_standing: CachedStatement<'db>,
    /// The order's document and timeline, in the room that the row has.
    pub move_order: CachedStatement<'db>,
    /// A coupon.
    pub put_coupon: CachedStatement<'db>,
    /// The customer's standing.
    pub put_standing: CachedStatement<'db>,
    /// The coupon's name beside it.
    pub put_name: CachedStatement<'db>,
    /// When the coupon runs out.
    pub put_timer: CachedStatement<'db>,
    /// The idempotency key with its answer.
    pub put_request: CachedStatement<'db>,
    /// The event for webhooks.
    pub publish: CachedStatement<'db>,
}

impl<'db> Statements<'db> {
    /// Compiles what is not compiled yet.
    pub fn prepare(db: &'db Connection) -> Result<Self> {
        Ok(Self {
            find_request: db
                .prepare_cached("SELECT digest, reply FROM requests WHERE shop_id = ?1 AND key = ?2")?,
            find_order: db.prepare_cached(
                "SELECT id, customer_id, state, doc FROM orders WHERE shop_id = ?1 AND order_id = ?2",
            )?,
            find_standing: db.prepare_cached(
                "SELECT doc FROM customers
                WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 0 AND item = ''",
            )?,
            move_order: db.prepare_cached(
                "UPDATE orders SET doc = ?2, timeline = timeline || ?3, room = zeroblob(max(
                    0, length(room) + octet_length(doc) - octet_length(?2) - octet_length(?3)))
                WHERE id = ?1",
            )?,
            put_coupon: db.prepare_cached(
                "INSERT INTO coupons (shop_id, coupon_id, campaign_id, kind, version, customer_id, spend, save,
                    bind, origin_order_id, allow_baitiao, claimed_at, usable_until, status, wake_at)
                VALUES (?1, ?2, ?3, 'payment', 1, ?4, 100, 50, 'origin_order', ?5, 1, ?6, ?7, 'available', ?7)",
            )?,
            put_standing: db.prepare_cached(
                "INSERT INTO customers (shop_id, customer_id, kind, item, doc) VALUES (?1, ?2, 0, '', ?3)
                ON CONFLICT (shop_id, customer_id, kind, item) DO UPDATE SET doc = excluded.doc",
            )?,
            put_name: db.prepare_cached(
                "INSERT INTO customers (shop_id, customer_id, kind, item) VALUES (?1, ?2, 1, ?3)",
            )?,
            put_timer: db.prepare_cached(
                "INSERT INTO timers (due_at, shop_id, kind, subject_id) VALUES (?1, ?2, 1, ?3)",
            )?,
            put_request: db.prepare_cached(
                "INSERT INTO requests (shop_id, key, digest, at, reply) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?,
            publish: db.prepare_cached(
                "INSERT INTO outbox (shop_id, event_id, type, subject, at, body)
                VALUES (?1, ?2, 'coupon.claimed', ?3, ?4, ?5)",
            )?,
        })
    }

    /// The digest of the request that came with a key, if one did.
    pub fn request(&mut self, key: &str) -> Result<Option<[u8; 16]>> {
        Ok(self.find_request.query_row([SHOP, key], |row| row.get(0)).optional()?)
    }

    /// The order of an offer.
    pub fn order(&mut self, shown: &Shown) -> Result<Option<OrderRow>> {
        let read = |row: &Row<'_>| {
            Ok(OrderRow { id: row.get(0)?, customer: row.get(1)?, state: row.get(2)?, doc: row.get(3)? })
        };
        Ok(self.find_order.query_row([SHOP, shown.order.as_str()], read).optional()?)
    }

    /// The standing of the customer that an offer is shown to.
    pub fn standing(&mut self, shown: &Shown) -> Result<Option<String>> {
        Ok(self.find_standing.query_row([SHOP, shown.customer.as_str()], |row| row.get(0)).optional()?)
    }
}
