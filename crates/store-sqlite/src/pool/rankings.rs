//! Rankings by small numbers: a number stands in every row of a run's ranking, in place of its shop and its run.

use crate::error::Doing;
use crate::json::whole;
use crate::query::first;
use domain::ShopId;
use port::StoreError;
use rusqlite::{CachedStatement, Connection, params};

const READING: &str = "reading the number of a ranking";
const WRITING: &str = "numbering a ranking";

/// The ranking of shop `?1` and run `?2`, in a statement; null where it has no number, and so no places.
macro_rules! ranking {
    () => {
        "(SELECT id FROM rankings WHERE shop_id = ?1 AND run = ?2)"
    };
}
pub(super) use ranking;

/// Rankings that are written.
pub(super) struct Rankings<'c> {
    find: CachedStatement<'c>,
    put: CachedStatement<'c>,
    last: Option<(ShopId, u64, i64)>,
}

impl<'c> Rankings<'c> {
    pub fn of(db: &'c Connection) -> Result<Self, StoreError> {
        let find = "SELECT id FROM rankings WHERE shop_id = ?1 AND run = ?2";
        let put = "INSERT INTO rankings (shop_id, run) VALUES (?1, ?2)";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        Ok(Self { find: prepare(find)?, put: prepare(put)?, last: None })
    }

    /// The number of a ranking, which it is given where it has none. Rows of one come together.
    pub fn number(&mut self, shop: &ShopId, run: u64) -> Result<i64, StoreError> {
        if let Some((of, number, id)) = &self.last
            && *number == run
            && of == shop
        {
            return Ok(*id);
        }
        let key = params![shop.as_str(), whole(run)?];
        let known: Option<i64> = first(&mut self.find, key, READING, |row| row.get(0).doing(READING))?;
        let id = match known {
            Some(id) => id,
            None => self.put.insert(key).doing(WRITING)?,
        };
        self.last = Some((shop.clone(), run, id));
        Ok(id)
    }
}
