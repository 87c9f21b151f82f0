//! Due timers fired: our engine beside a bare due table.

use std::path::Path;

use anyhow::{Result, ensure};
use domain::Instant;

use crate::{
    context::Context,
    floors::timers::{TimerRun, TimerTable},
    ours::{self, Ours},
    report::Figure,
    rounds::Rounds,
};

/// Timers that wait when a run starts, all of them due.
const PENDING: u64 = 1_000_000;
/// Timers to a commit.
const PER_TRANSACTION: usize = 256;

/// Measures floor and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut floor = Rounds::new();
    let mut ours = Rounds::new();
    // Setting up a million orders takes longer than firing them: one round tells.
    for _ in 0..1 {
        let folder = ctx.scratch()?;
        let mut table = TimerTable::create(folder.path(), PENDING)?;
        floor.push(ctx.measure(|| table.fire(PER_TRANSACTION, ctx.seconds))?);
        let folder = ctx.scratch()?;
        ours.push(ctx.measure(|| ours_timers(folder.path()))?);
    }
    let name = format!("floor SQLite timers, {PER_TRANSACTION}/commit");
    let floor = floor.figure(&name, "fired/s", TimerRun::fired_per_second);
    let ours = ours.figure("our timers", "fired/s", TimerRun::fired_per_second);
    let ours = ours.zip(floor.as_ref()).map(|(ours, floor)| ours.beside(floor).at_least(40_000.0));
    Ok(floor.into_iter().chain(ours).collect())
}

/// Timers through our engine: as many orders whose coupon is due, and no moment before. Each must
/// have shown its coupon once, with its push planned.
fn ours_timers(folder: &Path) -> Result<TimerRun> {
    let ours = Ours::create(folder)?;
    ours.place(0, PENDING, |number| number)?;
    let due = ours::opening().plus_minutes(15);
    let early = ours.advance(Instant::from_micros(due.micros() - 1))?;
    ensure!(early == 0, "{early} timers fired early");
    let started = std::time::Instant::now();
    let fired = ours.advance(due)?;
    let seconds = started.elapsed().as_secs_f64();
    let displayed = ours.counters()?.displayed;
    ensure!((fired, displayed) == (PENDING, PENDING), "{fired} fired and {displayed} shown of {PENDING}");
    Ok(TimerRun { fired, seconds })
}
