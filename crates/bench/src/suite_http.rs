//! Quotes over HTTP on 64 kept-open connections: our server beside an axum that only echoes.

use std::{path::Path, thread};

use anyhow::Result;

use crate::{
    context::Context,
    floors::http_echo::{self, Echo},
    load::{LoadPlan, LoadRun, Request, write_requests},
    report::{Figure, beside_each},
    rounds::Rounds,
    samples::cart,
};

/// Different carts; they are sent over and over.
const CARTS: u64 = 256;

/// Measures floor and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let folder = ctx.scratch()?;
    let mut echo = Rounds::new();
    let mut ours = Rounds::new();
    for _ in 0..ctx.rounds {
        echo.push(ctx.measure(|| echo_quotes(ctx, folder.path(), threads))?);
        ours.extend(ctx.measure_if(|| ours_quotes(ctx, folder.path(), threads))?);
    }
    let echo = figures(&echo, &format!("floor axum echo, {threads} threads"));
    let ours = beside_each(figures(&ours, "our quotes"), &echo);
    Ok([echo, ours].concat())
}

/// Quotes from our server on a runtime of `threads` threads: start it on a free port, write the requests for
/// its paths into `folder`, and run the same `LoadPlan` as for the echo with the key as a header. Not measured yet.
#[expect(
    clippy::unnecessary_wraps,
    reason = "measuring the server will have ways to fail"
)]
fn ours_quotes(ctx: &Context, _folder: &Path, _threads: usize) -> Result<Option<LoadRun>> {
    ctx.note("our own quotes over HTTP are not measured yet");
    Ok(None)
}

fn echo_quotes(ctx: &Context, folder: &Path, threads: usize) -> Result<LoadRun> {
    let file = folder.join("echo-requests");
    let requests = (0..CARTS).map(|number| Request {
        path: http_echo::PATH.to_owned(),
        body: cart(number),
    });
    write_requests(&file, requests)?;
    let server = Echo::start(threads)?;
    let run = LoadPlan::new(server.address(), &file, ctx.seconds).run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("the echo failed: {error}"));
    }
    Ok(run)
}

/// Rate, latencies and errors; empty when nothing was run.
fn figures(rounds: &Rounds<LoadRun>, name: &str) -> Vec<Figure> {
    [
        rounds.figure(name, "requests/s", LoadRun::requests_per_second),
        rounds.figure(&format!("{name}, p50"), "us", |run| run.latency.p50_us),
        rounds.figure(&format!("{name}, p99"), "us", |run| run.latency.p99_us),
        rounds.figure(&format!("{name}, p999"), "us", |run| run.latency.p999_us),
        rounds.figure(&format!("{name}, not 2xx"), "answers", |run| {
            run.errors as f64
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
