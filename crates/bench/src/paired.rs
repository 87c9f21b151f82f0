//! Two builds in turn: the bench of each, before and after, after and before, so that what drifts on the machine
//! meets both. A figure is judged by the ratios of its pairs, not by medians of runs that lie far apart.
//!
//! The other build may be old: it is started with `--only`, `--rounds`, `--seconds`, `--patience` and `--out`, and no
//! more is asked of it. Peers are left out by a variable that it need not know.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::{
    median::median,
    peers,
    table::{
        self,
        Side::{self, Left, Right},
        number,
    },
};

/// A figure that is worse by more than this share is named.
const NOTICED: f64 = 0.03;

/// Which builds, what of them, and how long.
#[derive(Debug, Clone, Args)]
pub struct PairedPlan {
    /// The bench of the build before.
    #[arg(long)]
    before: PathBuf,
    /// The bench of the build after; this program when none is named.
    #[arg(long)]
    after: Option<PathBuf>,
    /// The groups to measure; all when none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Pairs of runs, each with every measurement once.
    #[arg(long, default_value_t = 6)]
    rounds: usize,
    /// How long one measurement lasts.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many seconds to wait for a quiet moment before each measurement.
    #[arg(long, default_value_t = 10.0)]
    patience: f64,
    /// The folder for the report of each run, and `paired.json`.
    #[arg(long, default_value = "target/bench/paired")]
    out: PathBuf,
}

/// What is read of a build's report.
#[derive(Debug, Deserialize)]
struct Run {
    figures: Vec<Reading>,
}

#[derive(Debug, Clone, Deserialize)]
struct Reading {
    name: String,
    unit: String,
    value: f64,
    quiet: bool,
}

/// A figure of both builds.
#[derive(Debug, Serialize)]
struct Pair {
    name: String,
    unit: String,
    /// Medians of the runs.
    before: f64,
    after: f64,
    /// The median of after over before, and the least and the greatest of them.
    ratio: f64,
    least: f64,
    greatest: f64,
    /// Every pair's ratio, in the order they were run.
    ratios: Vec<f64>,
    /// Pairs of which both runs were left alone by others.
    quiet: usize,
}

/// Runs both builds in turn, writes every report, and prints the figures that both have.
pub fn run(plan: &PairedPlan) -> Result<()> {
    fs::create_dir_all(&plan.out).with_context(|| format!("create {}", plan.out.display()))?;
    let after = plan.after.clone().map_or_else(env::current_exe, Ok)?;
    let (mut befores, mut afters) = (Vec::new(), Vec::new());
    for round in 0..plan.rounds {
        let mut turns = [("before", &plan.before, &mut befores), ("after", &after, &mut afters)];
        if round % 2 == 1 {
            turns.reverse();
        }
        for (name, program, runs) in turns {
            eprintln!("pair {} of {}: {name}", round + 1, plan.rounds);
            runs.push(measure(plan, program, &plan.out.join(format!("{:02}-{name}.json", round + 1)))?);
        }
    }
    let pairs = pair(&befores, &afters);
    let file = plan.out.join("paired.json");
    fs::write(&file, serde_json::to_string_pretty(&pairs)? + "\n")?;
    print!("{}", render(&pairs, &unpaired(&befores, &afters)));
    println!("\nwritten to {}", file.display());
    Ok(())
}

fn measure(plan: &PairedPlan, program: &Path, report: &Path) -> Result<Run> {
    let mut command = Command::new(program);
    if !plan.only.is_empty() {
        command.args(["--only", &plan.only.join(",")]);
    }
    let (seconds, patience) = (plan.seconds.to_string(), plan.patience.to_string());
    command.args(["--rounds", "1", "--seconds", &seconds, "--patience", &patience, "--out"]).arg(report);
    command.env(peers::VARIABLE, "none").stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().with_context(|| format!("start {}", program.display()))?;
    ensure!(status.success(), "{} failed: {status}", program.display());
    serde_json::from_slice(&fs::read(report)?).with_context(|| format!("read {}", report.display()))
}

/// The figures that every run of both builds has, in the order of the report.
fn pair(befores: &[Run], afters: &[Run]) -> Vec<Pair> {
    let figures = afters.first().map(|run| &run.figures[..]).unwrap_or_default();
    figures.iter().filter_map(|figure| pair_of(figure, befores, afters)).collect()
}

fn pair_of(figure: &Reading, befores: &[Run], afters: &[Run]) -> Option<Pair> {
    let of = |runs: &[Run]| -> Option<Vec<Reading>> {
        let find = |run: &Run| run.figures.iter().find(|known| known.name == figure.name).cloned();
        runs.iter().map(find).collect()
    };
    let (befores, afters) = (of(befores)?, of(afters)?);
    let both = || befores.iter().zip(&afters);
    let ratios: Vec<f64> = both().map(|(before, after)| ratio(before.value, after.value)).collect();
    let values = |readings: &[Reading]| readings.iter().map(|reading| reading.value).collect::<Vec<_>>();
    Some(Pair {
        name: figure.name.clone(),
        unit: figure.unit.clone(),
        before: median(&values(&befores))?,
        after: median(&values(&afters))?,
        ratio: median(&ratios)?,
        least: ratios.iter().copied().min_by(f64::total_cmp)?,
        greatest: ratios.iter().copied().max_by(f64::total_cmp)?,
        ratios,
        quiet: both().filter(|(before, after)| before.quiet && after.quiet).count(),
    })
}

