//! `promenade replay`: what a recovery campaign, or a member sprint, would have done with real orders.

use crate::args::ReplayArgs;
use crate::outcome::{Outcome, Usage};
use crate::{next, progress, say};
use anyhow::Context;
use replay::{Mapping, Reading, Report, sprint::SprintPlan};
use std::path::Path;

/// Reads, runs, writes the report and prints its heart.
pub fn run(args: &ReplayArgs) -> anyhow::Result<Outcome> {
    let lang = args.lang.chosen();
    let mapping = Mapping::open(&args.mapping)?;
    let bar = progress::bar("reading");
    let reading = replay::read(&mapping, &args.inputs, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    anyhow::ensure!(
        !reading.orders.is_empty(),
        Usage(format!(
            "{}\n{}",
            lang.pick(
                "no order could be read; see the mapping and the files",
                "一笔订单也没有读到；请看映射与文件"
            ),
            reading.inputs.left_out_in(lang)
        ))
    );
    let is_whole = reading.inputs.is_whole();
    if let Some(file) = &args.sprint {
        sprint(args, file, &reading, &mapping)?;
        return Ok(if is_whole { Outcome::Whole } else { Outcome::LeftOut });
    }
    let bar = progress::bar("replaying");
    let replayed = replay::run(&reading.orders, &mapping.settings, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let mut report = Report::build(reading.inputs, mapping.settings.clone(), replayed.outcomes.into_iter());
    report.rejected_events = replayed.rejected;
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    replay::write(&report, &args.out)?;
    let page = args.out.join("report.html");
    let in_question = report.inputs.unknown_states.in_question;
    say(&(report.summary_in(lang) + &next::after_replay(lang, in_question, &page)))?;
    Ok(if is_whole { Outcome::Whole } else { Outcome::LeftOut })
}

/// Runs a sprint over the orders and says who would have qualified, for its thresholds side by side.
fn sprint(args: &ReplayArgs, file: &Path, reading: &Reading, mapping: &Mapping) -> anyhow::Result<()> {
    let lang = args.lang.chosen();
    let plan = SprintPlan::open(file).map_err(|error| Usage(error.to_string()))?;
    let bar = progress::bar("replaying");
    let report = replay::sprint::run(&reading.orders, &mapping.settings, &plan, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let written = args.out.join("sprint.json");
    let text = serde_json::to_string_pretty(&report)? + "\n";
    std::fs::write(&written, text).with_context(|| format!("cannot write {}", written.display()))?;
    let left_out = reading.inputs.left_out_in(lang);
    let said = format!("{}{left_out}{}\n", report.summary_in(lang), written.display());
    say(&said)
}
