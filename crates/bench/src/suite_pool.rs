//! The presale pool: the first N of a million and of five million orders, amount tiers for everybody, and
//! the way in. Beside the ranking: `DuckDB` on the same rows, where `BENCH_PYTHON` names a Python that has it.
//!
//! Each pool lives in a process of its own, so that its memory is its own.

use std::{
    env, fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use port::CandidateKey;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    context::Context,
    ours,
    ours_intake::{self, IntakeRun},
    ours_pool::{Gives, OursPool, Rows, activation, opening},
    report::Figure,
    rounds::{Measured, Rounds},
    suite_open_orders::resident_mb,
};

/// Orders of a pool.
const POOLS: [u64; 2] = [1_000_000, 5_000_000];
/// The first N.
const FIRST: u64 = 10_000;
/// Ranks asked for.
const RANKS: u64 = 1_000;

/// The child's command line.
#[derive(Debug, Clone, Args)]
pub struct PoolPlan {
    /// Where the store goes.
    #[arg(long)]
    folder: PathBuf,
    /// Orders.
    #[arg(long)]
    orders: u64,
    /// Gifts by amount for everybody, not for the first N.
    #[arg(long)]
    by_amount: bool,
    /// Only takes orders in, from a CSV export.
    #[arg(long, conflicts_with = "by_amount")]
    from_csv: bool,
}

/// What the child measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PoolRun {
    taken_per_second: f64,
    submitted_per_second: f64,
    decided_seconds: f64,
    rank_p99_ms: f64,
    resident_mb: f64,
    given: u64,
}

/// What `DuckDB` needed.
#[derive(Debug, Clone, Copy, Deserialize)]
struct DuckRun {
    rank_seconds: f64,
    top_seconds: f64,
    count: u64,
    sum: u64,
}

/// Measures pools and tiers; filling a pool takes longer than deciding it, so one round tells.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut figures: Vec<Figure> = Vec::new();
    let mut smaller: Option<Figure> = None;
    for orders in POOLS {
        let decided = first_n(ctx, orders, &mut figures)?;
        if let Some(smaller) = &smaller {
            let name = format!("{} beside the smaller pool", decided.name);
            let again = Figure { name, ..decided.clone() };
            figures.push(again.beside(smaller).at_most_of_floor(1.5));
        }
        smaller = Some(decided);
    }
    let folder = ctx.scratch()?;
    let mut tiers = Rounds::new();
    tiers.push(ctx.measure(|| child(folder.path(), POOLS[0], &["--by-amount"]))?);
    let rate = tiers.figure("amount tiers for everybody", "orders/s", |run: &PoolRun| {
        run.given as f64 / run.decided_seconds
    });
    figures.extend(rate.map(|rate| rate.at_least(50_000.0)));
    figures.extend(intake(ctx, POOLS[0])?);
    Ok(figures)
}

/// Orders from a CSV export, beside only reading it.
fn intake(ctx: &Context, orders: u64) -> Result<Vec<Figure>> {
    let folder = ctx.scratch()?;
    let mut rounds = Rounds::new();
    rounds.push(ctx.measure(|| child(folder.path(), orders, &["--from-csv"]))?);
    let read = rounds.figure("orders read from CSV", "orders/s", |run: &IntakeRun| run.read_per_second);
    let read = read.context("one round was run")?;
    let taken = rounds.figure("orders taken in from CSV", "orders/s", |run| run.taken_per_second);
    let taken = taken.map(|taken| taken.beside(&read).at_least(30_000.0));
    Ok([read].into_iter().chain(taken).collect())
}

/// One pool: how long the first N take, and what it costs besides. Answers the first.
fn first_n(ctx: &Context, orders: u64, figures: &mut Vec<Figure>) -> Result<Figure> {
    let folder = ctx.scratch()?;
    let mut ours = Rounds::new();
    ours.push(ctx.measure(|| child(folder.path(), orders, &[]))?);
    let name = |what: &str| format!("{what}, pool of {orders}");
    let figure = |what: &str, unit: &str, of: fn(&PoolRun) -> f64| ours.figure(&name(what), unit, of);
    let given = format!("first {FIRST} ranked and given");
    let mut decided = figure(&given, "s", |run| run.decided_seconds).context("one round was run")?;
    let mut peer = Rounds::new();
    if let Some(duck) = duckdb(ctx, folder.path(), orders)? {
        peer.push(duck);
    }
    let ranks = peer.figure(&name("peer DuckDB ranks"), "s", |run: &DuckRun| run.rank_seconds);
    let top = peer.figure(&name("peer DuckDB, top N only"), "s", |run: &DuckRun| run.top_seconds);
    if let Some(ranks) = &ranks {
        decided = decided.beside(ranks).at_most_of_floor(1.0);
    }
    figures.extend(ranks.into_iter().chain(top));
    figures.push(decided.clone());
    figures.extend(figure("rank of one order, p99", "ms", |run| run.rank_p99_ms).map(|f| f.at_most(5.0)));
    figures.extend(figure("resident memory", "MB", |run| run.resident_mb).map(|f| f.at_most(500.0)));
    figures.extend(
        figure("orders taken in", "orders/s", |run| run.taken_per_second).map(|f| f.at_least(30_000.0)),
    );
    figures.extend(figure("orders submitted", "orders/s", |run| run.submitted_per_second));
    Ok(decided)
}

