//! `bench`: runs the suites one after the other, prints their figures and writes them as JSON.
//!
//! ```text
//! cargo run --release -p bench -- --only claims,http --rounds 3 --seconds 3
//! cargo run --release -p bench -- paired --before ../before/target/release/bench --only claims
//! ```

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use bench::{
    context::{Context, Wanted},
    environment::Environment,
    load::{self, LoadPlan},
    paired::{self, PairedPlan},
    peers,
    report::{Figure, Report},
    suite_best, suite_claims, suite_draws, suite_events, suite_http, suite_messages, suite_open_orders,
    suite_overload, suite_pool, suite_rules, suite_sprints, suite_timers, suite_units, suite_webhooks, table,
};
use clap::{Parser, Subcommand, ValueEnum};

/// The allocator that the server has too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Promenade beside the floors that this machine allows.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The groups to measure; all when none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Group>,
    /// Rounds of every measurement; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long one measurement lasts.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many seconds to wait for a quiet moment before each measurement.
    #[arg(long, default_value_t = 10.0)]
    patience: f64,
    /// A tenth of the million reminders of the group `messages`, and of its reports.
    #[arg(long)]
    quick: bool,
    /// Where the report goes; databases are written to the same folder and removed.
    #[arg(long, default_value = "target/bench/report.json")]
    out: PathBuf,
    /// Which peers to run beside our claims.
    #[arg(long, value_enum, env = peers::VARIABLE, default_value_t)]
    same_work: Wanted,
    /// The shared harness's `scenarios` folder: the rules suite reads its carts in place of its own draws.
    #[arg(long)]
    peers: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sends HTTP requests; the bench starts itself this way.
    #[command(hide = true)]
    Load(LoadPlan),
    /// Takes events in on a filled store; the bench starts itself this way.
    #[command(hide = true)]
    Stand(suite_open_orders::StandPlan),
    /// Runs two builds of the bench in turn and compares their figures.
    Paired(PairedPlan),
    /// Fills a presale pool and decides it; the bench starts itself this way.
    #[command(hide = true)]
    Pool(suite_pool::PoolPlan),
    /// Draws a sprint; the bench starts itself this way, and kills itself.
    #[command(hide = true)]
    Sprint(suite_sprints::SprintPlan),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    Claims,
    Http,
    Draws,
    Events,
    Timers,
    OpenOrders,
    Best,
    Rules,
    Pool,
    Webhooks,
    Messages,
    Sprints,
    Overload,
}

impl Group {
    fn run(self, ctx: &Context, peers: Option<&Path>) -> Result<Vec<Figure>> {
        match self {
            Self::Claims => suite_claims::run(ctx),
            Self::Http => suite_http::run(ctx),
            Self::Draws => suite_draws::run(ctx),
            Self::Events => suite_events::run(ctx),
            Self::Timers => suite_timers::run(ctx),
            Self::OpenOrders => suite_open_orders::run(ctx),
            Self::Best => suite_best::run(ctx),
            Self::Rules => {
                let mut figures = suite_rules::run(ctx, peers)?;
                figures.extend(suite_units::run(ctx)?);
                Ok(figures)
            }
            Self::Pool => suite_pool::run(ctx),
            Self::Webhooks => suite_webhooks::run(ctx),
            Self::Messages => suite_messages::run(ctx),
            Self::Sprints => suite_sprints::run(ctx),
            Self::Overload => suite_overload::run(ctx),
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(Command::Load(plan)) => load::run_child(plan),
        Some(Command::Stand(plan)) => suite_open_orders::run_child(plan),
        Some(Command::Pool(plan)) => suite_pool::run_child(plan),
        Some(Command::Sprint(plan)) => suite_sprints::run_child(plan),
        Some(Command::Paired(plan)) => paired::run(plan),
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let beside = arguments.out.parent();
    let home = beside.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let ctx = Context::try_new(
        arguments.rounds,
        arguments.seconds,
        Duration::try_from_secs_f64(arguments.patience)?,
        home,
    )?
    .with_peers(arguments.same_work)
    .quick(arguments.quick);
    let mut environment = Environment::look(ctx.home())?;
    let mut figures = Vec::new();
    for group in Group::value_variants() {
        if arguments.only.is_empty() || arguments.only.contains(group) {
            eprintln!("measuring {group:?}");
            figures.extend(group.run(&ctx, arguments.peers.as_deref())?);
        }
    }
    environment.look_again(ctx.home())?;
    let report = Report { environment, figures, notes: ctx.into_notes() };
    report.write_json(&arguments.out)?;
    print!("{}", table::render(&report));
    println!("\nwritten to {}", arguments.out.display());
    Ok(())
}
