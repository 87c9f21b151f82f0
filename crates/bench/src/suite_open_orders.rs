//! Events taken in while many orders stand open: the rate must not sink as the shop grows.
//!
//! The floor inserts rows at scattered keys into a table that already holds so many, which is what one event
//! for one open order costs at least: one page somewhere in a large tree.

use std::path::Path;

use anyhow::Result;

use crate::{
    context::Context,
    floors::sqlite_rows::{Row, RowRun, RowTable},
    report::Figure,
    rounds::Rounds,
    samples::{order_placed, scatter},
};

/// Orders that stand open before a run.
const OPEN: [u64; 2] = [10_000, 1_000_000];
/// At most this many events are taken in by one run.
const EVENTS: u64 = 100_000;
const PER_TRANSACTION: usize = 500;

/// Measures each number of open orders.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for open in OPEN {
        figures.extend(compare(ctx, open)?);
    }
    Ok(figures)
}

/// Events for scattered ones of `open` orders through our engine on a store in `folder`, for `ctx.seconds`;
/// filling the store does not count. Not measured yet.
#[expect(
    clippy::unnecessary_wraps,
    reason = "measuring the engine will have ways to fail"
)]
fn ours_open_orders(ctx: &Context, _folder: &Path, _open: u64) -> Result<Option<RowRun>> {
    ctx.note("our own events with many open orders are not measured yet");
    Ok(None)
}

fn compare(ctx: &Context, open: u64) -> Result<Vec<Figure>> {
    let folder = ctx.scratch()?;
    let mut table = RowTable::create(folder.path())?;
    table.fill((0..open).map(scattered_row))?;
    let mut floor = Rounds::new();
    let mut ours = Rounds::new();
    let mut first = open;
    for _ in 0..ctx.rounds {
        let events: Vec<Row> = (first..first + EVENTS).map(scattered_row).collect();
        first += EVENTS;
        floor.push(ctx.measure(|| table.insert(&events, PER_TRANSACTION, ctx.seconds))?);
        drop(events);
        let folder = ctx.scratch()?;
        ours.extend(ctx.measure_if(|| ours_open_orders(ctx, folder.path(), open))?);
    }
    let name = format!("floor SQLite rows into {open}, {PER_TRANSACTION}/commit");
    let floor = floor.figure(&name, "events/s", RowRun::rows_per_second);
    let ours = ours.figure(
        &format!("our events, {open} open orders"),
        "events/s",
        RowRun::rows_per_second,
    );
    let ours = ours
        .zip(floor.as_ref())
        .map(|(ours, floor)| ours.beside(floor));
    Ok(floor.into_iter().chain(ours).collect())
}

/// A row whose key has nothing to do with when it comes, as in a tree that has grown for long: were it filled
/// in order, its pages would be full and the first inserts would split every one.
fn scattered_row(number: u64) -> Row {
    let (_, body) = order_placed(number);
    (format!("{:016x}-{number}", scatter(number)), body)
}
