//! A member sprint with a million members: what their order events cost, their progress over HTTP, and the draw, undisturbed
//! and killed on its way.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    load::{LoadPlan, LoadRun, Request, write_requests},
    ours::{self, Ours},
    ours_http::{KEY_HEADER, Server},
    ours_sprints::{self, CAMPAIGN},
    report::Figure,
    rounds::Rounds,
    samples::scatter,
    suite_http,
};

/// Members who have reached the threshold.
const MEMBERS: u64 = 1_000_000;
/// Of a quick run so many times fewer.
const QUICK: u64 = 10;
/// Orders of enrolled members, and of others, in a round.
const ORDERS: u64 = 20_000;
/// Times that the draw is killed.
const KILLS: u32 = 20;
/// Members asked for over HTTP.
const ASKED: u64 = 20_000;

/// The child's command line.
#[derive(Debug, Clone, Args)]
pub struct SprintPlan {
    /// Where the store is.
    #[arg(long)]
    folder: PathBuf,
}

/// What the child measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Drawn {
    seconds: f64,
}

/// Measures the order events, the progress and the draws. Filling takes longer than drawing: one round tells.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let winners = if ctx.is_quick { MEMBERS / QUICK } else { MEMBERS };
    let folder = ctx.scratch()?;
    let others = ORDERS * ctx.rounds as u64;
    let filled = ours_sprints::create(folder.path(), winners + others, winners)?;
    let mut figures = events(ctx, &filled, winners)?;
    figures.extend(progress(ctx, &filled, winners)?);
    drop(filled);
    let again = ctx.scratch()?;
    fs::copy(Ours::file(folder.path()), Ours::file(again.path()))?;
    let mut draw = Rounds::new();
    draw.push(ctx.measure(|| child(folder.path()))?);
    let winners = ours_sprints::awarded(&Ours::open(folder.path())?)?;
    let rate =
        draw.figure("members awarded two coupons", "members/s", |drawn| winners as f64 / drawn.seconds);
    figures.extend(rate.map(|rate| rate.at_least(20_000.0)));
    let undisturbed = draw.figure("the draw", "s", |drawn| drawn.seconds).context("it was drawn")?;
    let mut killed = Rounds::new();
    killed.push(ctx.measure(|| drawn_with_kills(again.path(), undisturbed.value))?);
    let of_killed = ours_sprints::awarded(&Ours::open(again.path())?)?;
    ensure!(of_killed == winners, "{of_killed} were awarded of {winners}");
    figures.push(undisturbed);
    let kills = killed.figure("kills on its way, and everybody has two", "kills", |kills| f64::from(*kills));
    figures.extend(kills.map(|kills| kills.at_least(f64::from(KILLS))));
    Ok(figures)
}

/// Orders of enrolled members, placed, paid and received, beside those of others in the same store.
fn events(ctx: &Context, ours: &Ours, first: u64) -> Result<Vec<Figure>> {
    let (mut enrolled, mut others) = (Rounds::new(), Rounds::new());
    let rate = |numbers: std::ops::Range<u64>| {
        let started = Instant::now();
        let events = ours_sprints::orders_as_they_come(ours, numbers)?;
        Ok(events as f64 / started.elapsed().as_secs_f64())
    };
    for round in 0..ctx.rounds as u64 {
        let from = first + round * ORDERS;
        let away = MEMBERS * 10 + from;
        others.push(ctx.measure(|| rate(away..away + ORDERS))?);
        enrolled.push(ctx.measure(|| rate(from..from + ORDERS))?);
    }
    let others =
        others.figure("order events of others", "events/s", |rate| *rate).context("one round was run")?;
    let enrolled = enrolled.figure("order events of enrolled members", "events/s", |rate| *rate);
    let enrolled = enrolled.map(|enrolled| enrolled.beside(&others).at_least_of_floor(1.0 / 1.3));
    Ok([others].into_iter().chain(enrolled).collect())
}

/// The progress of members anywhere among them.
fn progress(ctx: &Context, ours: &Ours, members: u64) -> Result<Vec<Figure>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let folder = ctx.scratch()?;
    let file = folder.path().join("progress-requests");
    let requests = (0..ASKED).map(|number| {
        let customer = scatter(number) % members;
        let path = format!("/v1/shops/{}/sprints/{CAMPAIGN}/members/customer{customer:010}", ours::SHOP);
        Request { path, body: String::new() }
    });
    write_requests(&file, requests)?;
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut rounds: Rounds<LoadRun> = Rounds::new();
    for _ in 0..ctx.rounds {
        let mut plan = LoadPlan::new(server.address(), &file, ctx.seconds);
        plan.headers = vec![KEY_HEADER.to_owned()];
        rounds.push(ctx.measure(|| plan.run())?);
    }
    let mut figures = suite_http::figures(&rounds, "progress of a member over HTTP");
    if let [_, p50, .., errors] = &mut figures[..] {
        *p50 = p50.clone().at_most(5_000.0);
        *errors = errors.clone().at_most(0.0);
    }
    Ok(figures)
}

fn starting(folder: &Path) -> Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["sprint", "--folder"]).arg(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    Ok(command)
}

fn child(folder: &Path) -> Result<Drawn> {
    let output = starting(folder)?.output().context("start the child")?;
    ensure!(output.status.success(), "the child failed");
    serde_json::from_slice(&output.stdout).context("read the child's figures")
}

/// Kills it again and again while it draws, then lets it go to its end; how often it was killed.
fn drawn_with_kills(folder: &Path, seconds: f64) -> Result<u32> {
    let each = Duration::from_secs_f64(seconds / f64::from(KILLS + 5));
    let mut kills = 0;
    for _ in 0..KILLS {
        let mut process = starting(folder)?.stdout(Stdio::null()).spawn().context("start the child")?;
        thread::sleep(each);
        kills += u32::from(process.try_wait()?.is_none());
        process.kill()?;
        process.wait()?;
    }
    child(folder)?;
    Ok(kills)
}

/// Opens the store and draws.
pub fn run_child(plan: &SprintPlan) -> Result<()> {
    let ours = Ours::open(&plan.folder)?;
    let started = Instant::now();
    ours.advance(ours_sprints::draw_at())?;
    let drawn = Drawn { seconds: started.elapsed().as_secs_f64() };
    println!("{}", serde_json::to_string(&drawn)?);
    Ok(())
}
