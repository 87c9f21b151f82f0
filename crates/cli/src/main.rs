//! `promenade`: the program. Each command is a module; this file only chooses.

mod args;
mod audit;
mod config;
mod connection;
mod copy;
mod demo;
mod intake;
mod key_file;
mod keys;
mod map;
mod next;
mod outcome;
mod pool;
mod progress;
mod remote;
mod replay;
mod say;
mod serve;
mod store;
mod telemetry;

use args::{Cli, Command, LangArg};
use clap::Parser;
use say::say;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    if let Err(error) = config::check_environment() {
        eprintln!("promenade: {error:#}");
        return outcome::code_of(&error);
    }
    let outcome = match command {
        Command::Serve(args) => serve::run(args),
        Command::Replay(args) => return ended(args.lang, replay::run(&args)),
        Command::Pool(args) => return ended(args.lang, pool::run(&args)),
        Command::Intake(args) if args.server.is_some() => return remote::run(&args),
        Command::Intake(args) => return ended(args.lang, intake::run(&args)),
        Command::Map(args) => return map::run(&args),
        Command::Audit(args) => return audit::run(&args),
        Command::Backup(args) => copy::backup(&args),
        Command::Restore(args) => copy::restore(&args),
        Command::Migrate(args) => copy::migrate(&args),
        Command::Keys(args) => keys::run(args),
        Command::Openapi => print_openapi(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("promenade: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The exit code of a command that reads files.
fn ended(lang: LangArg, outcome: anyhow::Result<outcome::Outcome>) -> ExitCode {
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("promenade: {}", outcome::told(&error, lang.chosen()));
            outcome::code_of(&error)
        }
    }
}

fn print_openapi() -> anyhow::Result<()> {
    say(&(http_api::openapi().to_pretty_json()? + "\n"))
}
