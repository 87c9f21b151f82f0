//! `PostgreSQL`, same work: a function that does what one claim of ours does, in a transaction for each claim or
//! for all that wait, and the disk confirms before the reply.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context as _, Result, ensure};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Statement, error::SqlState};

use super::{
    claim::{self, IN_ALL, Moment, PER_DAY},
    postgres_orders::put_orders,
    postgres_server::{Cluster, find_programs},
};
use crate::{
    closed_loop::{Answer, ClaimRun, Claimant, Plan, client_runtime, drive},
    group_commit::{self, Answers, GroupWriter},
    ours::{self, CAMPAIGN, SHOP, Shown},
    ready::ReadyStore,
};

const TABLES: &str = include_str!("postgres_tables.sql");
const ONE: &str = include_str!("postgres_one.sql");
const BATCHED: &str = include_str!("postgres_batched.sql");
/// Connections for single claims: what a claim reads and writes before it locks the campaign is done while others
/// commit. With more they only wait for one another in the server.
const CONNECTIONS: usize = 16;
/// Claims in one transaction at most, as in our writer: all that wait.
const GROUP: usize = 4_096;

/// How many claims a transaction has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transactions {
    /// One.
    OneEach,
    /// All that wait.
    Batched,
}

/// A cluster with the orders of a ready store.
#[derive(Debug)]
pub struct ReadyPostgres {
    cluster: Cluster,
    ready: ReadyStore,
}

impl ReadyPostgres {
    /// Makes and fills it in `folder`; an error where `PostgreSQL` is not installed.
    pub fn fill(ready: &ReadyStore, folder: &Path) -> Result<Self> {
        let programs = find_programs().context("postgresql is not installed")?;
        let cluster = Cluster::create(programs, folder)?;
        let mut server = cluster.start()?;
        client_runtime()?.block_on(async {
            let client = server.connect().await?;
            client.batch_execute("SET synchronous_commit = off").await?;
            for part in [TABLES, ONE, BATCHED] {
                client.batch_execute(part).await?;
            }
            put_orders(&client, ready).await?;
            client.batch_execute("VACUUM ANALYZE").await.context("vacuum")
        })?;
        drop(server);
        Ok(Self { cluster, ready: ready.clone() })
    }

