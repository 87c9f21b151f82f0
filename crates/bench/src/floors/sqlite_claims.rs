//! Claims from one hot batch on bare `SQLite`: one writer thread, group commit, a reply only after the commit.
//!
//! Stock is never oversold and a user never holds two; every run counts that at its end.
//! Users in order land on neighbouring pages, scattered users each on another: both are worth knowing.

use std::{path::Path, thread};

use anyhow::{Context as _, Result, anyhow, ensure};
use rusqlite::{Connection, Statement};
use tokio::sync::{mpsc, oneshot};

use super::sqlite;
use crate::closed_loop::{Answer, ClaimRun, Claimant, Plan, client_runtime, drive};

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
    let (queue, requests) = mpsc::channel(plan.clients.max(1));
    let writer = thread::spawn(move || write_groups(db, requests, per_transaction));
    let run = client_runtime()?.block_on(drive(&Client(queue), plan));
    let left = writer.join().map_err(|_| anyhow!("the writer panicked"))??;
    let run = run?;
    ensure!(
        left.claims == run.granted && left.stock == stock - run.granted,
        "granted {} of {stock}, but {} claims and {} in stock are stored",
        run.granted,
        left.claims,
        left.stock
    );
    Ok(run)
}

struct Request {
    user: i64,
    reply: oneshot::Sender<Answer>,
}

#[derive(Clone)]
struct Client(mpsc::Sender<Request>);

impl Claimant for Client {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        let user = i64::try_from(user)?;
        self.0.send(Request { user, reply }).await.context("the writer stopped")?;
        answer.await.context("the writer stopped")
    }
}

struct Left {
    claims: u64,
    stock: u64,
}

/// Takes what has queued up, commits it as one transaction, replies; until every client is gone.
fn write_groups(
    db: Connection,
    mut requests: mpsc::Receiver<Request>,
    per_transaction: usize,
) -> Result<Left> {
    let mut statements = Statements::prepare(&db)?;
    let mut group = Vec::with_capacity(per_transaction);
    let mut answers = Vec::with_capacity(per_transaction);
    while requests.blocking_recv_many(&mut group, per_transaction) > 0 {
        db.execute_batch("BEGIN IMMEDIATE")?;
        for request in &group {
            answers.push(statements.claim(request.user)?);
        }
        db.execute_batch("COMMIT")?;
        for (request, answer) in group.drain(..).zip(answers.drain(..)) {
            // A client that went away has its claim all the same.
            let _ = request.reply.send(answer);
        }
    }
    Ok(Left {
        claims: sqlite::integer(&db, "SELECT count(*) FROM claim")?,
        stock: sqlite::integer(&db, "SELECT remaining FROM batch WHERE id = 1")?,
    })
}

struct Statements<'db> {
    insert: Statement<'db>,
    take_one: Statement<'db>,
    withdraw: Statement<'db>,
}

impl<'db> Statements<'db> {
    fn prepare(db: &'db Connection) -> Result<Self> {
        Ok(Self {
            insert: db.prepare("INSERT OR IGNORE INTO claim VALUES (1, ?1, unixepoch())")?,
            take_one: db
                .prepare("UPDATE batch SET remaining = remaining - 1 WHERE id = 1 AND remaining > 0")?,
            withdraw: db.prepare("DELETE FROM claim WHERE batch = 1 AND user = ?1")?,
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
