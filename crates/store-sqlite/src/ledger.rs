//! The orders' books, entry by entry.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::whole;
use crate::query::all;
use domain::{
    BatchId, CampaignId, CouponId, OrderId, PaymentId, RefundId, ShopId,
    ledger::{Account, Booked, Entry, Source, Way},
    order::Party,
};
use port::{Read, StoreError};
use rusqlite::{Connection, params};

const ACCOUNTS: [Account; 5] = [
    Account::MerchantSales,
    Account::MerchantDiscount,
    Account::MerchantRefund,
    Account::PlatformSubsidy,
    Account::CustomerCash,
];

const PARTIES: [Party; 2] = [Party::Merchant, Party::Platform];

const COLUMNS: &str =
    "shop_id, order_id, number, account, amount, reason, funded_by, at, booked_number, booked_at,
    campaign_id, coupon_id, batch_id, payment_id, refund_id, method";

/// Adds entries.
pub fn write(db: &Connection, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO entries ({COLUMNS})
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    );
    let mut add = db.prepare_cached(&sql).doing("writing the ledger")?;
    for entry in entries {
        let Source { campaign_id, coupon_id, batch_id, payment_id, refund_id, method } = &entry.source;
        let row = params![
            entry.shop_id.as_str(),
            entry.order_id.as_str(),
            entry.number,
            entry.account.as_str(),
            entry.amount.minor(),
            entry.reason,
            entry.funded_by.map(Party::as_str),
            entry.at.micros(),
            entry.booked.map(|booked| whole(booked.number)).transpose()?,
            entry.booked.map(|booked| booked.at.micros()),
            campaign_id.as_ref().map(CampaignId::as_str),
            coupon_id.as_ref().map(CouponId::as_str),
            batch_id.as_ref().map(BatchId::as_str),
            payment_id.as_ref().map(PaymentId::as_str),
            refund_id.as_ref().map(RefundId::as_str),
            method.map(Way::as_str),
        ];
        add.execute(row).doing("writing the ledger")?;
    }
    Ok(())
}

/// An order's entries by their numbers.
pub fn entries(db: &Connection, shop: &ShopId, order: &OrderId) -> Read<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE shop_id = ?1 AND order_id = ?2 ORDER BY number");
    all(db, &sql, params![shop.as_str(), order.as_str()], "reading the ledger", |row| {
        let cells = Cells::new(row, "entries", 3);
        let booked = match cells.number_or_null(8)? {
            Some(number) => Some(Booked { number, at: cells.instant(9)? }),
            None => None,
        };
        Ok(Entry {
            shop_id: cells.id(0)?,
            order_id: cells.id(1)?,
            number: cells.number(2)?,
            account: cells.parsed(3, |text| ACCOUNTS.into_iter().find(|account| account.as_str() == text))?,
            amount: cells.money(4)?,
            reason: cells.text(5)?.to_owned(),
            funded_by: cells.parsed_or_null(6, |text| PARTIES.into_iter().find(|p| p.as_str() == text))?,
            at: cells.instant(7)?,
            booked,
            source: Source {
                campaign_id: cells.id_or_null(10)?,
                coupon_id: cells.id_or_null(11)?,
                batch_id: cells.id_or_null(12)?,
                payment_id: cells.id_or_null(13)?,
                refund_id: cells.id_or_null(14)?,
                method: cells.parsed_or_null(15, Way::find)?,
            },
        })
    })
}
