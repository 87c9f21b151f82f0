//! What customers have had, one document each.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::Json;
use crate::query::{after, all, at_most, each, first, one};
use domain::{CustomerId, ShopId, customer::Standing};
use engine::port::{Page, Read, StoreError};
use rusqlite::{Connection, params};

const READING: &str = "reading a standing";
const ONE: &str =
    "SELECT shop_id, customer_id, doc FROM standings WHERE shop_id = ?1 AND customer_id = ?2";

/// Loads standings.
pub fn load(
    db: &Connection,
    keys: &[(ShopId, CustomerId)],
) -> Result<Vec<Option<Standing>>, StoreError> {
    let mut find = db.prepare_cached(ONE).doing(READING)?;
    each(keys, |(shop, customer)| {
        first(
            &mut find,
            params![shop.as_str(), customer.as_str()],
            READING,
            |row| Cells::new(row, "standings", 2).json(2),
        )
    })
}

/// Writes standings.
pub fn write(
    db: &Connection,
    json: &mut Json,
    standings: &[(ShopId, CustomerId, Standing)],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO standings (shop_id, customer_id, doc) VALUES (?1, ?2, ?3)
        ON CONFLICT (shop_id, customer_id) DO UPDATE SET doc = excluded.doc";
    let mut put = db.prepare_cached(sql).doing("writing a standing")?;
    for (shop, customer, standing) in standings {
        let row = params![shop.as_str(), customer.as_str(), json.text(standing)?];
        put.execute(row).doing("writing a standing")?;
    }
    Ok(())
}

/// One customer's standing.
pub fn standing(db: &Connection, shop: &ShopId, customer: &CustomerId) -> Read<Option<Standing>> {
    one(
        db,
        ONE,
        params![shop.as_str(), customer.as_str()],
        READING,
        |row| Cells::new(row, "standings", 2).json(2),
    )
}

/// A shop's standings by customer.
pub fn standings(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>> {
    let sql =
        "SELECT shop_id, customer_id, doc FROM standings WHERE shop_id = ?1 AND customer_id > ?2
        ORDER BY customer_id LIMIT ?3";
    all(
        db,
        sql,
        params![shop.as_str(), after(page), at_most(page.limit)],
        READING,
        |row| {
            let cells = Cells::new(row, "standings", 2);
            Ok((cells.id(1)?, cells.json(2)?))
        },
    )
}
