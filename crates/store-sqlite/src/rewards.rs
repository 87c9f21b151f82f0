//! Rewards after payment, the books of their campaigns, and what customers had.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::whole;
use crate::query::{all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{
    CampaignId, CustomerId, RewardId, ShopId,
    reward::{Book, Charter, Reward, Taker},
};
use port::{Change, Noun, Page, Read, RewardFilter, Row, StoreError};
use rusqlite::{Connection, params};

const READING: &str = "reading rewards";
const WRITING: &str = "writing rewards";

const REWARD: &str = "SELECT shop_id, reward_id, doc FROM rewards WHERE shop_id = ?1 AND reward_id = ?2";

impl Noun<Reward> for Open<'_> {
    fn load(&mut self, keys: &[<Reward as Row>::Key]) -> Result<Vec<Option<Reward>>, StoreError> {
        let mut find = self.db.prepare_cached(REWARD).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id.as_str()], READING, |row| {
                Cells::new(row, "rewards", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Reward>]) -> Result<(), StoreError> {
        let new = "INSERT INTO rewards (shop_id, reward_id, campaign_id, order_id, extra, customer_id, status, n, listed, doc)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let again = "UPDATE rewards SET status = ?3, n = ?4, listed = ?5, doc = ?6 WHERE shop_id = ?1 AND reward_id = ?2";
        let mut new = self.db.prepare_cached(new).doing(WRITING)?;
        let mut again = self.db.prepare_cached(again).doing(WRITING)?;
        for Change { key: (shop, id), row, is_new, .. } in changes {
            let n = row.drawn.as_ref().map(|drawn| whole(drawn.n)).transpose()?;
            let (status, doc) = (row.status.as_str(), self.json.document(row)?);
            if *is_new {
                let (campaign, order) = (row.campaign_id.as_str(), row.order_id.as_str());
                let customer = row.customer_id.as_str();
                let cells = params![
                    shop.as_str(),
                    id.as_str(),
                    campaign,
                    order,
                    row.extra,
                    customer,
                    status,
                    n,
                    row.is_listed(),
                    doc
                ];
                new.execute(cells).doing(WRITING)?;
            } else {
                again
                    .execute(params![shop.as_str(), id.as_str(), status, n, row.is_listed(), doc])
                    .doing(WRITING)?;
            }
        }
        Ok(())
    }
}

const BOOK: &str =
    "SELECT shop_id, campaign_id, doc FROM reward_books WHERE shop_id = ?1 AND campaign_id = ?2";

impl Noun<Book> for Open<'_> {
    fn load(&mut self, keys: &[<Book as Row>::Key]) -> Result<Vec<Option<Book>>, StoreError> {
        let mut find = self.db.prepare_cached(BOOK).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id.as_str()], READING, |row| {
                Cells::new(row, "reward_books", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Book>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO reward_books (shop_id, campaign_id, doc) VALUES (?1, ?2, ?3)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            put.execute(params![shop.as_str(), id.as_str(), self.json.document(row)?]).doing(WRITING)?;
        }
        Ok(())
    }
}

const CHARTER: &str =
    "SELECT shop_id, campaign_id, doc FROM reward_charters WHERE shop_id = ?1 AND campaign_id = ?2";

impl Noun<Charter> for Open<'_> {
    fn load(&mut self, keys: &[<Charter as Row>::Key]) -> Result<Vec<Option<Charter>>, StoreError> {
        let mut find = self.db.prepare_cached(CHARTER).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id.as_str()], READING, |row| {
                Cells::new(row, "reward_charters", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Charter>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO reward_charters (shop_id, campaign_id, doc) VALUES (?1, ?2, ?3)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, id), row, .. } in changes {
            put.execute(params![shop.as_str(), id.as_str(), self.json.document(row)?]).doing(WRITING)?;
        }
        Ok(())
    }
}

const TAKER: &str = "SELECT shop_id, campaign_id, customer_id, doc FROM reward_takers
    WHERE shop_id = ?1 AND campaign_id = ?2 AND customer_id = ?3";

impl Noun<Taker> for Open<'_> {
    fn load(&mut self, keys: &[<Taker as Row>::Key]) -> Result<Vec<Option<Taker>>, StoreError> {
        let mut find = self.db.prepare_cached(TAKER).doing(READING)?;
        each(keys, |(shop, campaign, customer)| {
            let key = params![shop.as_str(), campaign.as_str(), customer.as_str()];
            first(&mut find, key, READING, |row| Cells::new(row, "reward_takers", 3).document(3))
        })
    }

    fn write(&mut self, changes: &[Change<Taker>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO reward_takers (shop_id, campaign_id, customer_id, doc)
            VALUES (?1, ?2, ?3, ?4)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (shop, campaign, customer), row, .. } in changes {
            let doc = self.json.document(row)?;
            put.execute(params![shop.as_str(), campaign.as_str(), customer.as_str(), doc]).doing(WRITING)?;
        }
        Ok(())
    }
}

