//! Claims from one hot batch: our engine beside bare `SQLite` and, where it is installed, Redis.

use std::path::Path;

use anyhow::Result;

use crate::{
    closed_loop::{ClaimRun, Plan, Users},
    context::Context,
    floors::{redis_claims, sqlite_claims, sqlite_claims::PLENTY},
    report::{Figure, beside_each},
    rounds::{Measured, Rounds},
};

/// Clients in flight, and the most claims that the floor puts into one commit.
const LOADS: [(usize, usize); 2] = [(64, 256), (512, 512)];

/// Measures every load.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut all = Vec::new();
    for (clients, per_transaction) in LOADS {
        all.extend(compare(ctx, clients, per_transaction)?);
    }
    Ok(all)
}

/// Claims through our engine: the plan driven by `closed_loop::drive` with a `Claimant` that hands each claim
/// to the engine on a store in `folder`, `SQLite`, as durable as the floor. Not measured yet.
#[expect(
    clippy::unnecessary_wraps,
    reason = "measuring the engine will have ways to fail"
)]
fn ours_claims(ctx: &Context, _folder: &Path, _plan: Plan) -> Result<Option<ClaimRun>> {
    ctx.note("our own claims are not measured yet");
    Ok(None)
}

fn compare(ctx: &Context, clients: usize, per_transaction: usize) -> Result<Vec<Figure>> {
    let plan = Plan::for_seconds(clients, ctx.seconds, Users::InOrder);
    let scattered_plan = Plan::for_seconds(clients, ctx.seconds, Users::Scattered);
    let mut single = Rounds::new();
    let mut grouped = Rounds::new();
    let mut scattered = Rounds::new();
    let mut redis = Rounds::new();
    let mut ours = Rounds::new();
    for _ in 0..ctx.rounds {
        single.push(sqlite(ctx, plan, 1)?);
        grouped.push(sqlite(ctx, plan, per_transaction)?);
        scattered.push(sqlite(ctx, scattered_plan, per_transaction)?);
        match redis_claims::absent_because() {
            Some(reason) => ctx.note(&format!("no Redis floor: {reason}")),
            None => redis.push(on_disk(ctx, |folder| {
                redis_claims::run(folder, plan, PLENTY)
            })?),
        }
        let folder = ctx.scratch()?;
        ours.extend(ctx.measure_if(|| ours_claims(ctx, folder.path(), plan))?);
    }
    let grouped_name = format!("floor SQLite claims <={per_transaction}/commit, {clients} clients");
    let single = figures(
        &single,
        &format!("floor SQLite claims 1/commit, {clients} clients"),
    );
    let grouped = figures(&grouped, &grouped_name);
    let scattered = figures(&scattered, &format!("{grouped_name}, scattered users"));
    let redis = figures(
        &redis,
        &format!("floor Redis claims fsync always, {clients} clients"),
    );
    let ours = beside_each(
        figures(&ours, &format!("our claims, {clients} clients")),
        &grouped,
    );
    Ok([single, grouped, scattered, redis, ours].concat())
}

fn sqlite(ctx: &Context, plan: Plan, per_transaction: usize) -> Result<Measured<ClaimRun>> {
    on_disk(ctx, |folder| {
        sqlite_claims::run(folder, plan, PLENTY, per_transaction)
    })
}

fn on_disk(
    ctx: &Context,
    run: impl FnOnce(&Path) -> Result<ClaimRun>,
) -> Result<Measured<ClaimRun>> {
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
