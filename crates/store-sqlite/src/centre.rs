//! The message centre's plain tables: packs, contacts and consents, numbers, reports that came early.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::whole;
use crate::query::{after, all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{
    CustomerId, Instant, ShopId,
    message::{
        addressee::Addressee,
        numbers::{Number, NumberKey},
    },
};
use port::{Change, EarlyReports, Noun, PackRow, Page, Read, StoreError};
use rusqlite::{Connection, params};

const READING: &str = "reading the message centre";
const WRITING: &str = "writing the message centre";

impl Noun<PackRow> for Open<'_> {
    fn load(&mut self, keys: &[<PackRow as port::Row>::Key]) -> Result<Vec<Option<PackRow>>, StoreError> {
        let sql = "SELECT shop_id, purchase_id, doc FROM packs WHERE shop_id = ?1 AND purchase_id = ?2";
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id.as_str()], READING, |row| {
                Cells::new(row, "packs", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<PackRow>]) -> Result<(), StoreError> {
        let put =
            "INSERT INTO packs (shop_id, purchase_id, segments, bought_at, doc) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            let (segments, at, doc) =
                (whole(row.segments)?, row.bought_at.micros(), self.json.document(row)?);
            put.execute(params![shop.as_str(), id.as_str(), segments, at, doc]).doing(WRITING)?;
        }
        Ok(())
    }
}

const ADDRESSEE: &str =
    "SELECT shop_id, customer_id, doc FROM addressees WHERE shop_id = ?1 AND customer_id = ?2";

impl Noun<Addressee> for Open<'_> {
    fn load(&mut self, keys: &[<Addressee as port::Row>::Key]) -> Result<Vec<Option<Addressee>>, StoreError> {
        let mut find = self.db.prepare_cached(ADDRESSEE).doing(READING)?;
        each(keys, |(shop, customer)| {
            first(&mut find, params![shop.as_str(), customer.as_str()], READING, |row| {
                Cells::new(row, "addressees", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Addressee>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO addressees (shop_id, customer_id, doc) VALUES (?1, ?2, ?3)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, customer), row, .. } in changes {
            put.execute(params![shop.as_str(), customer.as_str(), self.json.document(row)?])
                .doing(WRITING)?;
        }
        Ok(())
    }
}

const NUMBER: &str = "SELECT shop_id, number, doc FROM numbers WHERE shop_id = ?1 AND number = ?2";

impl Noun<Number> for Open<'_> {
    fn load(&mut self, keys: &[<Number as port::Row>::Key]) -> Result<Vec<Option<Number>>, StoreError> {
        let mut find = self.db.prepare_cached(NUMBER).doing(READING)?;
        each(keys, |(shop, number)| {
            first(&mut find, params![shop.as_str(), number.as_str()], READING, |row| {
                Cells::new(row, "numbers", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Number>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO numbers (shop_id, number, doc) VALUES (?1, ?2, ?3)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, number), row, .. } in changes {
            put.execute(params![shop.as_str(), number.as_str(), self.json.document(row)?]).doing(WRITING)?;
        }
        Ok(())
    }
}

impl Noun<EarlyReports> for Open<'_> {
    fn load(
        &mut self,
        keys: &[<EarlyReports as port::Row>::Key],
    ) -> Result<Vec<Option<EarlyReports>>, StoreError> {
        let sql =
            "SELECT shop_id, provider_id, doc FROM early_reports WHERE shop_id = ?1 AND provider_id = ?2";
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id], READING, |row| {
                Cells::new(row, "early_reports", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<EarlyReports>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO early_reports (shop_id, provider_id, told_at, doc) VALUES (?1, ?2, ?3, ?4)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            put.execute(params![shop.as_str(), id, row.told_at.micros(), self.json.document(row)?])
                .doing(WRITING)?;
        }
        Ok(())
    }
}

/// A shop's packs by their ids.
pub fn packs(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<PackRow>> {
    let sql = "SELECT shop_id, purchase_id, doc FROM packs
        WHERE shop_id = ?1 AND purchase_id > ?2 ORDER BY purchase_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        Cells::new(row, "packs", 2).document(2)
    })
}

/// What is known of a customer.
pub fn addressee(db: &Connection, shop: &ShopId, customer: &CustomerId) -> Read<Option<Addressee>> {
    one(db, ADDRESSEE, params![shop.as_str(), customer.as_str()], READING, |row| {
        Cells::new(row, "addressees", 2).document(2)
    })
}

/// What is known of a number.
pub fn number(db: &Connection, shop: &ShopId, number: &NumberKey) -> Read<Option<Number>> {
    one(db, NUMBER, params![shop.as_str(), number.as_str()], READING, |row| {
        Cells::new(row, "numbers", 2).document(2)
    })
}

/// Shops that know any of these numbers, each with what it knows.
pub fn shops_of_numbers(db: &Connection, numbers: &[NumberKey]) -> Read<Vec<(ShopId, NumberKey, Number)>> {
    let sql = "SELECT number, shop_id, doc FROM numbers WHERE number = ?1 ORDER BY shop_id";
    let mut found = Vec::new();
    for number in numbers {
        found.extend(all(db, sql, [number.as_str()], READING, |row| {
            let cells = Cells::new(row, "numbers", 2);
            Ok((cells.id(1)?, number.clone(), cells.document(2)?))
        })?);
    }
    Ok(found)
}

/// Forgets early reports of before.
pub fn forget_early(db: &Connection, before: Instant) -> Result<(), StoreError> {
    let mut forget = db.prepare_cached("DELETE FROM early_reports WHERE told_at < ?1").doing(WRITING)?;
    forget.execute([before.micros()]).doing(WRITING).map(drop)
}
