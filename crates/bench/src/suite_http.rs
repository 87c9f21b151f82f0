//! Claims and quotes over HTTP on 64 kept-open connections: our server beside an axum that only echoes.

use std::{path::Path, thread};

use anyhow::{Result, ensure};

use crate::{
    context::Context,
    floors::http_echo::{self, Echo},
    load::{LoadPlan, LoadRun, Request, write_requests},
    ours::{self, Ours},
    ours_http::{KEY_HEADER, Server},
    report::{Figure, beside_each},
    rounds::Rounds,
    samples::cart,
};

/// Different carts; they are sent over and over.
const CARTS: u64 = 256;

/// Promotions that run while carts are priced: a tenth of them is about goods of each cart.
const PROMOTIONS: u64 = 100;

/// Measures floor and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let folder = ctx.scratch()?;
    let mut echo = Rounds::new();
    let mut ours = Rounds::new();
    let mut quotes = Rounds::new();
    for _ in 0..ctx.rounds {
        echo.push(ctx.measure(|| echo_quotes(ctx, folder.path(), threads))?);
        ours.push(ctx.measure(|| ours_claims(ctx, folder.path(), threads))?);
        quotes.push(ctx.measure(|| ours_quotes(ctx, folder.path(), threads))?);
    }
    let echo = figures(&echo, &format!("floor axum echo, {threads} threads"));
    let mut ours = beside_each(figures(&ours, "our claims over HTTP"), &echo);
    if let [rate, _, p99, ..] = &mut ours[..] {
        *rate = rate.clone().at_least_of_floor(0.4);
        *p99 = p99.clone().at_most(20_000.0);
    }
    let mut quotes = beside_each(figures(&quotes, "our quotes over HTTP"), &echo);
    if let Some(rate) = quotes.first_mut() {
        *rate = rate.clone().at_least_of_floor(0.6);
    }
    Ok([echo, ours, quotes].concat())
}

/// Quotes of the floor's carts by our server, with promotions of which a few match each cart.
fn ours_quotes(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let scratch = ctx.scratch()?;
    let ours = Ours::create(scratch.path())?;
    ours.promote(PROMOTIONS)?;
    let file = folder.join("quote-requests");
    let path = format!("/v1/shops/{}/quotes", ours::SHOP);
    write_requests(&file, (0..CARTS).map(|number| Request { path: path.clone(), body: cart(number) }))?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut plan = LoadPlan::new(server.address(), &file, ctx.seconds);
    plan.headers = vec![KEY_HEADER.to_owned()];
    let run = plan.run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("a quote over HTTP failed: {error}"));
    }
    ensure!(run.errors == 0, "{} quotes failed", run.errors);
    Ok(run)
}

/// Orders that show a coupon when a run starts; each is claimed once.
const READY: u64 = 120_000;

/// Claims from our server on a runtime of `threads` threads, durable before the answer.
pub fn ours_claims(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let scratch = ctx.scratch()?;
    let ours = Ours::create(scratch.path())?;
    ours.place(0, READY, |number| number)?;
    ours.advance(ours::opening().plus_minutes(15))?;
    let file = folder.join("claim-requests");
    let requests = ours.shown()?.into_iter().map(|shown| Request {
        path: format!("/v1/shops/{}/orders/{}/offers/{}/claim", ours::SHOP, shown.order, shown.offer),
        body: format!(r#"{{"customer_id":"{}"}}"#, shown.customer),
    });
    write_requests(&file, requests)?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut plan = LoadPlan::new(server.address(), &file, ctx.seconds);
    plan.headers = vec![KEY_HEADER.to_owned()];
    plan.once = true;
    let run = plan.run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("a claim over HTTP failed: {error}"));
    }
    let issued = ours.counters()?.issued;
    ensure!(issued == run.requests, "{} answered but {issued} issued", run.requests);
    Ok(run)
}

fn echo_quotes(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let file = folder.join("echo-requests");
    let requests = (0..CARTS).map(|number| Request { path: http_echo::PATH.to_owned(), body: cart(number) });
    write_requests(&file, requests)?;
    let server = Echo::start(threads)?;
    let run = LoadPlan::new(server.address(), &file, ctx.seconds).run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("the echo failed: {error}"));
    }
    Ok(run)
}

/// Rate, latencies and errors; empty when nothing was run.
pub fn figures(rounds: &Rounds<LoadRun>, name: &str) -> Vec<Figure> {
    [
        rounds.figure(name, "requests/s", LoadRun::requests_per_second),
        rounds.figure(&format!("{name}, p50"), "us", |run| run.latency.p50_us),
        rounds.figure(&format!("{name}, p99"), "us", |run| run.latency.p99_us),
        rounds.figure(&format!("{name}, p999"), "us", |run| run.latency.p999_us),
        rounds.figure(&format!("{name}, not 2xx"), "answers", |run| run.errors as f64),
    ]
    .into_iter()
    .flatten()
    .collect()
}
