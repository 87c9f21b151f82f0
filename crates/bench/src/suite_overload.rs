//! Claims beyond what the server can take: the program itself on one core, an open loop of clients on another.
//!
//! The best that 64 connections get is measured first, then what is left of it when 5 and 25 times as much is asked,
//! how long it takes until all is well again, and what a crowd of silent and stalled connections costs a client that
//! works. What the generator could send is a figure too: it has one core, as the server has.

use std::{
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use anyhow::{Result, ensure};

use crate::{
    context::Context,
    crowd::Crowd,
    load::{LoadPlan, LoadRun, Request, write_requests},
    ours_http::KEY_HEADER,
    program::{self, Program},
    report::Figure,
    rounds::Rounds,
};

/// Connections of those who ask too much: many times as many as get the best.
const CONNECTIONS: usize = 1_600;
/// Silent and stalled connections.
const CROWD: usize = 15_000;
/// Until all is well again this may take.
const RECOVERY_SECONDS: f64 = 10.0;
/// How long each look at the recovery lasts.
const LOOK_SECONDS: f64 = 0.5;
/// The first customer's number: all of them have as many digits.
const FIRST: u64 = 10_000_000;
/// Numbers between two runs.
const SPARE: u64 = 50_000;
const PATH: &str = "/v1/shops/bench/coupon-batches/b1/claim";
/// A request whose body does not come.
const BEGUN: &[u8] = b"POST /v1/shops/bench/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\n\
    Content-Length: 1000\r\n\r\n{";

/// What one round gave.
#[derive(Clone)]
struct Round {
    best: LoadRun,
    five: LoadRun,
    twenty_five: LoadRun,
    recovery_seconds: f64,
    alone: LoadRun,
    in_a_crowd: LoadRun,
    crowd: f64,
    resident_mib: f64,
}

/// Measures in rounds; nothing where the program was not built.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    if let Err(error) = program::beside_the_bench() {
        ctx.note(&format!("overload was not measured: {error}"));
        return Ok(Vec::new());
    }
    let mut rounds = Rounds::new();
    for _ in 0..ctx.rounds {
        rounds.push(ctx.measure(|| round(ctx))?);
    }
    Ok(figures(&rounds))
}

/// The cores of server and clients; none where there is only one.
fn cores() -> (Option<usize>, Option<usize>) {
    match thread::available_parallelism().map_or(1, usize::from) {
        1 => (None, None),
        _ => (Some(0), Some(1)),
    }
}

/// A server with a batch that does not run out, and its clients.
struct Stand {
    program: Program,
    file: PathBuf,
    seconds: f64,
    used: u64,
}

