//! Draws over HTTP with 64 clients on one pool of prizes, beside claims over HTTP in the same run; what a page of the draw
//! costs; and a rush for ten prizes.

use std::{path::Path, thread};

use anyhow::{Result, ensure};

use crate::{
    context::Context,
    load::{LoadPlan, LoadRun, Request, write_requests},
    ours,
    ours_draws::{self, Chanced},
    ours_http::{KEY_HEADER, Server},
    report::{Figure, beside_each},
    rounds::Rounds,
    suite_http,
};

/// Chances that wait when a run starts; each is played once.
const READY: u64 = 120_000;
/// The rush: so many players at once, for so many prizes.
const RUSH: u64 = 10_000;
const PRIZES: u64 = 10;
/// Connections of the rush.
const CROWD: usize = 400;

/// Measures claims, draws and pages in alternating rounds, and one rush a round.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let folder = ctx.scratch()?;
    let (mut claims, mut draws) = (Rounds::new(), Rounds::new());
    let (mut pages, mut rush) = (Rounds::new(), Rounds::new());
    for _ in 0..ctx.rounds {
        claims.push(ctx.measure(|| suite_http::ours_claims(ctx, folder.path(), threads))?);
        draws.push(ctx.measure(|| play(ctx, folder.path(), threads))?);
        pages.push(ctx.measure(|| pages_of(ctx, folder.path(), threads))?);
        rush.push(ctx.measure(|| won_in_a_rush(ctx, folder.path(), threads))?);
    }
    let claims = suite_http::figures(&claims, "claims over HTTP, in the same run");
    let mut draws = beside_each(suite_http::figures(&draws, "our draws over HTTP"), &claims);
    if let Some(rate) = draws.first_mut() {
        *rate = rate.clone().at_least_of_floor(0.8);
    }
    let pages = suite_http::figures(&pages, "page of a draw over HTTP");
    let rush = rush.figure("prizes given of 10 in 10,000 plays at once", "prizes", |won| *won);
    let rush = rush.map(|figure| figure.at_most(PRIZES as f64));
    Ok([claims, draws, pages, rush.into_iter().collect()].concat())
}

fn requests(chances: Vec<Chanced>) -> impl Iterator<Item = Request> {
    chances.into_iter().map(|Chanced { reward, customer }| Request {
        path: format!("/v1/shops/{}/rewards/{reward}/play", ours::SHOP),
        body: format!(r#"{{"customer_id":"{customer}"}}"#),
    })
}

/// Plays, each durable before its answer; afterwards the chain holds exactly those that were answered.
fn play(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let scratch = ctx.scratch()?;
    let (ours, chances) = ours_draws::create(scratch.path(), &ours_draws::usual(), READY)?;
    let file = folder.join("play-requests");
    write_requests(&file, requests(chances))?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut plan = LoadPlan::new(server.address(), &file, ctx.seconds);
    plan.headers = vec![KEY_HEADER.to_owned()];
    plan.once = true;
    let run = plan.run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("a play over HTTP failed: {error}"));
    }
    let (plays, _) = ours_draws::played(&ours, "pot")?;
    ensure!(plays == run.requests, "{} answered but {plays} in the chain", run.requests);
    Ok(run)
}

/// The page of a draw for somebody without a key, again and again.
fn pages_of(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let scratch = ctx.scratch()?;
    let (ours, _) = ours_draws::create(scratch.path(), &ours_draws::usual(), 1)?;
    let file = folder.join("page-requests");
    let path = format!("/draws/{}/{}", ours::SHOP, ours_draws::CAMPAIGN);
    write_requests(&file, [Request { path, body: String::new() }])?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let run = LoadPlan::new(server.address(), &file, ctx.seconds).run()?;
    ensure!(run.errors == 0, "{} pages failed: {:?}", run.errors, run.first_error);
    Ok(run)
}

/// How many prizes were given to 10,000 players who come at once.
fn won_in_a_rush(ctx: &Context, folder: &Path, threads: usize) -> Result<f64> {
    let scratch = ctx.scratch()?;
    let (ours, chances) = ours_draws::create(scratch.path(), &ours_draws::few(PRIZES), RUSH)?;
    let file = folder.join("rush-requests");
    write_requests(&file, requests(chances))?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut plan = LoadPlan::new(server.address(), &file, 60.0);
    plan.headers = vec![KEY_HEADER.to_owned()];
    plan.once = true;
    plan.connections = CROWD;
    let run = plan.run()?;
    ensure!(run.requests == RUSH, "{} of {RUSH} played: {:?}", run.requests, run.first_error);
    let (plays, won) = ours_draws::played(&ours, "tv")?;
    ensure!((plays, won) == (RUSH, PRIZES), "{won} prizes in {plays} plays");
    Ok(won as f64)
}
