//! A platform's sprints, and who is invited to them.

use crate::cells::Cells;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first, one};
use crate::timers::{Kind, Timers};
use crate::under_way::Open;
use domain::{
    CampaignId, Instant, ShopId,
    campaign::sprint::{Invitation, Plan},
};
use port::{Change, InvitedAs, Noun, Page, Read, Row, StoreError};
use rusqlite::{Connection, params};

const READING: &str = "reading sprints of a platform";
const WRITING: &str = "writing sprints of a platform";

const PLAN: &str = "SELECT shop_id, sprint_id, doc FROM sprint_plans WHERE shop_id = ?1 AND sprint_id = ?2";
const INVITATION: &str =
    "SELECT shop_id, campaign_id, doc FROM sprint_invitations WHERE shop_id = ?1 AND campaign_id = ?2";

impl Noun<Plan> for Open<'_> {
    fn load(&mut self, keys: &[<Plan as Row>::Key]) -> Result<Vec<Option<Plan>>, StoreError> {
        let mut find = self.db.prepare_cached(PLAN).doing(READING)?;
        each(keys, |(of, sprint)| {
            first(&mut find, params![of.as_str(), sprint.as_str()], READING, |row| {
                Cells::new(row, "sprint_plans", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Plan>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO sprint_plans (shop_id, sprint_id, doc) VALUES (?1, ?2, ?3)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        for Change { key: (of, sprint), row, .. } in changes {
            put.execute(params![of.as_str(), sprint.as_str(), self.json.document(row)?]).doing(WRITING)?;
        }
        Ok(())
    }
}

impl Noun<Invitation> for Open<'_> {
    fn load(&mut self, keys: &[<Invitation as Row>::Key]) -> Result<Vec<Option<Invitation>>, StoreError> {
        let mut find = self.db.prepare_cached(INVITATION).doing(READING)?;
        each(keys, |(shop, sprint)| {
            first(&mut find, params![shop.as_str(), sprint.as_str()], READING, |row| {
                Cells::new(row, "sprint_invitations", 2).document(2)
            })
        })
    }

    fn write(&mut self, changes: &[Change<Invitation>]) -> Result<(), StoreError> {
        let put = "INSERT OR REPLACE INTO sprint_invitations (shop_id, campaign_id, standing, wake_at, doc)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut put = self.db.prepare_cached(put).doing(WRITING)?;
        let mut timers = Timers::of(self.db, Kind::Invitation)?;
        for Change { key: (shop, sprint), row, old_wake, .. } in changes {
            let (like, wake_at) = (InvitedAs::of(row) as i64, row.wake_at.map(Instant::micros));
            let doc = self.json.document(row)?;
            put.execute(params![shop.as_str(), sprint.as_str(), like, wake_at, doc]).doing(WRITING)?;
            timers.shift(shop, sprint.as_str(), *old_wake, row.wake_at)?;
        }
        Ok(())
    }
}

/// A platform's sprint.
pub fn plan(db: &Connection, sprint: &CampaignId) -> Read<Option<Plan>> {
    one(db, PLAN, params![ShopId::platform().as_str(), sprint.as_str()], READING, |row| {
        Cells::new(row, "sprint_plans", 2).document(2)
    })
}

/// All of them, by their ids.
pub fn plans(db: &Connection, page: &Page) -> Read<Vec<Plan>> {
    let sql = "SELECT shop_id, sprint_id, doc FROM sprint_plans WHERE shop_id = ?1 AND sprint_id > ?2
        ORDER BY sprint_id LIMIT ?3";
    all(db, sql, params![ShopId::platform().as_str(), after(page), at_most(page.limit)], READING, |row| {
        Cells::new(row, "sprint_plans", 2).document(2)
    })
}

/// A shop's invitation.
pub fn invitation(db: &Connection, shop: &ShopId, sprint: &CampaignId) -> Read<Option<Invitation>> {
    one(db, INVITATION, params![shop.as_str(), sprint.as_str()], READING, |row| {
        Cells::new(row, "sprint_invitations", 2).document(2)
    })
}

/// A shop's invitations, by their sprints.
pub fn of_shop(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Invitation>> {
    let sql = "SELECT shop_id, campaign_id, doc FROM sprint_invitations
        WHERE shop_id = ?1 AND campaign_id > ?2 ORDER BY campaign_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        Cells::new(row, "sprint_invitations", 2).document(2)
    })
}

/// Who is invited and stands like this, by their ids.
pub fn invited(
    db: &Connection,
    sprint: &CampaignId,
    like: InvitedAs,
    page: &Page,
) -> Read<Vec<(ShopId, Invitation)>> {
    let sql = "SELECT shop_id, campaign_id, doc FROM sprint_invitations
        WHERE campaign_id = ?1 AND standing = ?2 AND shop_id > ?3 ORDER BY shop_id LIMIT ?4";
    let cells = params![sprint.as_str(), like as i64, after(page), at_most(page.limit)];
    all(db, sql, cells, READING, |row| {
        let cells = Cells::new(row, "sprint_invitations", 2);
        Ok((cells.id(0)?, cells.document(2)?))
    })
}

/// How many are invited and stand like this.
pub fn count(db: &Connection, sprint: &CampaignId, like: InvitedAs) -> Read<u64> {
    let sql = "SELECT count(*) FROM sprint_invitations WHERE campaign_id = ?1 AND standing = ?2";
    let found = one(db, sql, params![sprint.as_str(), like as i64], READING, |row| {
        Cells::new(row, "sprint_invitations", 0).number::<u64>(0)
    })?;
    Ok(found.unwrap_or_default())
}