impl Stand {
    fn new(ctx: &Context, folder: &Path) -> Result<Self> {
        // The clients come from one address, as through a proxy.
        let program = Program::start(folder, cores().0, &["--trusted-proxies", "127.0.0.1/32"])?;
        program.ask("PUT", "/v1/sandbox/clock", r#"{"now":"2030-06-10T11:00:00+08:00"}"#)?;
        program.ask("PUT", "/v1/shops/bench", r#"{"name":"Bench","kind":"sop"}"#)?;
        program.ask(
            "POST",
            "/v1/shops/bench/coupon-batches",
            r#"{"batch_id":"b1","name":"B","kind":"shop","spend":9000,"save":800,"quantity":10000000,
                "per_customer_limit":1,"funded_by":"merchant","starts_at":"2030-06-10T00:00:00+08:00",
                "ends_at":"2030-06-20T00:00:00+08:00"}"#,
        )?;
        let file = folder.join("claims");
        let body = r#"{"customer_id":"c{number}"}"#.to_owned();
        write_requests(&file, [Request { path: PATH.to_owned(), body }])?;
        Ok(Self { program, file, seconds: ctx.seconds, used: FIRST })
    }

    /// Claims of new customers.
    fn claims(&mut self, rate: Option<f64>, connections: usize, seconds: f64) -> Result<LoadRun> {
        let mut plan = LoadPlan::new(self.program.address(), &self.file, seconds);
        plan.headers = vec![KEY_HEADER.to_owned()];
        (plan.rate, plan.connections, plan.core) = (rate, connections, cores().1);
        plan.number_from = Some(self.used);
        let run = plan.run()?;
        // Those of the warm-up, which is no longer than the run, are used up too.
        self.used += 2 * (run.requests + run.errors + run.unsent) + SPARE;
        Ok(run)
    }

    /// Seconds until nothing is refused at half the best rate.
    fn recovery(&mut self, best: f64) -> Result<f64> {
        let since = Instant::now();
        loop {
            let run = self.claims(Some(best / 2.0), 64, LOOK_SECONDS)?;
            let took = since.elapsed().as_secs_f64();
            if run.errors + run.unsent == 0 || took > 6.0 * RECOVERY_SECONDS {
                return Ok(took);
            }
        }
    }
}

fn round(ctx: &Context) -> Result<Round> {
    let folder = ctx.scratch()?;
    let mut stand = Stand::new(ctx, folder.path())?;
    let seconds = stand.seconds;
    let best = stand.claims(None, 64, seconds)?;
    ensure!(best.errors == 0, "{} claims failed: {:?}", best.errors, best.first_error);
    let rate = best.requests_per_second();
    let five = stand.claims(Some(5.0 * rate), CONNECTIONS, seconds)?;
    let twenty_five = stand.claims(Some(25.0 * rate), CONNECTIONS, seconds)?;
    let recovery_seconds = stand.recovery(rate)?;
    let alone = stand.claims(None, 64, seconds)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let crowd = runtime.block_on(Crowd::gather(stand.program.address(), CROWD, BEGUN))?;
    let in_a_crowd = stand.claims(None, 64, seconds)?;
    let resident_mib = stand.program.resident_kib()? as f64 / 1_024.0;
    let crowd = crowd.len() as f64;
    Ok(Round { best, five, twenty_five, recovery_seconds, alone, in_a_crowd, crowd, resident_mib })
}

fn figures(rounds: &Rounds<Round>) -> Vec<Figure> {
    let rate = |name: &str, of: fn(&Round) -> &LoadRun| {
        rounds.figure(name, "claims/s", |round| of(round).requests_per_second())
    };
    let best = rate("best of 64 connections, one core", |round| &round.best);
    let beside = |figure: Option<Figure>, floor: Option<&Figure>, share: f64| match (figure, floor) {
        (Some(figure), Some(floor)) => Some(figure.beside(floor).at_least_of_floor(share)),
        (figure, _) => figure,
    };
    let p99 =
        |name: &str, of: fn(&Round) -> &LoadRun| rounds.figure(name, "us", |round| of(round).latency.p99_us);
    let offered = |name: &str, of: fn(&Round) -> &LoadRun| {
        rounds.figure(name, "requests/s", |round| of(round).offered_per_second())
    };
    let alone = rate("a client that works, alone", |round| &round.alone);
    [
        best.clone(),
        offered("offered at 5 times", |round| &round.five),
        beside(rate("goodput at 5 times", |round| &round.five), best.as_ref(), 0.8),
        p99("p99 of those served at 5 times", |round| &round.five),
        offered("offered at 25 times", |round| &round.twenty_five),
        beside(rate("goodput at 25 times", |round| &round.twenty_five), best.as_ref(), 0.8),
        p99("p99 of those served at 25 times", |round| &round.twenty_five)
            .map(|p99| p99.at_most(2_000_000.0)),
        rounds
            .figure("recovery after 25 times", "s", |round| round.recovery_seconds)
            .map(|seconds| seconds.at_most(RECOVERY_SECONDS)),
        alone.clone(),
        rounds.figure("a crowd beside it, silent or stalled", "connections", |round| round.crowd),
        beside(rate("the client in that crowd", |round| &round.in_a_crowd), alone.as_ref(), 0.9),
        p99("p99 of it", |round| &round.in_a_crowd),
        rounds.figure("memory of the server then", "MiB", |round| round.resident_mib),
    ]
    .into_iter()
    .flatten()
    .collect()
}
