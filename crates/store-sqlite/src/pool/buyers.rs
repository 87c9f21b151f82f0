//! A buyer's places in a run where only one of their orders counts.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::{Json, whole};
use crate::query::{each, first};
use domain::pool::RankKey;
use port::{BuyerKey, StoreError};
use rusqlite::{Connection, params};

const READING: &str = "reading a buyer's places";
const WRITING: &str = "writing a buyer's places";

/// Loads places; of a buyer without any, none.
pub fn load(db: &Connection, keys: &[BuyerKey]) -> Result<Vec<Vec<RankKey>>, StoreError> {
    let sql = "SELECT shop_id, run, customer_id, places FROM gift_buyers
        WHERE shop_id = ?1 AND run = ?2 AND customer_id = ?3";
    let mut find = db.prepare_cached(sql).doing(READING)?;
    each(keys, |(shop, run, customer)| {
        let places =
            first(&mut find, params![shop.as_str(), whole(*run)?, customer.as_str()], READING, |row| {
                Cells::new(row, "gift_buyers", 3).json(3)
            })?;
        Ok(places.unwrap_or_default())
    })
}

/// Writes places; an empty list takes the row away.
pub fn write(
    db: &Connection,
    json: &mut Json,
    changes: &[(BuyerKey, Vec<RankKey>)],
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let put = "INSERT INTO gift_buyers (shop_id, run, customer_id, places) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (shop_id, run, customer_id) DO UPDATE SET places = excluded.places";
    let take = "DELETE FROM gift_buyers WHERE shop_id = ?1 AND run = ?2 AND customer_id = ?3";
    let mut put = db.prepare_cached(put).doing(WRITING)?;
    let mut take = db.prepare_cached(take).doing(WRITING)?;
    for ((shop, run, customer), places) in changes {
        let (shop, run, customer) = (shop.as_str(), whole(*run)?, customer.as_str());
        let written = if places.is_empty() {
            take.execute(params![shop, run, customer])
        } else {
            put.execute(params![shop, run, customer, json.text(places)?])
        };
        written.doing(WRITING)?;
    }
    Ok(())
}
