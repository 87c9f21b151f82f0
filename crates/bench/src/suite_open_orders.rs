//! Events taken in while many orders stand open: neither the rate nor the memory may follow the shop.
//!
//! Each measurement runs in a process of its own on a store that was filled before, so that its
//! memory and its start are those of a server that was just restarted.

use std::{env, fs, path::Path, path::PathBuf, process::Command, process::Stdio, time::Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use domain::event::Body;
use engine::Input;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    ours::{self, Ours},
    report::Figure,
    rounds::Rounds,
    samples,
};

/// Orders that stand open before a run.
const OPEN: [u64; 2] = [10_000, 1_000_000];
/// Events of one run: half pay an open order somewhere, half place a new one, so as many stay open.
const EVENTS: u64 = 40_000;
/// Events handed over at once.
const BATCH: usize = 1_000;

/// The child's command line.
#[derive(Debug, Clone, Args)]
pub struct StandPlan {
    /// Where the filled store is.
    #[arg(long)]
    folder: PathBuf,
    /// Orders that stand open in it.
    #[arg(long)]
    open: u64,
    /// Which round this is: no order is placed or paid in two of them.
    #[arg(long)]
    round: u64,
}

/// What the child measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Stand {
    ready_ms: f64,
    resident_mb: f64,
    events_per_second: f64,
}

/// Measures each number of open orders, in turn.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut figures: Vec<Figure> = Vec::new();
    for open in OPEN {
        let folder = ctx.scratch()?;
        let filled = Ours::create(folder.path())?;
        filled.place(0, open, |number| number)?;
        drop(filled);
        let mut rounds = Rounds::new();
        for round in 0..ctx.rounds as u64 {
            rounds.push(ctx.measure(|| child(folder.path(), open, round))?);
        }
        let rate =
            rounds.figure(&format!("our events, {open} open orders"), "events/s", |s| s.events_per_second);
        let few = figures.first().cloned();
        figures.extend(rate.map(|rate| match &few {
            Some(few) => rate.beside(few).at_least_of_floor(1.0 / 1.5),
            None => rate,
        }));
        let ready = rounds.figure(&format!("start to ready, {open} open orders"), "ms", |s| s.ready_ms);
        let memory = rounds.figure(&format!("resident memory, {open} open orders"), "MB", |s| s.resident_mb);
        figures.extend(ready.map(|ready| ready.at_most(2_000.0)));
        figures.extend(memory.map(|memory| memory.at_most(400.0)));
    }
    Ok(figures)
}

fn child(folder: &Path, open: u64, round: u64) -> Result<Stand> {
    let output = Command::new(env::current_exe()?)
        .args(["stand", "--folder"])
        .arg(folder)
        .args(["--open", &open.to_string(), "--round", &round.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("start the child")?;
    ensure!(output.status.success(), "the child failed");
    serde_json::from_slice(&output.stdout).context("read the child's figures")
}

/// The child: opens the store, takes events in, prints a [`Stand`] as JSON.
pub fn run_child(plan: &StandPlan) -> Result<()> {
    let started = Instant::now();
    let ours = Ours::open(&plan.folder)?;
    ensure!(ours.engine.reader().shop(&ours::shop_id())?.is_some(), "the store is empty");
    let ready_ms = started.elapsed().as_secs_f64() * 1_000.0;
    let mut inputs = events(plan)?;
    let started = Instant::now();
    while !inputs.is_empty() {
        let rest = inputs.split_off(BATCH.min(inputs.len()));
        ours::ensure_applied(ours.engine.submit_many_blocking(inputs)?)?;
        inputs = rest;
    }
    let events_per_second = EVENTS as f64 / started.elapsed().as_secs_f64();
    let stand = Stand { ready_ms, resident_mb: resident_mb()?, events_per_second };
    println!("{}", serde_json::to_string(&stand)?);
    Ok(())
}

/// New orders, and payments of open ones far apart; no order is paid twice over all rounds. Events are
/// numbered as they happen, as streams and clocks number them.
fn events(plan: &StandPlan) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for turn in plan.round * EVENTS / 2..(plan.round + 1) * EVENTS / 2 {
        inputs.push(ours::placed(plan.open + turn)?);
        // A prime stride visits every order once; then come those placed meanwhile.
        let paid = if turn < plan.open { turn * 7_919 % plan.open } else { turn };
        let (_, text) = samples::order_paid(paid);
        let id = format!("evt-{:012}-2", plan.open + turn);
        let value: serde_json::Value = serde_json::from_str(&text)?;
        inputs.push(ours::event(id, Body::PaymentSucceeded(serde_json::from_value(value["data"].clone())?)));
    }
    Ok(inputs)
}

/// The largest memory that this process has held.
pub fn resident_mb() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("only Linux tells a process's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kb: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kb / 1_024.0)
}
