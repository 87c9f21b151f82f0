//! Shops with what the merchant set up in them: settings, campaigns with their figures, webhooks.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::{Json, whole};
use crate::query::{after, all, at_most, one};
use crate::{pool, wallets};
use domain::{CampaignId, ShopId, campaign::Counters, shop::Shop};
use port::{CampaignRow, Changes, Page, Read, ShopRow, StoreError, Webhook};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

const CAMPAIGNS: &str = "SELECT c.shop_id, c.campaign_id, c.doc, n.doc FROM campaigns c
    LEFT JOIN counters n ON n.shop_id = c.shop_id AND n.campaign_id = c.campaign_id
    WHERE c.shop_id = ?1 AND (?2 IS NULL OR c.campaign_id = ?2) ORDER BY c.campaign_id";

/// The whole row and the bytes that its documents take.
pub fn load(db: &Connection, shop: &ShopId) -> Result<Option<(ShopRow, usize)>, StoreError> {
    let sql = "SELECT shop_id, sequence, booked, doc FROM shops WHERE shop_id = ?1";
    let found = one(db, sql, [shop.as_str()], "reading a shop", |row| {
        let cells = Cells::new(row, "shops", 1);
        Ok((cells.number::<u64>(1)?, cells.number::<u64>(2)?, cells.document::<Shop>(3)?))
    })?;
    let Some((sequence, booked, settings)) = found else {
        return Ok(None);
    };
    let sized = all(db, CAMPAIGNS, params![shop.as_str(), None::<&str>], "reading campaigns", |row| {
        Ok((campaign_row(row)?, Cells::new(row, "campaigns", 2).text(2)?.len()))
    })?;
    let bytes = 1_000 + sized.iter().map(|(_, bytes)| 1_000 + bytes).sum::<usize>();
    let campaigns = sized.into_iter().map(|(campaign, _)| campaign).collect::<Vec<_>>().into();
    let (pool, pool_bytes) = pool::sized(db, shop)?;
    let (shop_row, webhooks) = (Arc::new(settings), webhooks(db, shop)?);
    let (centre, wallet) = (wallets::centre(db, shop)?, wallets::wallet(db, shop)?);
    let row = ShopRow { shop: shop_row, sequence, booked, campaigns, webhooks, centre, wallet, pool };
    Ok(Some((row, bytes + pool_bytes)))
}

fn campaign_row(row: &Row<'_>) -> Result<CampaignRow, StoreError> {
    let campaign = Arc::new(Cells::new(row, "campaigns", 2).document(2)?);
    let figures = Cells::new(row, "counters", 2);
    let counters = match figures.text_or_null(3)? {
        Some(_) => figures.document(3)?,
        None => Counters::default(),
    };
    Ok(CampaignRow { campaign, counters })
}

/// Writes settings, running numbers, campaigns, figures and webhooks, in this order.
pub fn write(db: &Connection, json: &mut Json, changes: &Changes) -> Result<(), StoreError> {
    for shop in &changes.shops {
        let sql = "INSERT INTO shops (shop_id, doc) VALUES (?1, ?2)
            ON CONFLICT (shop_id) DO UPDATE SET doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing("writing a shop")?;
        put.execute(params![shop.shop_id.as_str(), json.document(&**shop)?]).doing("writing a shop")?;
    }
    number(db, "UPDATE shops SET sequence = ?2 WHERE shop_id = ?1", &changes.sequences)?;
    number(db, "UPDATE shops SET booked = ?2 WHERE shop_id = ?1", &changes.booked)?;
    for (shop, campaign) in &changes.campaigns {
        let sql = "INSERT INTO campaigns (shop_id, campaign_id, doc) VALUES (?1, ?2, ?3)
            ON CONFLICT (shop_id, campaign_id) DO UPDATE SET doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing("writing a campaign")?;
        let key = (shop.as_str(), campaign.campaign_id.as_str());
        put.execute(params![key.0, key.1, json.document(&**campaign)?]).doing("writing a campaign")?;
    }
    for (shop, campaign, counters) in &changes.counters {
        let sql = "INSERT INTO counters (shop_id, campaign_id, issued, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, campaign_id) DO UPDATE SET issued = excluded.issued, doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing("writing figures")?;
        let issued = whole(counters.issued)?;
        put.execute(params![shop.as_str(), campaign.as_str(), issued, json.document(counters)?])
            .doing("writing figures")?;
    }
    for (shop, webhook) in &changes.webhooks {
        let sql = "INSERT INTO webhooks (shop_id, webhook_id, doc) VALUES (?1, ?2, ?3)
            ON CONFLICT (shop_id, webhook_id) DO UPDATE SET doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing("writing a webhook")?;
        let key = (shop.as_str(), webhook.webhook_id.as_str());
        put.execute(params![key.0, key.1, json.document(webhook)?]).doing("writing a webhook")?;
    }
    Ok(())
}

