//! A store of ours in which many orders show a coupon: filled once, read or copied by every peer that claims them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Result, ensure};
use rusqlite::{Connection, OpenFlags};

use crate::{
    closed_loop::Plan,
    ours::{Ours, Shown},
};

/// Orders that show a coupon when a run starts: more than a run claims.
pub const READY: u64 = 250_000;

/// The store, closed and whole in one file.
#[derive(Debug, Clone)]
pub struct ReadyStore {
    file: PathBuf,
    /// Coupons that there are.
    pub coupons: u64,
    /// Every order that shows a coupon, in the order of their numbers.
    pub shown: Arc<Vec<Shown>>,
}

impl ReadyStore {
    /// Fills a store in `folder` through our engine: so many orders, and so many coupons for them.
    pub fn fill(folder: &Path, orders: u64, coupons: u64) -> Result<Self> {
        let ours = Ours::create_with(folder, coupons)?;
        let shown = Arc::new(ours.show(orders)?);
        drop(ours);
        ensure!(shown.len() as u64 == orders, "{} of {orders} orders show a coupon", shown.len());
        let file = Ours::file(folder);
        Connection::open(&file)?.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(Self { file, coupons, shown })
    }

    /// The same store in another folder, on the disk before anything is measured on it.
    pub fn copy_to(&self, folder: &Path) -> Result<PathBuf> {
        let copy = Ours::file(folder);
        fs::copy(&self.file, &copy)?;
        fs::File::open(&copy)?.sync_all()?;
        Ok(copy)
    }

    /// The plan with no more claims than orders show a coupon.
    pub fn within(&self, plan: Plan) -> Plan {
        let most = self.shown.len() as u64 * plan.tries_per_user;
        Plan { attempts: plan.attempts.min(most), ..plan }
    }

    /// For reading its rows.
    pub fn read(&self) -> Result<Connection> {
        Ok(Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ours;

    #[test]
    fn every_order_of_a_copy_can_be_claimed() -> Result<()> {
        let (first, second) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let ready = ReadyStore::fill(first.path(), 20, 20)?;
        ready.copy_to(second.path())?;
        let copy = Ours::open(second.path())?;
        let claims = ready.shown.iter().map(|shown| engine::Input::new(ours::shop_id(), shown.claim()));
        for outcome in copy.engine.submit_many_blocking(claims.collect())? {
            outcome?;
        }
        assert_eq!(copy.counters()?.issued, 20);
        let (open, db) = ("SELECT count(*) FROM orders WHERE doc LIKE '%displayed%'", ready.read()?);
        assert_eq!(crate::floors::sqlite::integer(&db, open)?, 20, "the first store is as it was");
        Ok(())
    }
}
