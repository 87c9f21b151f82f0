//! Events taken in while many orders stand open: neither the rate nor the memory may follow the shop.
//!
//! Each measurement runs in a process of its own on a store that was filled before, so that its
//! memory and its start are those of a server that was just restarted.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum as _};
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
/// Which orders are paid, as a figure's name says it, and how many times as much an event may cost among many.
const HOW: [(&str, Option<f64>); 2] = [("", Some(1.5)), (", paid anywhere", None)];
/// Events of one run: half pay an open order, half place a new one, so as many stay open.
const EVENTS: u64 = 40_000;
/// When real orders are paid, of a day's orders: half within 21 minutes, three quarters within 15 hours (the
/// export of a marketplace that `promenade replay` is tried on). Of a million payments so many, within so many
/// minutes more.
const PAID: [(u64, u64); 3] = [(500_000, 21), (250_000, 879), (250_000, 540)];
const MILLION: u64 = 1_000_000;
const MINUTES_OF_A_DAY: u64 = 1_440;
/// Events handed over at once.
const BATCH: usize = 1_000;

/// Which open orders are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Payers {
    /// As real buyers pay: most soon, some late.
    AsBuyersPay,
    /// Anywhere among all of them, each far from the one before: the worst case.
    Anywhere,
}

/// The child's command line.
#[derive(Debug, Clone, Args)]
pub struct StandPlan {
    /// Where the filled store is.
    #[arg(long)]
    folder: PathBuf,
    /// Orders that stand open in it.
    #[arg(long)]
    open: u64,
    /// Which run this is: no order is placed or paid in two of them.
    #[arg(long)]
    round: u64,
    /// Which orders are paid.
    #[arg(long)]
    payers: Payers,
}

/// What the child measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Stand {
    ready_ms: f64,
    resident_mb: f64,
    events_per_second: f64,
}

/// Measures each number of open orders, in turn, then says what an event costs among many of them.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let [few, many] = OPEN;
    let (mut figures, few_rates) = stand(ctx, few)?;
    let (many_figures, many_rates) = stand(ctx, many)?;
    figures.extend(many_figures);
    for ((few, many), (how, most)) in few_rates.iter().zip(&many_rates).zip(HOW) {
        let cost = cost(few, many, how);
        figures.push(match most {
            Some(most) => cost.at_most(most),
            None => cost,
        });
    }
    Ok(figures)
}

/// What is measured with so many open orders, and the rates of events among them, as of [`HOW`].
fn stand(ctx: &Context, open: u64) -> Result<(Vec<Figure>, Vec<Figure>)> {
    let folder = ctx.scratch()?;
    let filled = Ours::create(folder.path())?;
    filled.place(0, open, |number| number)?;
    drop(filled);
    let (mut paid, mut anywhere) = (Rounds::new(), Rounds::new());
    for round in 0..ctx.rounds as u64 {
        paid.push(ctx.measure(|| child(folder.path(), open, 2 * round, Payers::AsBuyersPay))?);
        anywhere.push(ctx.measure(|| child(folder.path(), open, 2 * round + 1, Payers::Anywhere))?);
    }
    let rate = |(rounds, (how, _)): (&Rounds<Stand>, (&str, Option<f64>))| {
        rounds.figure(&format!("our events, {open} open orders{how}"), "events/s", |s| s.events_per_second)
    };
    let rates: Vec<Figure> = [&paid, &anywhere].into_iter().zip(HOW).filter_map(rate).collect();
    let ready = paid.figure(&format!("start to ready, {open} open orders"), "ms", |s| s.ready_ms);
    let memory = paid.figure(&format!("resident memory, {open} open orders"), "MB", |s| s.resident_mb);
    let mut figures = rates.clone();
    figures.extend(ready.map(|ready| ready.at_most(2_000.0)));
    figures.extend(memory.map(|memory| memory.at_most(400.0)));
    Ok((figures, rates))
}

/// How many times as long an event takes among many open orders as among few.
fn cost(few: &Figure, many: &Figure, how: &str) -> Figure {
    let [few_open, many_open] = OPEN;
    let name = format!("cost of an event, {many_open} over {few_open} open orders{how}");
    let rounds = few.rounds.iter().zip(&many.rounds).map(|(few, many)| few / many).collect();
    let foreign = few.foreign.zip(many.foreign).map(|(few, many)| few.max(many));
    Figure::new(&name, "times", few.value / many.value, rounds, foreign)
}