fn child<T: DeserializeOwned>(folder: &Path, orders: u64, flags: &[&str]) -> Result<T> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["pool", "--folder"]).arg(folder).args(["--orders", &orders.to_string()]).args(flags);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("start the child")?;
    ensure!(output.status.success(), "the child failed");
    serde_json::from_slice(&output.stdout).context("read the child's figures")
}

fn duckdb(ctx: &Context, folder: &Path, orders: u64) -> Result<Option<Measured<DuckRun>>> {
    let Some(python) = env::var_os("BENCH_PYTHON") else {
        ctx.note("no DuckDB peer: BENCH_PYTHON names no Python (make bench-peers does)");
        return Ok(None);
    };
    let path = folder.join("rows.csv");
    let mut file = BufWriter::new(fs::File::create(&path)?);
    for number in 0..orders {
        let (second, id) = Rows::row(number);
        writeln!(file, "{id},{second}")?;
    }
    file.flush()?;
    let script = "bench/peers/pool/duckdb_rank.py";
    let ranked = ctx.measure(|| {
        let output = Command::new(&python).arg(script).arg(&path).arg(FIRST.to_string()).output()?;
        ensure!(output.status.success(), "DuckDB: {}", String::from_utf8_lossy(&output.stderr));
        let duck: DuckRun = serde_json::from_slice(&output.stdout)?;
        let ours = expected(orders);
        ensure!((duck.count, duck.sum) == ours, "DuckDB ranks others: {duck:?}, not {ours:?}");
        Ok(duck)
    })?;
    fs::remove_file(&path)?;
    Ok(Some(ranked))
}

/// The first N by sorting everything: how many, and the sum of their ids.
fn expected(orders: u64) -> (u64, u64) {
    let mut all: Vec<(i64, u64)> = (0..orders).map(Rows::row).collect();
    let (first, _, _) = all.select_nth_unstable(usize::try_from(FIRST).unwrap_or_default());
    (FIRST, first.iter().map(|(_, id)| id).sum())
}

/// The child: fills a pool, decides it, prints a [`PoolRun`] as JSON; or an [`IntakeRun`].
pub fn run_child(plan: &PoolPlan) -> Result<()> {
    if plan.from_csv {
        let run = ours_intake::run(&plan.folder, plan.orders)?;
        println!("{}", serde_json::to_string(&run)?);
        return Ok(());
    }
    let terms = if plan.by_amount { Gives::ByAmount } else { Gives::First(FIRST) };
    let rows = Rows { count: plan.orders, gives: terms };
    let ours = OursPool::create(&plan.folder, terms)?;
    let per_second = |started: Instant| plan.orders as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    ours.take(&rows)?;
    let taken_per_second = per_second(started);
    let started = Instant::now();
    ours.submit_all(&rows)?;
    let submitted_per_second = per_second(started);
    let rank_p99_ms = ranks(&ours, &rows)?;
    ours.submit(engine::Command::PutWatermark { through: opening().plus_hours(24 * 4) })?;
    let started = Instant::now();
    ours.engine.advance_blocking(activation())?;
    let decided_seconds = started.elapsed().as_secs_f64();
    let (given, sum) = ours.given()?;
    match terms {
        Gives::First(_) => ensure!((given, sum) == expected(plan.orders), "{given} given, sum {sum}"),
        Gives::ByAmount => ensure!(given == plan.orders, "{given} given"),
    }
    let resident_mb = resident_mb()?;
    let run =
        PoolRun { taken_per_second, submitted_per_second, decided_seconds, rank_p99_ms, resident_mb, given };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// Ranks of orders all over the pool, one at a time.
fn ranks(ours: &OursPool, rows: &Rows) -> Result<f64> {
    let run = ours.run()?.number;
    let mut times = Vec::new();
    for turn in 0..RANKS {
        let (second, id) = Rows::row(turn * 7_919 % rows.count);
        let at = domain::Instant::from_micros(second * 1_000_000);
        let place = domain::pool::RankKey::new(at, &id.to_string().parse()?);
        let key: CandidateKey = (ours::shop_id(), run, place);
        let started = Instant::now();
        let rank = ours.engine.reader().rank(&key)?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        ensure!((1..=rows.count).contains(&rank), "rank {rank}");
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() * 99 / 100])
}
