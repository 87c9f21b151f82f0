//! `promenade intake`: downloaded orders from files into a store.

use crate::args::IntakeArgs;
use crate::next::Left;
use crate::outcome::{Both, Outcome};
use crate::{next, pool, progress, say, serve, store};
use anyhow::Context;
use engine::{Engine, EngineClock};
use replay::pool::{PoolMapping, Submit, bad_rows_in, intake_summary_in, take_in};

/// Takes the orders in, writes the rejects and prints what became of them.
pub fn run(args: &IntakeArgs) -> anyhow::Result<Outcome> {
    let shop = pool::shop(Some(&args.shop))?;
    let mut mapping = PoolMapping::open(&args.mapping, shop.as_ref())?;
    mapping.as_of = args.as_of.or(mapping.as_of);
    // A slip in the name of a store must not make a new one.
    let file = store::sqlite_file(&args.store)?;
    anyhow::ensure!(file.exists(), no_store(&args.store));
    let mut opened = store::open(&args.store)?;
    serve::keep_apart(&mut *opened, false)?;
    let found = shop.as_ref().map(|shop| opened.reader().shop(shop)).transpose()?.flatten();
    anyhow::ensure!(found.is_some(), no_shop(&args.shop, &args.store));
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
    let lang = args.lang.chosen();
    bad_rows_in(lang, &taken.inputs, &taken.refused, &args.rejects)
        .with_context(|| format!("cannot write {}", args.rejects.display()))?;
    let left = Left {
        out: taken.inputs.leaves_out() || taken.counts.rejected > 0 || taken.uncertain().is_some(),
        in_question: taken.inputs.unknown_states.in_question,
        past_the_pool: taken.counts.pooled == 0 && taken.counts.to_review > 0,
    };
    let whole = taken.is_whole();
    say(&(intake_summary_in(&taken, lang) + &next::after_intake(lang, args, left)))?;
    Ok(if whole { Outcome::Whole } else { Outcome::LeftOut })
}

fn no_store(name: &str) -> Both {
    Both {
        en: format!("there is no store {name}; `promenade serve --store {name}` makes it"),
        zh: format!("没有存储 {name}；`promenade serve --store {name}` 会建好它"),
    }
}

fn no_shop(shop: &str, store: &str) -> Both {
    Both {
        en: format!("there is no shop {shop} in {store}; make it with PUT /v1/shops/{shop}"),
        zh: format!("{store} 里没有店铺 {shop}；用 PUT /v1/shops/{shop} 建"),
    }
}
