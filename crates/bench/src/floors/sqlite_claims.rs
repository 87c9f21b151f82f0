//! Claims from one hot batch on bare `SQLite`: one writer thread, group commit, a reply only after the commit.
//!
//! Stock is never oversold and a user never holds two; every run counts that at its end.
//! Users in order land on neighbouring pages, scattered users each on another: both are worth knowing.

use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::{CachedStatement, Connection};

use super::sqlite;
use crate::{
    closed_loop::{Answer, ClaimRun, Plan},
    group_commit::{self, Answers, GroupWriter},
};

/// More stock than any run can claim.
pub const PLENTY: u64 = 1_000_000_000;

const SCHEMA: &str = "
    CREATE TABLE batch (id INTEGER PRIMARY KEY, remaining INTEGER NOT NULL CHECK (remaining >= 0));
    CREATE TABLE claim (batch INTEGER, user INTEGER, at INTEGER, PRIMARY KEY (batch, user)) WITHOUT ROWID;";

/// Runs the plan against a new database in `folder`, at most `per_transaction` claims in one commit.
pub fn run(folder: &Path, plan: Plan, stock: u64, per_transaction: usize) -> Result<ClaimRun> {
    let db = sqlite::open(folder, "claims.sqlite")?;
    db.execute_batch(SCHEMA)?;
    db.execute("INSERT INTO batch VALUES (1, ?1)", [i64::try_from(stock)?])?;
    let (run, Writer(db)) = group_commit::run(Writer(db), plan, per_transaction, Answers::OneByOne)?;
    let claims = sqlite::integer(&db, "SELECT count(*) FROM claim")?;
    let left = sqlite::integer(&db, "SELECT remaining FROM batch WHERE id = 1")?;
    ensure!(
        claims == run.granted && left == stock - run.granted,
        "granted {} of {stock}, but {claims} claims and {left} in stock are stored",
        run.granted
    );
    Ok(run)
}

struct Writer(Connection);

impl GroupWriter for Writer {
    fn commit(&mut self, users: &[u64]) -> Result<Vec<Answer>> {
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        let answers = {
            let mut statements = Statements::prepare(&self.0)?;
            let claim = |user: &u64| statements.claim(i64::try_from(*user)?);
            users.iter().map(claim).collect::<Result<_>>()?
        };
        self.0.execute_batch("COMMIT")?;
        Ok(answers)
    }
}

struct Statements<'db> {
    insert: CachedStatement<'db>,
    take_one: CachedStatement<'db>,
    withdraw: CachedStatement<'db>,
}

impl<'db> Statements<'db> {
    fn prepare(db: &'db Connection) -> Result<Self> {
        Ok(Self {
            insert: db.prepare_cached("INSERT OR IGNORE INTO claim VALUES (1, ?1, unixepoch())")?,
            take_one: db.prepare_cached(
                "UPDATE batch SET remaining = remaining - 1 WHERE id = 1 AND remaining > 0",
            )?,
            withdraw: db.prepare_cached("DELETE FROM claim WHERE batch = 1 AND user = ?1")?,
        })
    }

    fn claim(&mut self, user: i64) -> Result<Answer> {
        if self.insert.execute([user])? == 0 {
            return Ok(Answer::AlreadyClaimed);
        }
        if self.take_one.execute([])? == 0 {
            self.withdraw.execute([user])?;
            return Ok(Answer::SoldOut);
        }
        Ok(Answer::Granted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closed_loop::Users;

    #[test]
    fn exactly_the_stock_is_granted_once_a_user() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let plan = Plan {
            clients: 16,
            seconds: 60.0,
            attempts: 600,
            tries_per_user: 2,
            first_user: 1,
            users: Users::Scattered,
        };
        let run = run(folder.path(), plan, 200, 16)?;
        assert_eq!(run.granted, 200);
        assert_eq!(run.granted + run.sold_out + run.already_claimed, 600);
        assert!(run.already_claimed > 0 && run.sold_out > 0);
        Ok(())
    }
}
