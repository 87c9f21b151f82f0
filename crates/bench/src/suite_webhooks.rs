//! How long a shop's webhook takes while those of another shop are slow or silent, beside nobody else's waiting.

use anyhow::Result;

use crate::{
    context::Context,
    ours_webhooks::{Others, until_heard},
    report::{Figure, beside_each},
    rounds::Rounds,
};

/// Deliveries that wait for the slow receiver.
const WAITING: usize = 6_000;
/// Receivers that never answer.
const SILENT: usize = 18;
/// Milliseconds within which the other shop should have heard.
const WANTED: f64 = 1_000.0;

/// Measures all three in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let cases = [
        ("floor webhook, nothing else waits", Others::Nobody),
        ("webhook beside 6,000 at a receiver of 200 ms", Others::Slow(WAITING)),
        ("webhook beside 18 receivers that never answer", Others::Silent(SILENT)),
    ];
    let mut rounds = cases.map(|_| Rounds::new());
    for _ in 0..ctx.rounds {
        for ((_, others), rounds) in cases.iter().zip(&mut rounds) {
            let folder = ctx.scratch()?;
            rounds.push(ctx.measure(|| until_heard(folder.path(), *others))?);
        }
    }
    let figures =
        cases.iter().zip(&rounds).filter_map(|((name, _), rounds)| rounds.figure(name, "ms", |ms| *ms));
    let mut figures: Vec<Figure> = figures.collect();
    let ours = figures.split_off(figures.len().min(1));
    let floors: Vec<Figure> = ours.iter().filter_map(|_| figures.first().cloned()).collect();
    figures.extend(beside_each(ours, &floors).into_iter().map(|figure| figure.at_most(WANTED)));
    Ok(figures)
}
