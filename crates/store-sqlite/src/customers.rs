//! What a customer has, side by side: a standing, the names of the coupons and messages, and how many
//! coupons of each batch there were.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::Json;
use crate::query::{after, all, at_most, each, first, one};
use domain::{BatchId, CustomerId, ShopId, customer::Standing};
use port::{BatchClaimKey, Page, Read, StoreError};
use rusqlite::{CachedStatement, Connection, params};

const READING: &str = "reading a standing";
const WRITING: &str = "writing a standing";
const ONE: &str = "SELECT shop_id, customer_id, doc FROM customers
    WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 0 AND item = ''";

const BATCH_CLAIMS: &str = "SELECT shop_id, customer_id, doc FROM customers
    WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 3 AND item = ?3";

/// Loads standings.
pub fn load(db: &Connection, keys: &[(ShopId, CustomerId)]) -> Result<Vec<Option<Standing>>, StoreError> {
    let mut find = db.prepare_cached(ONE).doing(READING)?;
    each(keys, |(shop, customer)| {
        first(&mut find, params![shop.as_str(), customer.as_str()], READING, |row| {
            Cells::new(row, "standings", 2).json(2)
        })
    })
}

/// Writes standings.
pub fn write(
    db: &Connection,
    json: &mut Json,
    standings: &[(ShopId, CustomerId, Standing)],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO customers (shop_id, customer_id, kind, item, doc) VALUES (?1, ?2, 0, '', ?3)
        ON CONFLICT (shop_id, customer_id, kind, item) DO UPDATE SET doc = excluded.doc";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    for (shop, customer, standing) in standings {
        let row = params![shop.as_str(), customer.as_str(), json.text(standing)?];
        put.execute(row).doing(WRITING)?;
    }
    Ok(())
}

/// Loads how many coupons of batches customers have had.
pub fn load_batch_claims(db: &Connection, keys: &[BatchClaimKey]) -> Result<Vec<Option<u32>>, StoreError> {
    let mut find = db.prepare_cached(BATCH_CLAIMS).doing(READING)?;
    each(keys, |(shop, customer, batch)| {
        let row = params![shop.as_str(), customer.as_str(), batch.as_str()];
        first(&mut find, row, READING, |row| Cells::new(row, "customers", 2).json(2))
    })
}

/// Writes how many coupons of batches customers have had.
pub fn write_batch_claims(db: &Connection, claims: &[(BatchClaimKey, u32)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO customers (shop_id, customer_id, kind, item, doc) VALUES (?1, ?2, 3, ?3, ?4)
        ON CONFLICT (shop_id, customer_id, kind, item) DO UPDATE SET doc = excluded.doc";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    for ((shop, customer, batch), count) in claims {
        let row = params![shop.as_str(), customer.as_str(), batch.as_str(), count.to_string()];
        put.execute(row).doing(WRITING)?;
    }
    Ok(())
}

/// How many coupons of a batch a customer has had.
pub fn batch_claims(db: &Connection, shop: &ShopId, customer: &CustomerId, batch: &BatchId) -> Read<u32> {
    let row = params![shop.as_str(), customer.as_str(), batch.as_str()];
    let found = one(db, BATCH_CLAIMS, row, READING, |row| Cells::new(row, "customers", 2).json(2))?;
    Ok(found.unwrap_or_default())
}

/// Notes what belongs to whom.
pub struct Owned<'c> {
    note: CachedStatement<'c>,
}

impl<'c> Owned<'c> {
    /// For coupons.
    pub fn coupons(db: &'c Connection) -> Result<Self, StoreError> {
        let sql = "INSERT INTO customers (shop_id, customer_id, kind, item) VALUES (?1, ?2, 1, ?3)";
        Ok(Self { note: db.prepare_cached(sql).doing("noting an owner")? })
    }
    /// For messages.
    pub fn messages(db: &'c Connection) -> Result<Self, StoreError> {
        let sql = "INSERT INTO customers (shop_id, customer_id, kind, item) VALUES (?1, ?2, 2, ?3)";
        Ok(Self { note: db.prepare_cached(sql).doing("noting an owner")? })
    }
    /// A new coupon's or message's owner.
    pub fn note(&mut self, shop: &ShopId, customer: &CustomerId, item: &str) -> Result<(), StoreError> {
        let row = params![shop.as_str(), customer.as_str(), item];
        self.note.execute(row).doing("noting an owner").map(drop)
    }
}

/// One customer's standing.
pub fn standing(db: &Connection, shop: &ShopId, customer: &CustomerId) -> Read<Option<Standing>> {
    one(db, ONE, params![shop.as_str(), customer.as_str()], READING, |row| {
        Cells::new(row, "standings", 2).json(2)
    })
}

/// A shop's standings by customer.
pub fn standings(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>> {
    let sql =
        "SELECT shop_id, customer_id, doc FROM customers WHERE shop_id = ?1 AND customer_id > ?2 AND kind = 0
        ORDER BY customer_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        let cells = Cells::new(row, "standings", 2);
        Ok((cells.id(1)?, cells.json(2)?))
    })
}
