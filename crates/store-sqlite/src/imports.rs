//! Imports of downloaded orders. The document says everything; what is searched stands beside it.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{ImportId, Instant, ShopId};
use port::{Change, Import, Noun, Page, Read, StoreError};
use rusqlite::{Connection, Row, params};

const WRITING: &str = "writing an import";
const READING: &str = "reading an import";

fn read(row: &Row<'_>) -> Result<Import, StoreError> {
    Cells::new(row, "imports", 2).document(2)
}

impl Noun<Import> for Open<'_> {
    fn load(&mut self, keys: &[<Import as port::Row>::Key]) -> Result<Vec<Option<Import>>, StoreError> {
        let sql = "SELECT shop_id, import_id, doc FROM imports WHERE shop_id = ?1 AND import_id = ?2";
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| first(&mut find, params![shop.as_str(), id.as_str()], READING, read))
    }

    fn write(&mut self, changes: &[Change<Import>]) -> Result<(), StoreError> {
        let put = "INSERT INTO imports (shop_id, import_id, state, created_at, finished_at, doc)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (shop_id, import_id) DO UPDATE SET
            state = excluded.state, finished_at = excluded.finished_at, doc = excluded.doc";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            let (created_at, finished_at) = (row.created_at.micros(), row.finished_at.map(Instant::micros));
            let (state, doc) = (row.state.as_str(), self.json.document(row)?);
            put.execute(params![shop.as_str(), id.as_str(), state, created_at, finished_at, doc])
                .doing(WRITING)?;
        }
        Ok(())
    }
}

/// An import.
pub fn import(db: &Connection, shop: &ShopId, import: &ImportId) -> Read<Option<Import>> {
    let sql = "SELECT shop_id, import_id, doc FROM imports WHERE shop_id = ?1 AND import_id = ?2";
    one(db, sql, params![shop.as_str(), import.as_str()], READING, read)
}

/// A shop's imports by their ids.
pub fn imports(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Import>> {
    let sql = "SELECT shop_id, import_id, doc FROM imports
        WHERE shop_id = ?1 AND import_id > ?2 ORDER BY import_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, read)
}

/// Those of all shops that have not ended, by shop and id.
pub fn open(db: &Connection) -> Read<Vec<Import>> {
    let sql =
        "SELECT shop_id, import_id, doc FROM imports WHERE finished_at IS NULL ORDER BY shop_id, import_id";
    all(db, sql, [], READING, read)
}
