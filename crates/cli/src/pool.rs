//! `promenade pool`: a presale pool from files, on simulated time.

use crate::args::PoolArgs;
use crate::outcome::{Outcome, Usage};
use crate::{next, progress, say, serve, store};
use anyhow::Context;
use domain::ShopId;
use replay::pool::{Phase, PoolMapping, PoolReport, Ranks, is_ours, remove_pool, run_pool, write_pool_in};

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
    let lang = args.lang.chosen();
    let names = write_pool_in(lang, &mapping, &run, &report, &args.out);
    run.engine.stop();
    let names = names.with_context(|| format!("cannot write to {}", args.out.display()))?;
    say(&(report.summary_in(lang) + &next::after_pool(lang, &report, &names, &args.out)))?;
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
