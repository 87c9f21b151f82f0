//! Claims from one hot campaign: our engine beside bare `SQLite` and, where it is installed, Redis; and beside
//! peers that do the work of our claims.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use domain::Code;
use engine::{Engine, EngineError, Input};

use crate::{
    closed_loop::{Answer, ClaimRun, Claimant, Plan, Users, client_runtime, drive},
    context::Context,
    floors::{redis_claims, sqlite_claims, sqlite_claims::PLENTY},
    ours::{self, Ours, Shown},
    peers::{Peer, Peers},
    ready::READY,
    report::{Figure, beside_each},
    rounds::{Measured, Rounds},
};

/// Clients in flight, and the most claims that the floor puts into one commit.
const LOADS: [(usize, usize); 2] = [(64, 256), (512, 256)];

/// Measures every load.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let peers = Peers::prepare(ctx)?;
    let mut all = Vec::new();
    for (clients, per_transaction) in LOADS {
        all.extend(compare(ctx, clients, per_transaction, peers.as_ref())?);
    }
    Ok(all)
}

/// A client of the engine: each claim takes the next order that shows a coupon, with an idempotency
/// key of its own.
#[derive(Clone)]
struct EngineClient {
    engine: Engine,
    ready: Arc<Vec<Shown>>,
}

impl Claimant for EngineClient {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let shown = self.ready.get(usize::try_from(user - 1)?).context("more claims than orders")?;
        let idempotency = Some(ours::claim_key(user));
        let input = Input { shop_id: ours::shop_id(), idempotency, command: shown.claim(), chance: None };
        match self.engine.submit(input).await {
            Ok(_) => Ok(Answer::Granted),
            Err(EngineError::Refused(refusal)) if refusal.code == Code::SoldOut => Ok(Answer::SoldOut),
            Err(error) => Err(error.into()),
        }
    }
}

/// Claims through our engine on a store as durable as the floor's. Afterwards the campaign's figures
/// must say exactly what was granted.
fn ours_claims(folder: &Path, plan: Plan) -> Result<ClaimRun> {
    let ours = Ours::create(folder)?;
    let ready = Arc::new(ours.show(READY)?);
    let plan = Plan { attempts: ready.len() as u64, ..plan };
    let client = EngineClient { engine: ours.engine.clone(), ready };
    let run = client_runtime()?.block_on(drive(&client, plan))?;
    let issued = ours.counters()?.issued;
    ensure!(issued == run.granted, "{} granted but {issued} issued", run.granted);
    Ok(run)
}

fn compare(
    ctx: &Context,
    clients: usize,
    per_transaction: usize,
    peers: Option<&Peers>,
) -> Result<Vec<Figure>> {
    let plan = Plan::for_seconds(clients, ctx.seconds, Users::InOrder);
    let scattered_plan = Plan::for_seconds(clients, ctx.seconds, Users::Scattered);
    let mut single = Rounds::new();
    let mut grouped = Rounds::new();
    let mut scattered = Rounds::new();
    let mut redis = Rounds::new();
    let present = peers.map(Peers::present).unwrap_or_default();
    let mut beside: Vec<(Peer, Rounds<ClaimRun>)> =
        present.into_iter().map(|peer| (peer, Rounds::new())).collect();
    let mut ours = Rounds::new();
    for _ in 0..ctx.rounds {
        single.push(sqlite(ctx, plan, 1)?);
        grouped.push(sqlite(ctx, plan, per_transaction)?);
        scattered.push(sqlite(ctx, scattered_plan, per_transaction)?);
        match redis_claims::absent_because() {
            Some(reason) => ctx.note(&format!("no Redis floor: {reason}")),
            None => redis.push(on_disk(ctx, |folder| redis_claims::run(folder, plan, PLENTY))?),
        }
        for (peer, rounds) in &mut beside {
            rounds.extend(peers.map(|peers| peers.run(ctx, *peer, plan)).transpose()?);
        }
        ours.push(on_disk(ctx, |folder| ours_claims(folder, plan))?);
    }
    let grouped_name = format!("floor SQLite claims <={per_transaction}/commit, {clients} clients");
    let single = figures(&single, &format!("floor SQLite claims 1/commit, {clients} clients"));
    let grouped = figures(&grouped, &grouped_name);
    let scattered = figures(&scattered, &format!("{grouped_name}, scattered users"));
    let redis = figures(&redis, &format!("floor Redis claims fsync always, {clients} clients"));
    let ours = figures(&ours, &format!("our claims, {clients} clients"));
    let mut ours = beside_each(ours, &grouped);
    let mut theirs = Vec::new();
    if let Some(rate) = ours.first_mut() {
        *rate = rate.clone().at_least_of_floor(0.1);
        for (peer, rounds) in &beside {
            let peer_figures = figures(rounds, &format!("peer {}, {clients} clients", peer.name()));
            if let Some(peer_rate) = peer_figures.first() {
                *rate = rate.clone().compared_with(peer_rate, share_of(*peer, clients));
            }
            theirs.extend(peer_figures);
        }
    }
    Ok([single, grouped, scattered, redis, theirs, ours].concat())
}

/// The share of a peer's rate that ours should reach: with many in flight half of what the same rows cost.
fn share_of(peer: Peer, clients: usize) -> Option<f64> {
    match peer {
        Peer::SqliteSameRows => (clients >= 512).then_some(0.5),
        Peer::RedisSameWork | Peer::PostgresOneEach | Peer::PostgresBatched => None,
    }
}

fn sqlite(ctx: &Context, plan: Plan, per_transaction: usize) -> Result<Measured<ClaimRun>> {
    on_disk(ctx, |folder| sqlite_claims::run(folder, plan, PLENTY, per_transaction))
}

fn on_disk(ctx: &Context, run: impl FnOnce(&Path) -> Result<ClaimRun>) -> Result<Measured<ClaimRun>> {
    let folder = ctx.scratch()?;
    ctx.measure(|| run(folder.path()))
}

/// Rate and latencies; empty when nothing was run.
fn figures(rounds: &Rounds<ClaimRun>, name: &str) -> Vec<Figure> {
    [
        rounds.figure(name, "claims/s", ClaimRun::claims_per_second),
        rounds.figure(&format!("{name}, p50"), "us", |run| run.latency.p50_us),
        rounds.figure(&format!("{name}, p99"), "us", |run| run.latency.p99_us),
    ]
    .into_iter()
    .flatten()
    .collect()
}
