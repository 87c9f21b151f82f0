//! What lies with a shop's row of its message centre: settings and templates, and the wallet.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::{Json, whole};
use crate::query::one;
use crate::timers::{Kind, Timers};
use domain::{
    ShopId,
    message::{office::Centre, wallet::Wallet},
};
use port::{Changes, Read, StoreError, Subject, WalletChange};
use rusqlite::{Connection, params};
use std::sync::Arc;

const READING: &str = "reading the message centre";
const WRITING: &str = "writing the message centre";

/// A shop's settings and templates.
pub fn centre(db: &Connection, shop: &ShopId) -> Read<Option<Arc<Centre>>> {
    let sql = "SELECT shop_id, doc FROM message_centres WHERE shop_id = ?1";
    one(db, sql, [shop.as_str()], READING, |row| {
        Cells::new(row, "message_centres", 1).document(1).map(Arc::new)
    })
}

/// A shop's wallet. One of a shop from before there were packs is empty and pays for nothing.
pub fn wallet(db: &Connection, shop: &ShopId) -> Read<Wallet> {
    let sql = "SELECT shop_id, doc FROM wallets WHERE shop_id = ?1";
    let found = one(db, sql, [shop.as_str()], READING, |row| Cells::new(row, "wallets", 1).document(1))?;
    Ok(found.unwrap_or(Wallet::new(false)))
}

/// Writes settings, templates and wallets.
pub fn write(db: &Connection, json: &mut Json, changes: &Changes) -> Result<(), StoreError> {
    for (shop, centre) in &changes.centres {
        let sql = "INSERT INTO message_centres (shop_id, doc) VALUES (?1, ?2)
            ON CONFLICT (shop_id) DO UPDATE SET doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        put.execute(params![shop.as_str(), json.document(&**centre)?]).doing(WRITING)?;
    }
    for WalletChange { shop_id: shop, wallet, old_wake } in &changes.wallets {
        let sql = "INSERT INTO wallets (shop_id, bought, reserved, sent, expired, doc) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (shop_id) DO UPDATE SET bought = excluded.bought, reserved = excluded.reserved,
            sent = excluded.sent, expired = excluded.expired, doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        let (bought, reserved) = (whole(wallet.bought)?, whole(wallet.reserved)?);
        let (sent, expired) = (whole(wallet.sent)?, whole(wallet.expired)?);
        put.execute(params![shop.as_str(), bought, reserved, sent, expired, json.document(wallet)?])
            .doing(WRITING)?;
        let (_, id) = Subject::Wallet.parts();
        Timers::of(db, Kind::Wallet)?.shift(shop, id, *old_wake, wallet.differences.tell_at)?;
    }
    Ok(())
}