/// Writes running numbers of shops that are there.
fn number(db: &Connection, sql: &str, numbers: &[(ShopId, u64)]) -> Result<(), StoreError> {
    for (shop, number) in numbers {
        let mut put = db.prepare_cached(sql).doing("writing a sequence")?;
        if put.execute(params![shop.as_str(), whole(*number)?]).doing("writing a sequence")? == 0 {
            return Err(refused(format!("there is no shop {shop}")));
        }
    }
    Ok(())
}

/// Takes webhooks away, and their deliveries with them.
pub fn remove_webhooks(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    for (shop, webhook) in &changes.webhooks_removed {
        for sql in [
            "DELETE FROM deliveries WHERE shop_id = ?1 AND webhook_id = ?2",
            "DELETE FROM webhooks WHERE shop_id = ?1 AND webhook_id = ?2",
        ] {
            let mut remove = db.prepare_cached(sql).doing("removing a webhook")?;
            remove.execute(params![shop.as_str(), webhook.as_str()]).doing("removing a webhook")?;
        }
    }
    Ok(())
}

/// One shop's settings.
pub fn shop(db: &Connection, shop: &ShopId) -> Read<Option<Arc<Shop>>> {
    let sql = "SELECT shop_id, doc FROM shops WHERE shop_id = ?1";
    one(db, sql, [shop.as_str()], "reading a shop", |row| {
        Cells::new(row, "shops", 1).document(1).map(Arc::new)
    })
}

/// All shops' settings.
pub fn shops(db: &Connection, page: &Page) -> Read<Vec<Arc<Shop>>> {
    let sql = "SELECT shop_id, doc FROM shops WHERE shop_id > ?1 ORDER BY shop_id LIMIT ?2";
    all(db, sql, params![after(page), at_most(page.limit)], "reading shops", |row| {
        Cells::new(row, "shops", 1).document(1).map(Arc::new)
    })
}

/// A shop's campaigns.
pub fn campaigns(db: &Connection, shop: &ShopId) -> Read<Vec<CampaignRow>> {
    all(db, CAMPAIGNS, params![shop.as_str(), None::<&str>], "reading campaigns", campaign_row)
}

/// One campaign.
pub fn campaign(db: &Connection, shop: &ShopId, campaign: &CampaignId) -> Read<Option<CampaignRow>> {
    one(db, CAMPAIGNS, params![shop.as_str(), campaign.as_str()], "reading a campaign", campaign_row)
}

/// A shop's webhooks.
pub fn webhooks(db: &Connection, shop: &ShopId) -> Read<Vec<Webhook>> {
    let sql = "SELECT shop_id, webhook_id, doc FROM webhooks WHERE shop_id = ?1 ORDER BY webhook_id";
    all(db, sql, [shop.as_str()], "reading webhooks", |row| Cells::new(row, "webhooks", 2).document(2))
}
