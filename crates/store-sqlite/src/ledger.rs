//! The orders' books, entry by entry.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::all;
use domain::{
    OrderId, ShopId,
    ledger::{Account, Entry},
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

const fn party(party: Party) -> &'static str {
    match party {
        Party::Merchant => "merchant",
        Party::Platform => "platform",
    }
}

/// Adds entries.
pub fn write(db: &Connection, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = "INSERT INTO entries (shop_id, order_id, number, account, amount, reason, funded_by, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut add = db.prepare_cached(sql).doing("writing the ledger")?;
    for entry in entries {
        let row = params![
            entry.shop_id.as_str(),
            entry.order_id.as_str(),
            entry.number,
            entry.account.as_str(),
            entry.amount.minor(),
            entry.reason,
            entry.funded_by.map(party),
            entry.at.micros(),
        ];
        add.execute(row).doing("writing the ledger")?;
    }
    Ok(())
}

/// An order's entries by their numbers.
pub fn entries(db: &Connection, shop: &ShopId, order: &OrderId) -> Read<Vec<Entry>> {
    let sql = "SELECT shop_id, order_id, number, account, amount, reason, funded_by, at FROM entries
        WHERE shop_id = ?1 AND order_id = ?2 ORDER BY number";
    all(db, sql, params![shop.as_str(), order.as_str()], "reading the ledger", |row| {
        let cells = Cells::new(row, "entries", 3);
        Ok(Entry {
            shop_id: cells.id(0)?,
            order_id: cells.id(1)?,
            number: cells.number(2)?,
            account: cells.parsed(3, |text| ACCOUNTS.into_iter().find(|account| account.as_str() == text))?,
            amount: cells.money(4)?,
            reason: cells.text(5)?.to_owned(),
            funded_by: cells.parsed_or_null(6, |text| PARTIES.into_iter().find(|p| party(*p) == text))?,
            at: cells.instant(7)?,
        })
    })
}
