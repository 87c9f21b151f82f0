//! Peers: other stores that do the work of one of our claims, beside it in the same minutes.
//!
//! A floor does the least that gives the promise; a peer does what a claim does. Each is asked for the same orders
//! of the same ready store, with an idempotency key each, and reads and checks what a claim checks: the key, the
//! order and its offer, the coupons that are left, the customer's limits. It leaves what a claim leaves: the offer
//! claimed, a line in the timeline, the coupon, the customer's counters and coupon names, the campaign's figures,
//! the coupon's timer, the key with its answer, an event for webhooks. `docs/bench-peers.md` says what each does
//! its own way, and what cannot be compared.

mod claim;
mod orders;
mod postgres_claims;
mod postgres_orders;
mod postgres_server;
mod redis_same_work;
mod sqlite_same_rows;
mod sqlite_statements;

#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result, anyhow};
use tempfile::TempDir;

use crate::{
    closed_loop::{ClaimRun, Plan},
    context::{Context, Wanted},
    floors::redis_claims,
    ready::{READY, ReadyStore},
    rounds::Measured,
};
use postgres_claims::{ReadyPostgres, Transactions};

/// The variable that says which peers are wanted, for the tests and where the command line does not.
pub const VARIABLE: &str = "BENCH_SAME_WORK";

/// A store that does the work of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Bare `SQLite` on a copy of our own store.
    SqliteSameRows,
    /// A Lua script.
    RedisSameWork,
    /// A function, a transaction for each claim.
    PostgresOneEach,
    /// A function over arrays, a transaction for all claims that wait.
    PostgresBatched,
}

impl Peer {
    /// What its figures are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SqliteSameRows => "SQLite, same rows",
            Self::RedisSameWork => "Redis, same work",
            Self::PostgresOneEach => "PostgreSQL, one transaction a claim",
            Self::PostgresBatched => "PostgreSQL, batched",
        }
    }
}

/// The peers that run here, each with its orders.
#[derive(Debug)]
pub struct Peers {
    ready: ReadyStore,
    postgres: Option<ReadyPostgres>,
    has_redis: bool,
    _folders: Vec<TempDir>,
}

impl Peers {
    /// Fills what the peers need; none when none is wanted.
    pub fn prepare(ctx: &Context) -> Result<Option<Self>> {
        if ctx.peers == Wanted::None {
            return Ok(None);
        }
        let (ours, theirs) = (ctx.scratch()?, ctx.scratch()?);
        let ready = ReadyStore::fill(ours.path(), READY, 2_000_000)?;
        let postgres = or_note(ctx, "PostgreSQL", ReadyPostgres::fill(&ready, theirs.path()))?;
        let redis = redis_claims::absent_because().map_or(Ok(()), |reason| Err(anyhow!(reason)));
        let has_redis = or_note(ctx, "Redis", redis)?.is_some();
        Ok(Some(Self { ready, postgres, has_redis, _folders: vec![ours, theirs] }))
    }

    /// Those that can be run.
    pub fn present(&self) -> Vec<Peer> {
        let redis = self.has_redis.then_some(Peer::RedisSameWork);
        let postgres = self.postgres.is_some().then_some([Peer::PostgresOneEach, Peer::PostgresBatched]);
        [Peer::SqliteSameRows].into_iter().chain(redis).chain(postgres.into_iter().flatten()).collect()
    }

    /// One run of one of them.
    pub fn run(&self, ctx: &Context, peer: Peer, plan: Plan) -> Result<Measured<ClaimRun>> {
        let postgres = |transactions| {
            let postgres = self.postgres.as_ref().context("there is no PostgreSQL here")?;
            ctx.measure(|| postgres.run(plan, transactions))
        };
        let folder = ctx.scratch()?;
        match peer {
            Peer::SqliteSameRows => ctx.measure(|| sqlite_same_rows::run(&self.ready, folder.path(), plan)),
            Peer::RedisSameWork => ctx.measure(|| redis_same_work::run(&self.ready, folder.path(), plan)),
            Peer::PostgresOneEach => postgres(Transactions::OneEach),
            Peer::PostgresBatched => postgres(Transactions::Batched),
        }
    }
}

/// Whether a test has what it needs. Where it has not it tests nothing and says so; `.ci/run` installs every server
/// and wants all of them, so that there it fails instead.
#[cfg(test)]
pub fn can_test(absent_because: Option<&str>) -> Result<bool> {
    let wanted = std::env::var(VARIABLE)
        .map_or(Ok(Wanted::default()), |word| <Wanted as clap::ValueEnum>::from_str(&word, false));
    let wanted = wanted.map_err(|error| anyhow!("{VARIABLE}: {error}"))?;
    match (absent_because, wanted) {
        (None, _) => Ok(true),
        (Some(reason), Wanted::All) => anyhow::bail!("{reason}"),
        (Some(reason), Wanted::None | Wanted::Installed) => {
            eprintln!("not tested: {reason}");
            Ok(false)
        }
    }
}

/// What is there, or a note that it is not; where all are wanted, an error.
fn or_note<T>(ctx: &Context, whose: &str, there: Result<T>) -> Result<Option<T>> {
    match (there, ctx.peers) {
        (Ok(there), _) => Ok(Some(there)),
        (Err(error), Wanted::All) => Err(error).with_context(|| format!("no {whose} peer")),
        (Err(error), Wanted::None | Wanted::Installed) => {
            ctx.note(&format!("no {whose} peer: {error:#}"));
            Ok(None)
        }
    }
}