fn child(folder: &Path, open: u64, round: u64, payers: Payers) -> Result<Stand> {
    let payers = payers.to_possible_value().context("a value of the command line")?;
    let output = Command::new(env::current_exe()?)
        .args(["stand", "--folder"])
        .arg(folder)
        .args(["--open", &open.to_string(), "--round", &round.to_string(), "--payers", payers.get_name()])
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

/// New orders, and payments of open ones; no order is paid twice over all runs, whose odd ones pay anywhere.
/// Events are numbered as they happen, as streams and clocks number them.
fn events(plan: &StandPlan) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let mut paid = Paid::new(plan.open);
    let turns = EVENTS / 2;
    for turn in 0..turns * (plan.round + 1) {
        let run = turn / turns;
        let payers = if run.is_multiple_of(2) { Payers::AsBuyersPay } else { Payers::Anywhere };
        let payer = paid.next(payers, turn);
        if run < plan.round {
            continue;
        }
        ensure!(payers == plan.payers, "run {run} pays otherwise");
        inputs.push(ours::placed(plan.open + turn)?);
        let (_, text) = samples::order_paid(payer);
        let id = format!("evt-{:012}-2", plan.open + turn);
        let value: serde_json::Value = serde_json::from_str(&text)?;
        inputs.push(ours::event(id, Body::PaymentSucceeded(serde_json::from_value(value["data"].clone())?)));
    }
    Ok(inputs)
}

/// Which orders were paid.
struct Paid {
    open: u64,
    orders: HashSet<u64>,
}

impl Paid {
    fn new(open: u64) -> Self {
        Self { open, orders: HashSet::new() }
    }

    /// The next to be paid when `turn` orders were placed behind those that stood open.
    fn next(&mut self, payers: Payers, turn: u64) -> u64 {
        let newest = self.open + turn;
        let wished = match payers {
            Payers::AsBuyersPay => newest - self.place(turn).min(newest),
            // A prime stride visits every order once before it comes to one again.
            Payers::Anywhere => turn * 7_919 % self.open,
        };
        let older = (0..=wished).rev();
        let free = older.chain(wished..newest).find(|order| self.orders.insert(*order));
        free.unwrap_or(newest)
    }

    /// How many orders were placed since the one that is paid next.
    fn place(&self, turn: u64) -> u64 {
        let drawn = samples::scatter(turn) % MILLION;
        let (mut below, mut since) = (0, 0);
        for (payments, minutes) in PAID {
            if drawn < below + payments {
                since += minutes * MILLION * (drawn - below) / payments;
                break;
            }
            (below, since) = (below + payments, since + minutes * MILLION);
        }
        since / MINUTES_OF_A_DAY * self.open / MILLION
    }
}

/// The largest memory that this process has held.
pub fn resident_mb() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("only Linux tells a process's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kb: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kb / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_rate_is_twice_the_cost() {
        let rate =
            |rounds: [f64; 2], foreign| Figure::new("events", "events/s", 10.0, rounds.into(), foreign);
        let (few, mut many) = (rate([12.0, 9.0], Some(0.01)), rate([6.0, 3.0], Some(0.2)));
        many.value = 5.0;
        let cost = cost(&few, &many, ", paid anywhere").at_most(1.5);
        assert!((cost.value - 2.0).abs() < f64::EPSILON);
        assert_eq!(cost.rounds, [2.0, 3.0]);
        assert_eq!((cost.met, cost.foreign, cost.quiet), (Some(false), Some(0.2), false));
        assert!(cost.name.starts_with("cost of an event, 1000000 over 10000 open orders"));
    }

    #[test]
    fn half_of_the_payers_came_last_and_nobody_pays_twice() {
        let mut paid = Paid::new(1_000_000);
        let turns = 2_000;
        let recent = (0..turns).filter(|turn| paid.next(Payers::AsBuyersPay, *turn) > 980_000).count();
        assert!((900..1_100).contains(&recent), "{recent} of {turns}");
        let all: HashSet<u64> = (turns..2 * turns).map(|turn| paid.next(Payers::Anywhere, turn)).collect();
        assert_eq!(all.len() as u64, turns);
        assert_eq!(paid.orders.len() as u64, 2 * turns);
    }
}
