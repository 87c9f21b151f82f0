//! `promenade intake`: downloaded orders from files into a store.

use crate::args::IntakeArgs;
use crate::outcome::Outcome;
use crate::{pool, progress, say, serve, store};
use anyhow::Context;
use engine::{Engine, EngineClock};
use replay::pool::{PoolMapping, Submit, bad_rows, intake_summary, take_in};

/// Takes the orders in, writes the rejects and prints what became of them.
pub fn run(args: &IntakeArgs) -> anyhow::Result<Outcome> {
    let shop = pool::shop(Some(&args.shop))?;
    let mut mapping = PoolMapping::open(&args.mapping, shop.as_ref())?;
    mapping.as_of = args.as_of.or(mapping.as_of);
    // A slip in the name of a store must not make a new one.
    let file = store::sqlite_file(&args.store)?;
    anyhow::ensure!(file.exists(), "there is no store {}", file.display());
    let mut opened = store::open(&args.store)?;
    serve::keep_apart(&mut *opened, false)?;
    let found = shop.as_ref().map(|shop| opened.reader().shop(shop)).transpose()?.flatten();
    anyhow::ensure!(
        found.is_some(),
        "there is no shop {} in {}; make it with PUT /v1/shops/{}",
        args.shop,
        args.store,
        args.shop
    );
    let engine = Engine::start(opened, EngineClock::system())?;
    let bar = progress::bar("taking in");
    let submit = if args.submit { Submit::Yes } else { Submit::No };
    let taken = take_in(&engine, &mapping, &args.inputs, submit, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    engine.stop();
    bar.finish_and_clear();
    let taken = taken.context("orders that were taken in before are durable; take the same files again")?;
    bad_rows(&taken.inputs, &taken.refused, &args.rejects)
        .with_context(|| format!("cannot write {}", args.rejects.display()))?;
    let whole = taken.inputs.is_whole() && taken.counts.rejected == 0;
    say(&(intake_summary(&taken) + &next_steps(args, whole)))?;
    Ok(if whole { Outcome::Whole } else { Outcome::LeftOut })
}

/// What to do after an intake, into a store or by a service.
pub fn next_steps(args: &IntakeArgs, whole: bool) -> String {
    let (shop, rejects) = (&args.shop, args.rejects.display());
    let mut lines = Vec::new();
    if !whole {
        lines.push(format!("Next: see what was left out in {rejects}"));
        lines.push(
            "Ranks that may depend on it wait until it is taken in, or somebody answers for it:".to_owned(),
        );
        lines.push(format!("GET and PUT /v1/shops/{shop}/download-watermark"));
    }
    if !args.submit {
        lines.push(format!(
            "Next: submit the orders, with --submit or POST /v1/shops/{shop}/pool-orders/submit"
        ));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}
