//! Shops as the writer last saw them. A campaign's list of goods may hold 20,000 SKUs: parsing it for
//! every batch would cost more than the batch.
//!
//! Always holds: what is cached is what the open transaction would read. Nobody else writes the file
//! while the guard is held, and a transaction that fails empties the cache.

use crate::shops;
use domain::ShopId;
use port::{Changes, PoolChanges, ShopRow, StoreError};
use rusqlite::Connection;
use rustc_hash::FxHashMap;

/// Bytes of documents to keep; parsed they take some times as much.
const MOST_BYTES: usize = 16 << 20;

/// The shops.
#[derive(Debug, Default)]
pub struct ShopCache {
    shops: FxHashMap<ShopId, ShopRow>,
    bytes: usize,
}

impl ShopCache {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The shop's row, read from the database when it is not here.
    pub fn load(&mut self, db: &Connection, shop: &ShopId) -> Result<Option<ShopRow>, StoreError> {
        if let Some(row) = self.shops.get(shop) {
            return Ok(Some(row.clone()));
        }
        let Some((row, bytes)) = shops::load(db, shop)? else {
            return Ok(None);
        };
        if self.bytes + bytes > MOST_BYTES {
            self.clear();
        }
        self.bytes += bytes;
        self.shops.insert(shop.clone(), row.clone());
        Ok(Some(row))
    }

    /// Follows what has been written. A shop with a new version of a campaign or a strategy is read again,
    /// so that its size is known.
    pub fn follow(&mut self, changes: &Changes) {
        for shop in &changes.shops {
            if let Some(row) = self.shops.get_mut(&shop.shop_id) {
                row.shop = shop.clone();
            }
        }
        for (shop, number) in &changes.sequences {
            if let Some(row) = self.shops.get_mut(shop) {
                row.sequence = *number;
            }
        }
        for (shop, number) in &changes.booked {
            if let Some(row) = self.shops.get_mut(shop) {
                row.booked = *number;
            }
        }
        for (shop, centre) in &changes.centres {
            if let Some(row) = self.shops.get_mut(shop) {
                row.centre = Some(centre.clone());
            }
        }
        for change in &changes.wallets {
            if let Some(row) = self.shops.get_mut(&change.shop_id) {
                row.wallet = change.wallet.clone();
            }
        }
        for (shop, campaign, counters) in &changes.counters {
            let Some(row) = self.shops.get_mut(shop) else { continue };
            let place = row.campaigns.place(campaign);
            if let Some(known) = place.and_then(|place| row.campaigns.counters_mut(place)) {
                known.clone_from(counters);
            }
        }
        self.follow_pool(&changes.pool);
        let campaigns = changes.campaigns.iter().map(|(shop, _)| shop);
        let webhooks = changes.webhooks.iter().map(|(shop, _)| shop);
        let removed = changes.webhooks_removed.iter().map(|(shop, _)| shop);
        for shop in campaigns.chain(webhooks).chain(removed) {
            self.shops.remove(shop);
        }
    }

    fn follow_pool(&mut self, changes: &PoolChanges) {
        for change in &changes.presales {
            let Some(row) = self.shops.get_mut(&change.shop_id) else { continue };
            match row.pool.presales.get_mut(&change.record.strategy.strategy_id) {
                Some(known) if known.version == change.record.version => *known = change.record.clone(),
                Some(_) | None => {
                    self.shops.remove(&change.shop_id);
                }
            }
        }
        for (shop, _) in &changes.gifts {
            self.shops.remove(shop);
        }
        for change in &changes.runs {
            if let Some(row) = self.shops.get_mut(&change.shop_id) {
                row.pool.runs.insert(change.run.strategy_id.clone(), change.run.clone());
            }
        }
        for (shop, sku, stock) in &changes.stock {
            if let Some(row) = self.shops.get_mut(shop) {
                row.pool.stock.insert(sku.clone(), *stock);
            }
        }
        for (shop, sku, opens) in &changes.openings {
            if let Some(row) = self.shops.get_mut(shop) {
                row.pool.openings.insert(sku.clone(), *opens);
            }
        }
        for (shop, through) in &changes.watermarks {
            if let Some(row) = self.shops.get_mut(shop) {
                row.pool.watermark = Some(*through);
            }
        }
        for (shop, source, gap) in &changes.gaps {
            let Some(row) = self.shops.get_mut(shop) else { continue };
            match gap {
                Some(gap) => row.pool.gaps.insert(source.clone(), gap.clone()),
                None => row.pool.gaps.remove(source),
            };
        }
    }
}
