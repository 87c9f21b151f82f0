//! Events taken in: our engine beside bare row inserts with the same durability.

use std::path::Path;

use anyhow::Result;

use crate::{
    context::Context,
    floors::sqlite_rows::{Row, RowRun, RowTable},
    report::Figure,
    rounds::Rounds,
    samples::order_placed,
};

/// At most this many events are taken in by one run.
const EVENTS: u64 = 500_000;
/// Events to a commit: each by itself, and as many as our writer groups.
const PER_TRANSACTION: [usize; 2] = [1, 500];

/// Measures floors and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let events: Vec<Row> = (0..EVENTS).map(order_placed).collect();
    let mut floors = PER_TRANSACTION.map(|size| (size, Rounds::new()));
    let mut ours = Rounds::new();
    for _ in 0..ctx.rounds {
        for (size, rounds) in &mut floors {
            let folder = ctx.scratch()?;
            let mut table = RowTable::create(folder.path())?;
            rounds.push(ctx.measure(|| table.insert(&events, *size, ctx.seconds))?);
        }
        let folder = ctx.scratch()?;
        ours.extend(ctx.measure_if(|| ours_events(ctx, folder.path(), &events))?);
    }
    let mut figures: Vec<Figure> = floors
        .iter()
        .filter_map(|(size, rounds)| {
            let name = format!("floor SQLite rows, {size}/commit");
            rounds.figure(&name, "events/s", RowRun::rows_per_second)
        })
        .collect();
    let ours = ours.figure("our events", "events/s", RowRun::rows_per_second);
    let grouped = figures.last().cloned();
    figures.extend(ours.zip(grouped).map(|(ours, floor)| ours.beside(&floor)));
    Ok(figures)
}

/// Events through our engine on a store in `folder`: each row's body is an `order.placed` event as JSON. Stop
/// after `ctx.seconds` and count what is durable by then. Not measured yet.
#[expect(
    clippy::unnecessary_wraps,
    reason = "measuring the engine will have ways to fail"
)]
fn ours_events(ctx: &Context, _folder: &Path, _events: &[Row]) -> Result<Option<RowRun>> {
    ctx.note("our own events are not measured yet");
    Ok(None)
}
