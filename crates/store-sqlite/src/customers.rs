//! What a customer has, side by side: a standing, the names of the coupons and messages, and how many
//! coupons of each batch there were.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{BatchId, CustomerId, ShopId, customer::Standing};
use port::{BatchClaimKey, BatchClaims, Change, Noun, Page, Read, Row, StoreError};
use rusqlite::{CachedStatement, Connection, params};

const READING: &str = "reading a standing";
const WRITING: &str = "writing a standing";
const ONE: &str = "SELECT shop_id, customer_id, doc FROM customers
    WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 0 AND item = ''";

const BATCH_CLAIMS: &str = "SELECT shop_id, customer_id, doc FROM customers
    WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 3 AND item = ?3";

impl Noun<Standing> for Open<'_> {
    fn load(&mut self, keys: &[<Standing as Row>::Key]) -> Result<Vec<Option<Standing>>, StoreError> {
        let mut find = self.db.prepare_cached(ONE).doing(READING)?;
        each(keys, |(shop, customer)| {
            first(&mut find, params![shop.as_str(), customer.as_str()], READING, |row| {
                Cells::new(row, "standings", 2).document(2)
            })
        })
    }

    /// The whole row is given, so it takes the place of the one before: that needs one look for its place, where an
    /// update looks for the row first.
    fn write(&mut self, changes: &[Change<Standing>]) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO customers (shop_id, customer_id, kind, item, doc)
            VALUES (?1, ?2, 0, '', ?3)";
        let mut put = self.db.prepare_cached(sql).doing(WRITING)?;
        for Change { key: (shop, customer), row, .. } in changes {
            let row = params![shop.as_str(), customer.as_str(), self.json.document(row)?];
            put.execute(row).doing(WRITING)?;
        }
        Ok(())
    }
}

impl Noun<BatchClaims> for Open<'_> {
    fn load(&mut self, keys: &[BatchClaimKey]) -> Result<Vec<Option<BatchClaims>>, StoreError> {
        let mut find = self.db.prepare_cached(BATCH_CLAIMS).doing(READING)?;
        each(keys, |(shop, customer, batch)| {
            let row = params![shop.as_str(), customer.as_str(), batch.as_str()];
            first(&mut find, row, READING, |row| Cells::new(row, "customers", 2).json(2).map(BatchClaims))
        })
    }

    fn write(&mut self, changes: &[Change<BatchClaims>]) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO customers (shop_id, customer_id, kind, item, doc)
            VALUES (?1, ?2, 3, ?3, ?4)";
        let mut put = self.db.prepare_cached(sql).doing(WRITING)?;
        for Change { key: (shop, customer, batch), row, .. } in changes {
            let row = params![shop.as_str(), customer.as_str(), batch.as_str(), row.0.to_string()];
            put.execute(row).doing(WRITING)?;
        }
        Ok(())
    }
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
        Cells::new(row, "standings", 2).document(2)
    })
}

/// A shop's standings by customer.
pub fn standings(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>> {
    let sql =
        "SELECT shop_id, customer_id, doc FROM customers WHERE shop_id = ?1 AND customer_id > ?2 AND kind = 0
        ORDER BY customer_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        let cells = Cells::new(row, "standings", 2);
        Ok((cells.id(1)?, cells.document(2)?))
    })
}
