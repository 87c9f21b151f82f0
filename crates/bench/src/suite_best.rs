//! The best combination of coupons: how long the choice takes, and whether it is proven.
//!
//! A cart's time is its fastest of three. The usual carts must all be proven within their targets. The hard ones are made to be hard; they say
//! how long the search takes before it gives up proving.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::{
    best_carts::{BestCart, Hard, usual},
    context::Context,
    latency::{LatencyRecorder, Percentiles},
    report::Figure,
    rounds::Rounds,
};

/// Usual carts of each size: coupons, lines, and how many microseconds the 99th percentile may take.
const SIZES: [(usize, usize, Option<f64>); 3] =
    [(10, 10, None), (30, 20, Some(1_000.0)), (50, 100, Some(5_000.0))];
/// Carts of each size.
const CARTS: u64 = 2_000;
/// How often each cart is chosen for; the fastest counts, so that a figure is about the search and not
/// about who else was given the processor in the middle of it.
const TURNS: usize = 3;
/// Hard carts of each sort, with so many coupons.
const HARD_CARTS: u64 = 20;
const HARD_COUPONS: usize = 50;

/// What one run over some carts came to.
struct Run {
    latency: Percentiles,
    slowest_us: f64,
    unproven: u64,
    nodes: u64,
}

/// Measures every size and every hard sort.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (coupons, lines, target) in SIZES {
        let carts: Vec<BestCart> = (0..CARTS).map(|seed| usual(seed, lines, coupons)).collect();
        let mut rounds = Rounds::new();
        for _ in 0..ctx.rounds {
            let round = ctx.measure(|| Ok(choose(&carts)))?;
            ensure!(round.value.unproven == 0, "{} usual carts are not proven", round.value.unproven);
            rounds.push(round);
        }
        let name = format!("best of {coupons} coupons on {lines} lines");
        let p50 = rounds.figure(&format!("{name}, p50"), "us", |run: &Run| run.latency.p50_us);
        let p99 = rounds.figure(&format!("{name}, p99"), "us", |run: &Run| run.latency.p99_us);
        let slowest = rounds.figure(&format!("{name}, slowest of {CARTS}"), "us", |run: &Run| run.slowest_us);
        let p99 = p99.map(|figure| match target {
            Some(bound) => figure.at_most(bound),
            None => figure,
        });
        let nodes = rounds.figure(&format!("{name}, most decisions"), "nodes", |run: &Run| run.nodes as f64);
        figures.extend([p50, p99, slowest, nodes].into_iter().flatten());
    }
    for hard in Hard::ALL {
        let carts: Vec<BestCart> = (0..HARD_CARTS).map(|seed| hard.cart(seed, HARD_COUPONS)).collect();
        let mut rounds = Rounds::new();
        for _ in 0..ctx.rounds {
            rounds.push(ctx.measure(|| Ok(choose(&carts)))?);
        }
        let name = format!("best of {HARD_COUPONS} coupons, hard: {hard:?}");
        let slowest =
            rounds.figure(&format!("{name}, slowest of {HARD_CARTS}"), "us", |run: &Run| run.slowest_us);
        let unproven =
            rounds.figure(&format!("{name}, not proven"), "carts", |run: &Run| run.unproven as f64);
        figures.extend([slowest, unproven].into_iter().flatten());
    }
    Ok(figures)
}

fn choose(carts: &[BestCart]) -> Run {
    let mut latency = LatencyRecorder::new();
    let (mut slowest_us, mut unproven, mut nodes) = (0.0_f64, 0, 0);
    for cart in carts {
        let turn = |_| {
            let started = Instant::now();
            let chosen = cart.choose();
            (started.elapsed(), chosen)
        };
        let Some((took, chosen)) = (0..TURNS).map(turn).min_by_key(|(took, _)| *took) else { continue };
        latency.record(took);
        slowest_us = slowest_us.max(took.as_secs_f64() * 1e6);
        unproven += u64::from(!chosen.proven);
        nodes = nodes.max(chosen.nodes);
    }
    Run { latency: latency.percentiles(), slowest_us, unproven, nodes }
}
