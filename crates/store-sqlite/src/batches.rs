//! Coupon batches: a document each, their figures beside them, and codes by their digests.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::{Json, whole};
use crate::query::{after, all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{
    BatchId, CouponId, Instant, ShopId,
    coupon::{Batch, BatchCounters, BatchRecord},
};
use port::{BatchRow, Change, Changes, CodeKey, CodeRow, Digest, Noun, Page, Read, StoreError};
use rusqlite::{Connection, Row, params};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};

const READING: &str = "reading a coupon batch";
const WRITING: &str = "writing a coupon batch";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT b.shop_id, b.batch_id, b.doc, n.issued, n.available, n.locked, n.used, n.expired, n.void,
            n.codes, n.redeemed FROM batches b
            JOIN batch_counters n ON n.shop_id = b.shop_id AND n.batch_id = b.batch_id ",
            $rest
        )
    };
}

const ONE: &str = select!("WHERE b.shop_id = ?1 AND b.batch_id = ?2");
const CODE: &str =
    "SELECT shop_id, digest, batch_id, coupon_id FROM codes WHERE shop_id = ?1 AND digest = ?2";

fn read(row: &Row<'_>) -> Result<BatchRow, StoreError> {
    let cells = Cells::new(row, "batches", 2);
    let counters = BatchCounters {
        issued: cells.number(3)?,
        available: cells.number(4)?,
        locked: cells.number(5)?,
        used: cells.number(6)?,
        expired: cells.number(7)?,
        void: cells.number(8)?,
        codes: cells.number(9)?,
        redeemed: cells.number(10)?,
    };
    Ok(BatchRow { record: Arc::new(cells.document(2)?), counters })
}

fn read_code(row: &Row<'_>) -> Result<CodeRow, StoreError> {
    let cells = Cells::new(row, "codes", 1);
    Ok(CodeRow { batch_id: cells.id(2)?, coupon_id: cells.id_or_null(3)? })
}

/// Loads batches with their figures.
pub fn load(db: &Connection, keys: &[(ShopId, BatchId)]) -> Result<Vec<Option<BatchRow>>, StoreError> {
    let mut find = db.prepare_cached(ONE).doing(READING)?;
    each(keys, |(shop, batch)| first(&mut find, params![shop.as_str(), batch.as_str()], READING, read))
}

impl Noun<CodeRow> for Open<'_> {
    fn load(&mut self, keys: &[CodeKey]) -> Result<Vec<Option<CodeRow>>, StoreError> {
        let mut find = self.db.prepare_cached(CODE).doing("reading a code")?;
        each(keys, |(shop, digest)| {
            first(&mut find, params![shop.as_str(), &digest[..]], "reading a code", read_code)
        })
    }

    fn write(&mut self, changes: &[Change<CodeRow>]) -> Result<(), StoreError> {
        let sql = "INSERT INTO codes (shop_id, digest, batch_id, coupon_id) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, digest) DO UPDATE SET coupon_id = excluded.coupon_id";
        let mut put = self.db.prepare_cached(sql).doing("writing a code")?;
        for Change { key: (shop, digest), row, .. } in changes {
            let coupon = row.coupon_id.as_ref().map(CouponId::as_str);
            put.execute(params![shop.as_str(), &digest[..], row.batch_id.as_str(), coupon])
                .doing("writing a code")?;
        }
        Ok(())
    }
}

/// Writes batches, then their figures.
pub fn write(db: &Connection, json: &mut Json, changes: &Changes) -> Result<(), StoreError> {
    for (shop, record) in &changes.batches {
        let sql = "INSERT INTO batches (shop_id, batch_id, voided_at, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, batch_id) DO UPDATE SET voided_at = excluded.voided_at, doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        let key = (shop.as_str(), record.batch.batch_id.as_str());
        let voided_at = record.voided_at.map(Instant::micros);
        put.execute(params![key.0, key.1, voided_at, json.document(&**record)?]).doing(WRITING)?;
        let sql = "INSERT INTO batch_counters VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        put.execute(params![key.0, key.1]).doing(WRITING)?;
    }
    for (shop, batch, counters) in &changes.batch_counters {
        write_counters(db, shop, batch, counters)?;
    }
    Ok(())
}

fn write_counters(
    db: &Connection,
    shop: &ShopId,
    batch: &BatchId,
    counters: &BatchCounters,
) -> Result<(), StoreError> {
    let sql = "UPDATE batch_counters SET issued = ?3, available = ?4, locked = ?5, used = ?6, expired = ?7,
        void = ?8, codes = ?9, redeemed = ?10 WHERE shop_id = ?1 AND batch_id = ?2";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    let BatchCounters { issued, available, locked, used, expired, void, codes, redeemed } = *counters;
    let row = params![
        shop.as_str(),
        batch.as_str(),
        whole(issued)?,
        whole(available)?,
        whole(locked)?,
        whole(used)?,
        whole(expired)?,
        whole(void)?,
        whole(codes)?,
        whole(redeemed)?,
    ];
    if put.execute(row).doing(WRITING)? == 0 {
        return Err(refused(format!("there is no coupon batch {batch} in shop {shop} to count for")));
    }
    Ok(())
}

/// One batch.
pub fn batch(db: &Connection, shop: &ShopId, batch: &BatchId) -> Read<Option<BatchRow>> {
    one(db, ONE, params![shop.as_str(), batch.as_str()], READING, read)
}

/// Terms of batches that were read before. They never change, and one may name 20,000 SKUs.
#[derive(Debug, Default)]
pub struct Terms(Mutex<FxHashMap<(ShopId, BatchId), Arc<Batch>>>);

/// Batches whose terms are kept; beyond it all are forgotten.
const TERMS_KEPT: usize = 256;

impl Terms {
    /// A batch's terms.
    pub fn find(&self, db: &Connection, shop: &ShopId, batch: &BatchId) -> Read<Option<Arc<Batch>>> {
        let key = (shop.clone(), batch.clone());
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&key) {
            return Ok(Some(Arc::clone(known)));
        }
        let sql = "SELECT shop_id, batch_id, doc FROM batches WHERE shop_id = ?1 AND batch_id = ?2";
        let found: Option<BatchRecord> =
            one(db, sql, params![shop.as_str(), batch.as_str()], READING, |row| {
                Cells::new(row, "batches", 2).document(2)
            })?;
        let Some(record) = found else {
            return Ok(None);
        };
        let mut kept = kept();
        if kept.len() >= TERMS_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&record.batch));
        Ok(Some(record.batch))
    }
}

/// A shop's batches by their ids.
pub fn batches(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<BatchRow>> {
    let sql = select!("WHERE b.shop_id = ?1 AND b.batch_id > ?2 ORDER BY b.batch_id LIMIT ?3");
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, read)
}

/// One code.
pub fn code(db: &Connection, shop: &ShopId, digest: &Digest) -> Read<Option<CodeRow>> {
    one(db, CODE, params![shop.as_str(), &digest[..]], "reading a code", read_code)
}
