//! Reminders judged and sent to a file of messages, and delivery reports of them: our message centre beside bare rows.

use anyhow::Result;

use crate::{
    context::Context,
    floors::messages::{MessageTables, Moved},
    ours_messages::{MessageRun, Stand},
    report::Figure,
    rounds::Rounds,
};

/// Reminders of a run.
const REMINDERS: u64 = 1_000_000;
/// Delivery reports of a run.
const REPORTS: usize = 100_000;
/// Of a quick run so many times fewer.
const QUICK: u64 = 10;
/// Messages to a commit of the floor, as many as are sent to a file at once.
const PER_TRANSACTION: u64 = 1_024;
/// Reports to an array.
const PER_ARRAY: usize = 500;
/// What is wanted a second.
const WANTED: [f64; 2] = [25_000.0, 20_000.0];

/// Measures floors and ours. Setting up a million orders takes longer than reminding of them: one round tells.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let times = if ctx.is_quick { QUICK } else { 1 };
    let (reminders, reports) = (REMINDERS / times, REPORTS / usize::try_from(times)?);
    let (mut floor, mut floor_reports) = (Rounds::new(), Rounds::new());
    let folder = ctx.scratch()?;
    let mut tables = MessageTables::create(folder.path(), reminders)?;
    floor.push(ctx.measure(|| tables.send(folder.path(), PER_TRANSACTION))?);
    floor_reports.push(ctx.measure(|| tables.report(reports as u64, PER_ARRAY as u64))?);
    drop(tables);
    let folder = ctx.scratch()?;
    let (mut ours, mut ours_reports) = (Rounds::new(), Rounds::new());
    let stand = Stand::create(folder.path(), reminders)?;
    ours.push(ctx.measure(|| stand.remind())?);
    ours_reports.push(ctx.measure(|| stand.report(folder.path(), reports, PER_ARRAY))?);
    let name = format!("floor SQLite messages, {PER_TRANSACTION}/commit");
    let floor = floor.figure(&name, "messages/s", Moved::per_second);
    let name = format!("floor SQLite reports, {PER_ARRAY}/commit");
    let floor_reports = floor_reports.figure(&name, "reports/s", Moved::per_second);
    let ours = ours.figure("our reminders, judged and sent to a file", "messages/s", MessageRun::per_second);
    let ours_reports =
        ours_reports.figure("our delivery reports over HTTP", "reports/s", MessageRun::per_second);
    let beside = |ours: Option<Figure>, floor: &Option<Figure>, wanted: f64| {
        ours.zip(floor.as_ref()).map(|(ours, floor)| ours.beside(floor).at_least(wanted))
    };
    let ours = beside(ours, &floor, WANTED[0]);
    let ours_reports = beside(ours_reports, &floor_reports, WANTED[1]);
    Ok([floor, ours, floor_reports, ours_reports].into_iter().flatten().collect())
}
