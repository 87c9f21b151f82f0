//! `promenade`: the program. Each command is a module; this file only chooses.

mod args;
mod audit;
mod chance;
mod config;
mod connection;
mod copy;
mod demo;
mod intake;
mod key_file;
mod keys;
mod map;
mod messages;
mod next;
mod outcome;
mod pool;
mod posts;
mod private;
mod progress;
mod remote;
mod replay;
mod say;
mod serve;
mod store;
mod telemetry;
mod verify_draw;

use args::{Cli, Command, LangArg};
use clap::Parser;
use say::say;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    if let Err(error) = config::check_environment() {
        say::complain(&format!("promenade: {error:#}"));
        return outcome::code_of(&error);
    }
    if keeps_secrets(&command) {
        private::make_private();
    }
    let outcome = match command {
        Command::Serve(args) => serve::run(args),
        Command::Replay(args) => return ended(args.lang, replay::run(&args)),
        Command::Pool(args) => return ended(args.lang, pool::run(&args)),
        Command::Intake(args) if args.server.is_some() => return remote::run(&args),
        Command::Intake(args) => return ended(args.lang, intake::run(&args)),
        Command::Map(args) => return map::run(&args),
        Command::Audit(args) => return audit::run(&args),
        Command::VerifyDraw(args) => return verify_draw::run(&args),
        Command::Backup(args) => copy::backup(&args),
        Command::Restore(args) => copy::restore(&args),
        Command::Migrate(args) => copy::migrate(&args),
        Command::Keys(args) => keys::run(args),
        Command::Messages(args) => return messages::run(args),
        Command::Openapi => print_openapi(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::complain(&format!("promenade: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether it makes files of a store, of keys or of messages. What the others write is for people: lists and reports.
const fn keeps_secrets(command: &Command) -> bool {
    match command {
        Command::Serve(_)
        | Command::Intake(_)
        | Command::Audit(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Migrate(_)
        | Command::Keys(_)
        | Command::Messages(_) => true,
        Command::Replay(_)
        | Command::Pool(_)
        | Command::Map(_)
        | Command::VerifyDraw(_)
        | Command::Openapi => false,
    }
}

/// The exit code of a command that reads files.
fn ended(lang: LangArg, outcome: anyhow::Result<outcome::Outcome>) -> ExitCode {
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            say::complain(&format!("promenade: {}", outcome::told(&error, lang.chosen())));
            outcome::code_of(&error)
        }
    }
}

fn print_openapi() -> anyhow::Result<()> {
    say(&(http_api::openapi().to_pretty_json()? + "\n"))
}
