//! Events taken in over HTTP as ndjson: our server beside bare row inserts with the same durability.
//!
//! The same stream is sent twice: as it happened, and with every event doubled and shuffled.

use std::{path::Path, thread};

use anyhow::{Result, ensure};

use crate::{
    context::Context,
    floors::sqlite_rows::{Row, RowRun, RowTable},
    load::{LoadPlan, NEWLINE, Request, write_requests},
    ours::{self, Ours},
    ours_http::{KEY_HEADER, Server},
    report::Figure,
    rounds::Rounds,
    samples::{order_events, scatter},
};

/// Events of one run.
const EVENTS: usize = 300_000;
/// Events to a request, and to a commit of the floor: each by itself, and as many as a request has.
const PER_TRANSACTION: [usize; 2] = [1, 1_000];
/// Requests under way at once: one is read while another is made durable.
const CONNECTIONS: usize = 4;
/// Events are shuffled within windows of so many: minutes of disorder, not days.
const WINDOW: usize = 10_000;

/// Measures floors and ours in alternating rounds.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let events: Vec<Row> = order_events().take(EVENTS).collect();
    let disordered = doubled_and_shuffled(&events);
    let mut floors = PER_TRANSACTION.map(|size| (size, Rounds::new()));
    let (mut ours, mut disorder) = (Rounds::new(), Rounds::new());
    for _ in 0..ctx.rounds {
        for (size, rounds) in &mut floors {
            let folder = ctx.scratch()?;
            let mut table = RowTable::create(folder.path())?;
            rounds.push(ctx.measure(|| table.insert(&events, *size, ctx.seconds))?);
        }
        let folder = ctx.scratch()?;
        ours.push(ctx.measure(|| ours_events(ctx, folder.path(), &events, events.len()))?);
        let folder = ctx.scratch()?;
        disorder.push(ctx.measure(|| ours_events(ctx, folder.path(), &disordered, events.len()))?);
    }
    let mut figures: Vec<Figure> = floors
        .iter()
        .filter_map(|(size, rounds)| {
            let name = format!("floor SQLite rows, {size}/commit");
            rounds.figure(&name, "events/s", RowRun::rows_per_second)
        })
        .collect();
    let grouped = figures.last().cloned();
    let ours = ours.figure("our events, ndjson over HTTP", "events/s", RowRun::rows_per_second);
    let disorder = disorder.figure("the same doubled and shuffled", "events/s", RowRun::rows_per_second);
    let disorder = disorder.zip(ours.as_ref());
    let disorder = disorder.map(|(disorder, ours)| disorder.beside(ours).at_least_of_floor(1.0 / 1.3));
    figures.extend(ours.zip(grouped).map(|(ours, floor)| ours.beside(&floor).at_least_of_floor(0.2)));
    figures.extend(disorder);
    Ok(figures)
}

fn doubled_and_shuffled(events: &[Row]) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::with_capacity(events.len() * 2);
    for (index, window) in events.chunks(WINDOW).enumerate() {
        let mut doubled: Vec<Row> = window.iter().chain(window).cloned().collect();
        for place in (1..doubled.len()).rev() {
            let draw = scatter((index * WINDOW * 2 + place) as u64);
            doubled.swap(place, usize::try_from(draw % (place as u64 + 1)).unwrap_or(0));
        }
        all.extend(doubled);
    }
    all
}

/// Sends the rows as ndjson to our server; counts lines. Afterwards the store must hold what
/// `distinct` events make of it.
fn ours_events(ctx: &Context, folder: &Path, rows: &[Row], distinct: usize) -> Result<RowRun> {
    let size = PER_TRANSACTION[1];
    let file = folder.join("events");
    let path = format!("/v1/shops/{}/events", ours::SHOP);
    let requests = rows.chunks(size).map(|rows| {
        let bodies: Vec<&str> = rows.iter().map(|(_, body)| body.as_str()).collect();
        Request { path: path.clone(), body: bodies.join(&NEWLINE.to_string()) }
    });
    write_requests(&file, requests)?;
    let ours = Ours::create(folder)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let server = Server::start(ours.engine.clone(), threads)?;
    let mut plan = LoadPlan::new(server.address(), &file, 600.0);
    plan.headers = vec![KEY_HEADER.to_owned(), "Content-Type: application/x-ndjson".to_owned()];
    (plan.once, plan.connections) = (true, CONNECTIONS);
    let run = plan.run()?;
    if let Some(error) = &run.first_error {
        ctx.note(&format!("events over HTTP failed: {error}"));
    }
    ensure!(run.errors == 0, "{} requests failed", run.errors);
    check(&ours, distinct)?;
    Ok(RowRun { rows: rows.len() as u64, seconds: run.seconds })
}

/// Every order that the distinct events place was covered by the campaign, once.
fn check(ours: &Ours, distinct: usize) -> Result<()> {
    let placed = order_events().take(distinct).filter(|(id, _)| id.ends_with("-1")).count() as u64;
    let covered = ours.counters()?.covered;
    ensure!(covered == placed, "{placed} orders were placed, {covered} are there");
    ensure!(ours.engine.reader().totals()?.parked_events == 0, "events are still parked");
    Ok(())
}