/// One reward.
pub fn reward(db: &Connection, shop: &ShopId, id: &RewardId) -> Read<Option<Reward>> {
    one(db, REWARD, params![shop.as_str(), id.as_str()], READING, |row| {
        Cells::new(row, "rewards", 2).document(2)
    })
}

/// What a campaign brought, by order and extra chance.
pub fn of_campaign(
    db: &Connection,
    shop: &ShopId,
    campaign: &CampaignId,
    filter: &RewardFilter,
    page: &Page,
) -> Read<Vec<Reward>> {
    let (order, extra) = port::reward_place(page);
    let limit = at_most(page.limit);
    let read = |row: &rusqlite::Row<'_>| Cells::new(row, "rewards", 2).document(2);
    // Each has its index: what is passed over costs nothing.
    let Some(status) = filter.status else {
        let sql = "SELECT shop_id, reward_id, doc FROM rewards
            WHERE shop_id = ?1 AND campaign_id = ?2 AND (order_id, extra) > (?3, ?4)
            ORDER BY order_id, extra LIMIT ?5";
        return all(db, sql, params![shop.as_str(), campaign.as_str(), order, extra, limit], READING, read);
    };
    let sql = "SELECT shop_id, reward_id, doc FROM rewards
        WHERE shop_id = ?1 AND campaign_id = ?2 AND status = ?3 AND (order_id, extra) > (?4, ?5)
        ORDER BY order_id, extra LIMIT ?6";
    let cells = params![shop.as_str(), campaign.as_str(), status.as_str(), order, extra, limit];
    all(db, sql, cells, READING, read)
}

/// A campaign's draws in the order of its chain.
pub fn plays(
    db: &Connection,
    shop: &ShopId,
    campaign: &CampaignId,
    after: u64,
    limit: usize,
) -> Read<Vec<Reward>> {
    let sql = "SELECT shop_id, reward_id, doc FROM rewards
        WHERE shop_id = ?1 AND campaign_id = ?2 AND n > ?3 ORDER BY n LIMIT ?4";
    let cells = params![shop.as_str(), campaign.as_str(), whole(after)?, at_most(limit)];
    all(db, sql, cells, READING, |row| Cells::new(row, "rewards", 2).document(2))
}

/// The last draws whose prize the law wants listed, the latest first.
pub fn last_winners(db: &Connection, shop: &ShopId, campaign: &CampaignId, most: usize) -> Read<Vec<Reward>> {
    let sql = "SELECT shop_id, reward_id, doc FROM rewards
        WHERE shop_id = ?1 AND campaign_id = ?2 AND listed = 1 ORDER BY n DESC LIMIT ?3";
    let cells = params![shop.as_str(), campaign.as_str(), at_most(most)];
    all(db, sql, cells, READING, |row| Cells::new(row, "rewards", 2).document(2))
}

/// What a customer's orders brought.
pub fn of_customer(db: &Connection, shop: &ShopId, customer: &CustomerId, page: &Page) -> Read<Vec<Reward>> {
    let sql = "SELECT shop_id, reward_id, doc FROM rewards
        WHERE shop_id = ?1 AND customer_id = ?2 AND reward_id > ?3 ORDER BY reward_id LIMIT ?4";
    let cells = params![shop.as_str(), customer.as_str(), crate::query::after(page), at_most(page.limit)];
    all(db, sql, cells, READING, |row| Cells::new(row, "rewards", 2).document(2))
}

/// What a campaign of rewards keeps.
pub fn book(db: &Connection, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Book>> {
    one(db, BOOK, params![shop.as_str(), campaign.as_str()], READING, |row| {
        Cells::new(row, "reward_books", 2).document(2)
    })
}

/// What stands of a campaign of rewards.
pub fn charter(db: &Connection, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Charter>> {
    one(db, CHARTER, params![shop.as_str(), campaign.as_str()], READING, |row| {
        Cells::new(row, "reward_charters", 2).document(2)
    })
}

/// What customers had of a campaign, by customer.
pub fn takers(
    db: &Connection,
    shop: &ShopId,
    campaign: &CampaignId,
    page: &Page,
) -> Read<Vec<(CustomerId, Taker)>> {
    let sql = "SELECT shop_id, campaign_id, customer_id, doc FROM reward_takers
        WHERE shop_id = ?1 AND campaign_id = ?2 AND customer_id > ?3 ORDER BY customer_id LIMIT ?4";
    let cells = params![shop.as_str(), campaign.as_str(), crate::query::after(page), at_most(page.limit)];
    all(db, sql, cells, READING, |row| {
        let cells = Cells::new(row, "reward_takers", 3);
        Ok((cells.id(2)?, cells.document(3)?))
    })
}

/// What a customer had of a campaign.
pub fn taker(
    db: &Connection,
    shop: &ShopId,
    campaign: &CampaignId,
    customer: &CustomerId,
) -> Read<Option<Taker>> {
    one(db, TAKER, params![shop.as_str(), campaign.as_str(), customer.as_str()], READING, |row| {
        Cells::new(row, "reward_takers", 3).document(3)
    })
}
