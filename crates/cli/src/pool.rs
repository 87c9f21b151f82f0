//! `promenade pool`: a presale pool from files, on simulated time.

use crate::args::PoolArgs;
use crate::outcome::{Outcome, Usage};
use crate::{progress, say, serve, store};
use anyhow::Context;
use domain::ShopId;
use replay::pool::{Phase, PoolMapping, PoolReport, Ranks, is_ours, remove_pool, run_pool, write_pool};
use std::path::Path;

/// Reads, runs, writes the lists and prints their heart.
pub fn run(args: &PoolArgs) -> anyhow::Result<Outcome> {
    let mapping = PoolMapping::open(&args.mapping, shop(args.shop.as_deref())?.as_ref())?;
    let file = args.mapping.display();
    let strategies = mapping.strategies.clone();
    let mut strategies = strategies.ok_or_else(|| {
        Usage(format!("{file} has no [presale_strategy]; docs/pool-files.md says how to write one"))
    })?;
    if let Some(n) = args.first_n {
        let most = domain::limits::FIRST_N;
        anyhow::ensure!((1..=most).contains(&n), Usage(format!("--first-n is 1 to {most}")));
        strategies.only_first(n);
    }
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let mut opened = store::open(&args.store)?;
    let one = port::Page { after: None, limit: 1 };
    let is_new = opened.reader().shops(&one)?.is_empty();
    anyhow::ensure!(is_new, "{} has shops; a pool from files needs a new store", args.store);
    serve::keep_apart(&mut *opened, true)?;
    take_away_former(args)?;
    let (reading, running) = (progress::bar("reading"), progress::bar("running"));
    let ranks = if args.override_gaps { Ranks::Overridden } else { Ranks::WhenCertain };
    let run = run_pool(&mapping, &strategies, &args.inputs, opened, ranks, &mut |phase, done, total| {
        let bar = match phase {
            Phase::Reading => &reading,
            Phase::Running => &running,
        };
        bar.set_length(total);
        bar.set_position(done);
    })?;
    reading.finish_and_clear();
    running.finish_and_clear();
    let report = PoolReport::build(&mapping, &run, strategies.activation_at())?;
    let names = write_pool(&mapping, &run, &report, &args.out);
    run.engine.stop();
    let names = names.with_context(|| format!("cannot write to {}", args.out.display()))?;
    say(&(report.summary() + &next_steps(&report, &names, &args.out)))?;
    Ok(if report.is_final() { Outcome::Whole } else { Outcome::LeftOut })
}

/// A shop's id as it was typed.
pub fn shop(name: Option<&str>) -> anyhow::Result<Option<ShopId>> {
    let read = |name| ShopId::try_new(name).map_err(|error| Usage(format!("--shop {name}: {error}")).into());
    name.map(read).transpose()
}

/// What a former run left in the folder must not stand beside what this one says. An input is never taken away.
fn take_away_former(args: &PoolArgs) -> anyhow::Result<()> {
    let out = args.out.canonicalize()?;
    for input in &args.inputs {
        let name = input.file_name().unwrap_or_default().to_string_lossy();
        let lies_there =
            || input.parent().is_some_and(|at| at.join(".").canonicalize().is_ok_and(|at| at == out));
        if is_ours(&name) && !input.is_dir() && lies_there() {
            let message =
                format!("{} has the name of a file that this command writes there", input.display());
            anyhow::bail!(Usage(message));
        }
    }
    remove_pool(&args.out).with_context(|| format!("cannot write to {}", args.out.display()))
}

fn next_steps(report: &PoolReport, names: &[String], out: &Path) -> String {
    let mut lines = Vec::new();
    if let Some(name) = names.first() {
        let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        lines.push(format!("List: {}.csv, .xlsx{more}", out.join(name).display()));
    }
    if report.is_incomplete() && report.uncertain.is_some() {
        lines.push(
            "Next: mend the rows that are named and run again; ranks that may depend on them wait."
                .to_owned(),
        );
        lines.push("To give them out all the same, and answer for it, add --override.".to_owned());
    } else if report.is_incomplete() {
        lines.push(
            "Next: the export does not reach far enough to be sure of the first N; download on,".to_owned(),
        );
        lines.push("then raise [download] through in the mapping and run again.".to_owned());
    }
    if report.exceptions.iter().any(replay::pool::ExceptionReport::is_held) {
        lines.push(
            "Next: say of orders that are held whether they are paid at once: order.single_stage in the"
                .to_owned(),
        );
        lines.push("mapping, or their times of the balance; then run again.".to_owned());
    }
    if !report.inputs.is_whole() || report.orders.rejected > 0 {
        lines.push(format!("Next: see what was left out in {}", out.join("bad-rows.csv").display()));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}
