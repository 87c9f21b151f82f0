//! What cannot be as the platform says of orders' coupons and assets, for the list of them.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first};
use crate::under_way::Open;
use domain::{Code, CouponId, ShopId, order::CouponConflict};
use port::{Change, ConflictRow, Noun, Page, Read, StoreError};
use rusqlite::{Connection, Row, params};

const WRITING: &str = "writing a conflict";
const READING: &str = "reading a conflict";

fn read(row: &Row<'_>) -> Result<ConflictRow, StoreError> {
    let cells = Cells::new(row, "coupon_conflicts", 2);
    Ok(ConflictRow {
        order_id: cells.id(2)?,
        conflict: CouponConflict {
            conflict_id: cells.id(1)?,
            coupon_id: cells.id_or_null(3)?,
            kind: cells.text(4)?.into(),
            code: cells.parsed(5, |text| Code::ALL.iter().copied().find(|code| code.as_str() == text))?,
            at: cells.instant(6)?,
        },
        is_over: false,
    })
}

impl Noun<ConflictRow> for Open<'_> {
    fn load(
        &mut self,
        keys: &[<ConflictRow as port::Row>::Key],
    ) -> Result<Vec<Option<ConflictRow>>, StoreError> {
        let sql = "SELECT shop_id, conflict_id, order_id, coupon_id, kind, code, at FROM coupon_conflicts
            WHERE shop_id = ?1 AND conflict_id = ?2";
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| first(&mut find, params![shop.as_str(), id.as_str()], READING, read))
    }

    fn write(&mut self, changes: &[Change<ConflictRow>]) -> Result<(), StoreError> {
        let put = "INSERT INTO coupon_conflicts (shop_id, conflict_id, order_id, coupon_id, kind, code, at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (shop_id, conflict_id) DO UPDATE SET
            order_id = excluded.order_id, coupon_id = excluded.coupon_id, kind = excluded.kind,
            code = excluded.code, at = excluded.at";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        let take = "DELETE FROM coupon_conflicts WHERE shop_id = ?1 AND conflict_id = ?2";
        let mut take = self.db.prepare_cached(take).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            if row.is_over {
                take.execute(params![shop.as_str(), id.as_str()]).doing(WRITING)?;
                continue;
            }
            let CouponConflict { coupon_id, kind, code, at, .. } = &row.conflict;
            let row = params![
                shop.as_str(),
                id.as_str(),
                row.order_id.as_str(),
                coupon_id.as_ref().map(CouponId::as_str),
                &**kind,
                code.as_str(),
                at.micros(),
            ];
            put.execute(row).doing(WRITING)?;
        }
        Ok(())
    }
}

/// A shop's conflicts by their ids.
pub fn conflicts(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<ConflictRow>> {
    let sql = "SELECT shop_id, conflict_id, order_id, coupon_id, kind, code, at FROM coupon_conflicts
        WHERE shop_id = ?1 AND conflict_id > ?2 ORDER BY conflict_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, read)
}