/// How many times as much; nothing is as much as nothing.
fn ratio(before: f64, after: f64) -> f64 {
    let is_same = before.total_cmp(&after).is_eq();
    if is_same { 1.0 } else { after / before }
}

/// Figures that only one build has.
fn unpaired(befores: &[Run], afters: &[Run]) -> Vec<String> {
    let names = |runs: &[Run]| -> BTreeSet<String> {
        runs.iter().flat_map(|run| &run.figures).map(|figure| figure.name.clone()).collect()
    };
    let (before, after) = (names(befores), names(afters));
    before.symmetric_difference(&after).cloned().collect()
}

impl Pair {
    /// By what share the figure is worse at a ratio: a rate that fell, or anything else that rose.
    fn worse_by(&self, ratio: f64) -> f64 {
        if self.is_rate() { 1.0 - ratio } else { ratio - 1.0 }
    }

    fn is_rate(&self) -> bool {
        self.unit.ends_with("/s")
    }

    /// Floors are the same in both builds, so what moves them is the machine.
    fn is_floor(&self) -> bool {
        self.name.starts_with("floor ")
    }
}

const HEADINGS: [&str; 7] = ["figure", "unit", "before", "after", "after/before", "spread", "quiet"];
const SIDES: [Side; 7] = [Left, Left, Right, Right, Right, Right, Right];

fn render(pairs: &[Pair], unpaired: &[String]) -> String {
    let cells = |pair: &Pair| {
        [
            pair.name.clone(),
            pair.unit.clone(),
            number(pair.before),
            number(pair.after),
            format!("{:.3}", pair.ratio),
            format!("{:.3} to {:.3}", pair.least, pair.greatest),
            format!("{} of {}", pair.quiet, pair.ratios.len()),
        ]
    };
    let rows: Vec<[String; 7]> =
        std::iter::once(HEADINGS.map(str::to_owned)).chain(pairs.iter().map(cells)).collect();
    let mut text = table::aligned(&rows, SIDES);
    let floors = pairs.iter().filter(|pair| pair.is_floor() && pair.is_rate());
    if let Some(moved) = floors.map(|pair| (pair.ratio - 1.0).abs()).max_by(f64::total_cmp) {
        let _ = write!(
            text,
            "\nThe rate of a floor, which is the same in both, moved by {:.1} %: so much is the machine's.",
            moved * 100.0
        );
    }
    for pair in pairs.iter().filter(|pair| !pair.is_floor() && pair.worse_by(pair.ratio) > NOTICED) {
        let worse = pair.ratios.iter().filter(|ratio| pair.worse_by(**ratio) > 0.0).count();
        let (percent, all) = (pair.worse_by(pair.ratio) * 100.0, pair.ratios.len());
        let _ = write!(text, "\nWorse by {percent:.1} %, in {worse} of {all} pairs: {}.", pair.name);
    }
    for name in unpaired {
        let _ = write!(text, "\nIn one build only: {name}.");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(figures: &[(&str, &str, f64, bool)]) -> Run {
        let read = |&(name, unit, value, quiet): &(&str, &str, f64, bool)| Reading {
            name: name.into(),
            unit: unit.into(),
            value,
            quiet,
        };
        Run { figures: figures.iter().map(read).collect() }
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        // The machine became half as fast after the first pair: medians would say nothing, ratios do.
        let befores = [100.0, 50.0, 50.0].map(|value| run(&[("claims", "claims/s", value, true)]));
        let afters = [110.0, 55.0, 45.0].map(|value| run(&[("claims", "claims/s", value, value > 50.0)]));
        let pairs = pair(&befores, &afters);
        let [claims] = &pairs[..] else { panic!("one figure") };
        assert!((claims.ratio - 1.1).abs() < 1e-9);
        assert!((claims.least - 0.9).abs() < 1e-9 && (claims.greatest - 1.1).abs() < 1e-9);
        assert_eq!(claims.quiet, 2);
        assert!(claims.worse_by(claims.ratio) < 0.0);
    }

    #[test]
    fn nothing_is_as_much_as_nothing() {
        assert!((ratio(0.0, 0.0) - 1.0).abs() < f64::EPSILON);
        assert!((ratio(2.0, 0.0)).abs() < f64::EPSILON);
        assert!(ratio(0.0, 2.0).is_infinite());
    }

    #[test]
    fn what_fell_is_named_and_what_one_build_lacks_too() {
        let before = run(&[
            ("floor rows", "rows/s", 100.0, true),
            ("claims", "claims/s", 100.0, true),
            ("p99", "us", 10.0, true),
            ("old", "us", 1.0, true),
        ]);
        let after = run(&[
            ("floor rows", "rows/s", 105.0, true),
            ("claims", "claims/s", 90.0, true),
            ("p99", "us", 10.2, true),
            ("new", "us", 1.0, true),
        ]);
        let (befores, afters) = ([before], [after]);
        let expected = "\
figure      unit      before  after  after/before          spread   quiet
floor rows  rows/s       100    105         1.050  1.050 to 1.050  1 of 1
claims      claims/s     100   90.0         0.900  0.900 to 0.900  1 of 1
p99         us          10.0   10.2         1.020  1.020 to 1.020  1 of 1

The rate of a floor, which is the same in both, moved by 5.0 %: so much is the machine's.
Worse by 10.0 %, in 1 of 1 pairs: claims.
In one build only: new.
In one build only: old.
";
        assert_eq!(render(&pair(&befores, &afters), &unpaired(&befores, &afters)), expected);
    }
}
