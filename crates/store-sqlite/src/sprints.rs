//! Member sprints: where each stands, who takes part, and in which order prizes go.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first, one};
use crate::timers::{Kind, Timers};
use crate::under_way::Open;
use domain::{
    CampaignId, CustomerId, Instant, ShopId, WaveId,
    sprint::{Along, Happened, Member, PlacesKey, Quarter, Reached, SprintBook},
};
use port::{Change, HappenedKey, Members, Noun, Page, Places, Read, Row, StoreError, Sums};
use rusqlite::{CachedStatement, Connection, params};

const READING: &str = "reading sprints";
const WRITING: &str = "writing sprints";

const BOOK: &str = "SELECT shop_id, campaign_id, doc FROM sprints WHERE shop_id = ?1 AND campaign_id = ?2";

impl Noun<SprintBook> for Open<'_> {
    fn load(&mut self, keys: &[<SprintBook as Row>::Key]) -> Result<Vec<Option<SprintBook>>, StoreError> {
        let mut find = self.db.prepare_cached(BOOK).doing(READING)?;
        each(keys, |(shop, id)| {
            first(&mut find, params![shop.as_str(), id.as_str()], READING, |row| {
                Cells::new(row, "sprints", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<SprintBook>]) -> Result<(), StoreError> {
        let put =
            "INSERT OR REPLACE INTO sprints (shop_id, campaign_id, wake_at, doc) VALUES (?1, ?2, ?3, ?4)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        let mut timers = Timers::of(self.db, Kind::Sprint)?;
        for Change { key: (shop, id), row, old_wake, .. } in changes {
            let wake_at = row.wake_at.map(Instant::micros);
            put.execute(params![shop.as_str(), id.as_str(), wake_at, self.json.document(row)?])
                .doing(WRITING)?;
            timers.shift(shop, id.as_str(), *old_wake, row.wake_at)?;
        }
        Ok(())
    }
}

const MEMBER: &str = "SELECT shop_id, campaign_id, wave_id, customer_id, doc FROM sprint_members
    WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND customer_id = ?4";

impl Noun<Member> for Open<'_> {
    fn load(&mut self, keys: &[<Member as Row>::Key]) -> Result<Vec<Option<Member>>, StoreError> {
        let mut find = self.db.prepare_cached(MEMBER).doing(READING)?;
        each(keys, |(shop, campaign, wave, customer)| {
            let key = params![shop.as_str(), campaign.as_str(), wave.as_str(), customer.as_str()];
            first(&mut find, key, READING, |row| Cells::new(row, "sprint_members", 4).document(4))
        })
    }

    fn write(&mut self, changes: &[Change<Member>]) -> Result<(), StoreError> {
        let put =
            "INSERT INTO sprint_members (shop_id, campaign_id, wave_id, customer_id, enrolled, late, doc)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET enrolled = excluded.enrolled, late = excluded.late, doc = excluded.doc";
        let amend = "UPDATE sprint_members SET doc = ?5
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND customer_id = ?4";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        let mut amend = self.db.prepare_cached(amend).doing(WRITING)?;
        let mut ranks = Ranks::of(self.db)?;
        for Change { key, row, is_new, is_beside, .. } in changes {
            let (shop, campaign, wave, customer) = key;
            let (enrolled, doc) = (row.enrolled_at.is_some(), self.json.document(row)?);
            let key = (shop.as_str(), campaign.as_str(), wave.as_str(), customer.as_str());
            let (shop, campaign, wave, customer) = key;
            if *is_beside && !is_new {
                amend.execute(params![shop, campaign, wave, customer, doc]).doing(WRITING)?;
                continue;
            }
            put.execute(params![shop, campaign, wave, customer, enrolled, row.is_late(), doc])
                .doing(WRITING)?;
            ranks.put(key, &row.reached, *is_new)?;
        }
        Ok(())
    }
}

/// Keeps who has reached a tier, where that has changed.
struct Ranks<'c> {
    put: CachedStatement<'c>,
    take: CachedStatement<'c>,
}

impl<'c> Ranks<'c> {
    fn of(db: &'c Connection) -> Result<Self, StoreError> {
        let put = "INSERT INTO sprint_places (shop_id, campaign_id, wave_id, customer_id, tier, qualified_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET qualified_at = excluded.qualified_at
            WHERE qualified_at <> excluded.qualified_at";
        let take = "DELETE FROM sprint_places
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND customer_id = ?4 AND (?5 >> tier) & 1 = 0";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        Ok(Self { put: prepare(put)?, take: prepare(take)? })
    }

    fn put(
        &mut self,
        (shop, campaign, wave, customer): (&str, &str, &str, &str),
        reached: &[Reached],
        is_new: bool,
    ) -> Result<(), StoreError> {
        if !is_new {
            let stay = reached.iter().fold(0_i64, |stay, reached| stay | 1 << reached.tier);
            self.take.execute(params![shop, campaign, wave, customer, stay]).doing(WRITING)?;
        }
        for Reached { tier, qualified_at } in reached {
            let cells = params![shop, campaign, wave, customer, tier, qualified_at.micros()];
            self.put.execute(cells).doing(WRITING)?;
        }
        Ok(())
    }
}

/// Who stands in a stretch of a wave's members.
pub fn places(db: &Connection, key: &PlacesKey) -> Read<Places> {
    let sql = match key.along {
        Along::Rank => {
            "SELECT qualified_at, customer_id FROM sprint_places
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND tier = ?4
                AND (qualified_at, customer_id) > (?5, ?6)
            ORDER BY qualified_at, customer_id LIMIT ?7 OFFSET ?8"
        }
        Along::Ids => {
            "SELECT qualified_at, customer_id FROM sprint_places
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND +tier = ?4 AND ?5 IS NOT NULL AND customer_id > ?6
            ORDER BY customer_id LIMIT ?7 OFFSET ?8"
        }
        Along::Enrolled => {
            "SELECT 0, customer_id FROM sprint_members
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND enrolled = 1 AND ?4 IS NOT NULL AND ?5 IS NOT NULL
                AND customer_id > ?6
            ORDER BY customer_id LIMIT ?7 OFFSET ?8"
        }
    };
    let (at, customer) = key.after.as_ref().map_or((i64::MIN, ""), |(at, id)| (at.micros(), id.as_str()));
    let (shop, campaign) = (key.shop_id.as_str(), key.campaign_id.as_str());
    let skip = i64::try_from(key.skip).unwrap_or(i64::MAX);
    let cells =
        params![shop, campaign, key.wave_id.as_str(), key.tier, at, customer, at_most(key.limit), skip];
    all(db, sql, cells, READING, |row| {
        let cells = Cells::new(row, "sprint_places", 2);
        Ok((cells.instant(0)?, cells.id(1)?))
    })
}

/// Where a sprint stands.
pub fn book(db: &Connection, shop: &ShopId, campaign: &CampaignId) -> Read<Option<SprintBook>> {
    one(db, BOOK, params![shop.as_str(), campaign.as_str()], READING, |row| {
        Cells::new(row, "sprints", 2).document(2)
    })
}

/// A customer's part in a wave.
pub fn member(
    db: &Connection,
    shop: &ShopId,
    (campaign, wave): (&CampaignId, &WaveId),
    customer: &CustomerId,
) -> Read<Option<Member>> {
    let key = params![shop.as_str(), campaign.as_str(), wave.as_str(), customer.as_str()];
    one(db, MEMBER, key, READING, |row| Cells::new(row, "sprint_members", 4).document(4))
}

/// Members of a wave by their ids.
pub fn members(
    db: &Connection,
    shop: &ShopId,
    (campaign, wave): (&CampaignId, &WaveId),
    which: Members,
    page: &Page,
) -> Read<Vec<(CustomerId, Member)>> {
    let sql = match which {
        Members::All => {
            "SELECT shop_id, campaign_id, wave_id, customer_id, doc FROM sprint_members
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND customer_id > ?4 ORDER BY customer_id LIMIT ?5"
        }
        Members::Late => {
            "SELECT shop_id, campaign_id, wave_id, customer_id, doc FROM sprint_members
            WHERE shop_id = ?1 AND campaign_id = ?2 AND wave_id = ?3 AND customer_id > ?4 AND late = 1
            ORDER BY customer_id LIMIT ?5"
        }
    };
    let cells = params![shop.as_str(), campaign.as_str(), wave.as_str(), after(page), at_most(page.limit)];
    all(db, sql, cells, READING, |row| {
        let cells = Cells::new(row, "sprint_members", 4);
        Ok((cells.id(3)?, cells.document(4)?))
    })
}

/// Adds to what happened in waves.
pub fn add_happened(db: &Connection, changes: &[(HappenedKey, Happened)]) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let put = "INSERT INTO sprint_happened (shop_id, campaign_id, wave_id, quarter, enrolled, new_members, orders, spent,
            spent_by_new, receipts, refunded, qualified, won, given)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT DO UPDATE SET enrolled = enrolled + excluded.enrolled, new_members = new_members + excluded.new_members,
            orders = orders + excluded.orders, spent = spent + excluded.spent,
            spent_by_new = spent_by_new + excluded.spent_by_new, receipts = receipts + excluded.receipts,
            refunded = refunded + excluded.refunded, qualified = qualified + excluded.qualified,
            won = won + excluded.won, given = given + excluded.given";
    let mut put = db.prepare_cached(put).doing(WRITING)?;
    for ((shop, campaign, wave, quarter), sums) in changes {
        put.execute(params![
            shop.as_str(),
            campaign.as_str(),
            wave.as_str(),
            quarter.0,
            sums.enrolled,
            sums.new_members,
            sums.orders,
            sums.spent,
            sums.spent_by_new,
            sums.receipts,
            sums.refunded,
            sums.qualified,
            sums.won,
            sums.given
        ])
        .doing(WRITING)?;
    }
    Ok(())
}

/// What happened in the waves of a sprint; `None` of one that is older than these sums.
pub fn happened(db: &Connection, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Sums>> {
    let older = "SELECT 1 FROM sprint_not_added_up WHERE shop_id = ?1 AND campaign_id = ?2";
    let key = params![shop.as_str(), campaign.as_str()];
    if one(db, older, key, READING, |_| Ok(()))?.is_some() {
        return Ok(None);
    }
    let sql = "SELECT shop_id, campaign_id, wave_id, quarter, enrolled, new_members, orders, spent, spent_by_new, receipts,
            refunded, qualified, won, given
        FROM sprint_happened WHERE shop_id = ?1 AND campaign_id = ?2 ORDER BY wave_id, quarter";
    let rows = all(db, sql, key, READING, |row| {
        let cells = Cells::new(row, "sprint_happened", 4);
        let mut sums = Happened::default();
        for (at, (_, sum)) in (4..).zip(sums.parts()) {
            *sum = cells.number(at)?;
        }
        Ok((cells.id(2)?, Quarter(cells.number(3)?), sums))
    });
    rows.map(Some)
}
