//! Carts priced against promotions: our engine, plain and explained, beside the bare loop.

use std::{fs, hint::black_box, path::Path};

use anyhow::{Result, ensure};
use money::Money;
use pricing::{RuleSet, Scratch, cart::Cart, explain, price};

use crate::{
    context::Context,
    report::Figure,
    rounds::{Measured, Rounds},
    rules_carts::Scenario,
};

/// How many promotions are active.
const PROMOTIONS: [u64; 4] = [1, 10, 100, 1_000];
/// What 100 promotions are to reach, a second: dense and sparse, plain and explained.
const TARGETS: [(&str, f64, f64); 2] = [("dense", 159_000.0, 55_000.0), ("sparse", 740_000.0, 296_000.0)];
/// One measurement need not last longer.
const SECONDS: f64 = 1.0;

/// Measures both scenarios and what inactive promotions cost. With a folder the harness's own files
/// are read in place of our draws.
pub fn run(ctx: &Context, peers: Option<&Path>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, plain, explained) in TARGETS {
        for promotions in PROMOTIONS {
            let scenario = match peers {
                Some(folder) => Scenario::read(folder, name, promotions)?,
                None if name == "dense" => Scenario::dense(promotions),
                None => Scenario::sparse(promotions),
            };
            let targets = (promotions == 100).then_some((plain, explained));
            figures.extend(measure(ctx, &scenario, targets)?);
        }
    }
    figures.extend(ten_of(ctx)?);
    Ok(figures)
}

/// Floors and ours in alternating rounds, on the same carts.
fn measure(ctx: &Context, scenario: &Scenario, targets: Option<(f64, f64)>) -> Result<Vec<Figure>> {
    let (mut bare, bare_carts) = scenario.bare()?;
    let (rules, carts) = scenario.ours()?;
    for (cart, ours) in bare_carts.iter().zip(&carts) {
        let discount = bare.naive(cart);
        ensure!(discount == bare.indexed(cart) && discount == bare.shares().0, "the floors differ");
        agree(&rules, ours, discount)?;
    }
    let (mut naive, mut indexed) = (Rounds::new(), Rounds::new());
    let (mut plain, mut explained) = (Rounds::new(), Rounds::new());
    let mut scratch = Scratch::new();
    for _ in 0..ctx.rounds {
        naive.push(rate(ctx, &bare_carts, |cart| bare.naive(cart))?);
        indexed.push(rate(ctx, &bare_carts, |cart| bare.indexed(cart))?);
        plain.push(rate(ctx, &carts, |cart| plainly(&rules, cart, &mut scratch))?);
        explained.push(rate(ctx, &carts, |cart| in_full(&rules, cart, &mut scratch))?);
    }
    let figure = |rounds: &Rounds<f64>, what: &str| {
        rounds.figure(&format!("{what}, {}", scenario.name), "evals/s", |rate| *rate)
    };
    let floor = figure(&indexed, "floor indexed loop");
    let beside = |figure: Option<Figure>, target: Option<f64>| {
        let figure = figure.zip(floor.as_ref()).map(|(figure, floor)| figure.beside(floor));
        figure.map(|figure| target.map_or(figure.clone(), |target| figure.at_least(target)))
    };
    let ours = beside(figure(&plain, "our price"), targets.map(|targets| targets.0));
    let told = beside(figure(&explained, "our explanation"), targets.map(|targets| targets.1));
    Ok([figure(&naive, "floor naive loop"), floor.clone(), ours, told].into_iter().flatten().collect())
}

/// Ours takes off what the bare loop does: it splits with other roundings, so a promotion on one
/// category may differ by a fen or two.
fn agree(rules: &RuleSet, cart: &Cart, discount: i64) -> Result<()> {
    let mut scratch = Scratch::new();
    let priced = price(rules, cart, &mut scratch)?;
    let list: Money = priced.lines().iter().map(|line| line.list).sum();
    let ours = (list - priced.payable()).minor();
    let apart = (ours - discount).unsigned_abs();
    ensure!(apart <= 2 + rules.len() as u64 / 4, "our discount {ours}, the floor's {discount}");
    Ok(())
}

pub fn plainly(rules: &RuleSet, cart: &Cart, scratch: &mut Scratch) -> i64 {
    price(rules, cart, scratch).map_or(0, |priced| priced.payable().minor())
}

pub fn in_full(rules: &RuleSet, cart: &Cart, scratch: &mut Scratch) -> i64 {
    explain(rules, cart, scratch).map_or(0, |quote| black_box(quote).payable.minor())
}

/// Ten promotions that match, among 20 and among 10,000 active ones: what others cost. The second may
/// take at most twice as long.
fn ten_of(ctx: &Context) -> Result<Vec<Figure>> {
    let (few, carts) = Scenario::ten_of(20).ours()?;
    let (many, carts_of_many) = Scenario::ten_of(10_000).ours()?;
    let (mut of_few, mut of_many) = (Rounds::new(), Rounds::new());
    let mut scratch = Scratch::new();
    for _ in 0..ctx.rounds {
        of_few.push(rate(ctx, &carts, |cart| plainly(&few, cart, &mut scratch))?);
        of_many.push(rate(ctx, &carts_of_many, |cart| plainly(&many, cart, &mut scratch))?);
    }
    let few = of_few.figure("our price, 10 match of 20", "evals/s", |rate| *rate);
    let many = of_many.figure("our price, 10 match of 10,000", "evals/s", |rate| *rate);
    let many = many.zip(few.as_ref()).map(|(many, few)| many.beside(few).at_least_of_floor(0.5));
    Ok(few.into_iter().chain(many).collect())
}

/// Evaluations a second of this thread's own time.
pub fn rate<C>(ctx: &Context, carts: &[C], mut evaluate: impl FnMut(&C) -> i64) -> Result<Measured<f64>> {
    ctx.measure(|| {
        let seconds = ctx.seconds.min(SECONDS);
        for cart in carts {
            black_box(evaluate(cart));
        }
        let clock = std::time::Instant::now();
        let (before, mut evaluations) = (busy_seconds(), 0_u64);
        while clock.elapsed().as_secs_f64() < seconds {
            for cart in carts {
                black_box(evaluate(black_box(cart)));
            }
            evaluations += carts.len() as u64;
        }
        let wall = clock.elapsed().as_secs_f64();
        let busy = before.zip(busy_seconds()).map_or(wall, |(before, after)| after - before);
        Ok(evaluations as f64 / busy)
    })
}

/// How long this thread has been running on a core; none where the system does not say.
fn busy_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