    /// Runs the plan from the beginning.
    pub fn run(&self, plan: Plan, transactions: Transactions) -> Result<ClaimRun> {
        let mut server = self.cluster.start()?;
        let runtime = client_runtime()?;
        let plan = self.ready.within(plan);
        let client = runtime.block_on(async {
            let client = server.connect().await?;
            client.batch_execute("CALL begin_anew()").await?;
            client.batch_execute("VACUUM ANALYZE").await?;
            client.batch_execute("CHECKPOINT").await?;
            anyhow::Ok(client)
        })?;
        let facts = Facts::of(&self.ready);
        match transactions {
            Transactions::OneEach => runtime.block_on(async {
                let mut lines = vec![Line::prepare(client).await?];
                for _ in 1..CONNECTIONS {
                    lines.push(Line::prepare(server.connect().await?).await?);
                }
                let one = One { facts, lines: lines.into(), turn: Arc::default() };
                let run = drive(&one, plan).await?;
                check(&one.lines[0].client, &run).await?;
                Ok(run)
            }),
            Transactions::Batched => {
                let statement = runtime.block_on(client.prepare(
                    "SELECT claim_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                ))?;
                let writer = Batches { runtime, client, statement, facts };
                let (run, writer) = group_commit::run(writer, plan, GROUP, Answers::Together)?;
                writer.runtime.block_on(check(&writer.client, &run))?;
                Ok(run)
            }
        }
    }
}

/// Every claim that was granted left its rows, and no other did.
async fn check(client: &Client, run: &ClaimRun) -> Result<()> {
    let granted = i64::try_from(run.granted)?;
    for count in [
        "issued FROM counters",
        "available FROM counters",
        "count(*) FROM coupons",
        "count(*) FROM requests",
        "count(*) FROM outbox",
        "count(*) FROM timers",
        "count(*) FROM offers WHERE status = 'claimed'",
        "sum(total)::bigint FROM standings",
        "count(*) FROM timeline WHERE entry LIKE '%coupon.claimed%'",
    ] {
        let stored: Option<i64> = client.query_one(&format!("SELECT {count}"), &[]).await?.get(0);
        let stored = stored.unwrap_or_default();
        ensure!(stored == granted, "{granted} granted, but {count} is {stored}");
    }
    Ok(())
}

/// What every claim of a run is asked with.
#[derive(Clone)]
struct Facts {
    shown: Arc<Vec<Shown>>,
    moment: Arc<Moment>,
}

impl Facts {
    fn of(ready: &ReadyStore) -> Self {
        Self { shown: Arc::clone(&ready.shown), moment: Arc::new(Moment::of_claims()) }
    }
}

/// A connection with the statement.
struct Line {
    client: Client,
    statement: Statement,
}

impl Line {
    async fn prepare(client: Client) -> Result<Self> {
        let call = "SELECT claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let statement = client.prepare(call).await?;
        Ok(Self { client, statement })
    }
}

/// A client of single claims: it takes the connections in turn.
#[derive(Clone)]
struct One {
    facts: Facts,
    lines: Arc<[Line]>,
    turn: Arc<AtomicUsize>,
}

impl Claimant for One {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let Line { client, statement } = &self.lines[turn % self.lines.len()];
        let shown = &self.facts.shown[usize::try_from(user - 1)?];
        let (key, digest) = ours::claim_key(user);
        let at = &*self.facts.moment;
        let asked = client
            .query_one(
                statement,
                &[
                    &SHOP,
                    &key,
                    &digest.as_slice(),
                    &shown.order.as_str(),
                    &shown.offer.as_str(),
                    &shown.customer.as_str(),
                    &at.now,
                    &at.day,
                    &at.now_shown,
                    &at.until,
                    &at.until_shown,
                    &IN_ALL,
                    &PER_DAY,
                ],
            )
            .await;
        let text: String = match asked {
            Ok(row) => row.get(0),
            // Refused when it was all but written, and rolled back.
            Err(error) => match error.as_db_error() {
                Some(refusal) if *refusal.code() == SqlState::RAISE_EXCEPTION => refusal.message().to_owned(),
                Some(_) | None => return Err(error).context("a claim on PostgreSQL"),
            },
        };
        claim::answer(&text).with_context(|| format!("the function says {text}"))
    }
}

/// The one connection of batches. It sends the next batch when the last one is durable.
struct Batches {
    runtime: Runtime,
    client: Client,
    statement: Statement,
    facts: Facts,
}

impl GroupWriter for Batches {
    fn commit(&mut self, users: &[u64]) -> Result<Vec<Answer>> {
        let numbers = users.iter().map(|user| usize::try_from(user - 1)).collect::<Result<Vec<_>, _>>()?;
        let shown: Vec<&Shown> = numbers.iter().map(|number| &self.facts.shown[*number]).collect();
        let (keys, digests): (Vec<_>, Vec<_>) = users.iter().map(|user| ours::claim_key(*user)).unzip();
        let texts = |pick: fn(&Shown) -> &str| shown.iter().map(|shown| pick(shown)).collect::<Vec<_>>();
        let at = &*self.facts.moment;
        let row = self.runtime.block_on(self.client.query_one(
            &self.statement,
            &[
                &SHOP,
                &CAMPAIGN,
                &keys,
                &digests.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>(),
                &texts(|shown| shown.order.as_str()),
                &texts(|shown| shown.offer.as_str()),
                &texts(|shown| shown.customer.as_str()),
                &at.now,
                &at.day,
                &at.now_shown,
                &at.until,
                &at.until_shown,
                &IN_ALL,
                &PER_DAY,
            ],
        ))?;
        let answers: Vec<String> = row.get(0);
        answers
            .iter()
            .map(|text| claim::answer(text).with_context(|| format!("the function says {text}")))
            .collect()
    }
}
