//! Due timers fired: our engine beside a bare due table.

use std::path::Path;

use anyhow::Result;

use crate::{
    context::Context,
    floors::timers::{TimerRun, TimerTable},
    report::Figure,
    rounds::Rounds,
};

/// Timers that wait when a run starts, all of them due: more than a run fires.
const PENDING: u64 = 3_000_000;
/// Timers to a commit.
const PER_TRANSACTION: usize = 256;

/// Measures floor and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut floor = Rounds::new();
    let mut ours = Rounds::new();
    for _ in 0..ctx.rounds {
        let folder = ctx.scratch()?;
        let mut table = TimerTable::create(folder.path(), PENDING)?;
        floor.push(ctx.measure(|| table.fire(PER_TRANSACTION, ctx.seconds))?);
        let folder = ctx.scratch()?;
        ours.extend(ctx.measure_if(|| ours_timers(ctx, folder.path()))?);
    }
    let name = format!("floor SQLite timers, {PER_TRANSACTION}/commit");
    let floor = floor.figure(&name, "fired/s", TimerRun::fired_per_second);
    let ours = ours.figure("our timers", "fired/s", TimerRun::fired_per_second);
    let ours = ours
        .zip(floor.as_ref())
        .map(|(ours, floor)| ours.beside(floor));
    Ok(floor.into_iter().chain(ours).collect())
}

/// Timers through our engine on a store in `folder`: [`PENDING`] orders whose timer is due, fired for
/// `ctx.seconds` or until none is left; set-up does not count. Not measured yet.
#[expect(
    clippy::unnecessary_wraps,
    reason = "measuring the engine will have ways to fail"
)]
fn ours_timers(ctx: &Context, _folder: &Path) -> Result<Option<TimerRun>> {
    ctx.note("our own timers are not measured yet");
    Ok(None)
}
