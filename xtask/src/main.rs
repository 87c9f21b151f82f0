//! `cargo xtask`: runs one checker over this repository.
//!
//! Exit code 0 when all is well, 1 when the checker found something, 2 when it could not run.

use std::process::ExitCode;

use xtask::{arrows, circles, migrations, promise, root, rules, tidy, tree::Tree};

const USAGE: &str = "\
cargo xtask rules [--tool S0] [--all]   every rule of docs/rules.md is named by a test
cargo xtask arrows                      crates depend downwards only
cargo xtask circles                     files of a crate do not depend on each other in a circle
cargo xtask migrations                  landed migrations are as they landed
cargo xtask promise                     a campaign kind is one folder and one line
cargo xtask tidy                        how the sources look, and where links lead";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let findings = match arguments.as_slice() {
        ["rules", options @ ..] => run_rules(options),
        ["arrows"] => arrows::metadata(&root()).map(|found| arrows::check(&found)),
        ["circles"] => Tree::read(&root()).and_then(|tree| circles::check(&tree)),
        ["migrations"] => Tree::read(&root()).map(|tree| migrations::check(&tree)),
        ["promise"] => promise::check(&root()),
        ["tidy"] => Tree::read(&root()).map(|tree| run_tidy(&tree)),
        _ => Err(anyhow::anyhow!("say which checker to run:\n{USAGE}")),
    };
    match findings {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            println!("{}", findings.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run_tidy(tree: &Tree) -> Vec<String> {
    let links = tidy::links::check(tree, |path| root().join(path).exists());
    tidy::check(tree).into_iter().chain(links).collect()
}

/// Prints the table itself; what it returns is only what makes the command fail.
fn run_rules(options: &[&str]) -> anyhow::Result<Vec<String>> {
    let (tool, all) = match options {
        [] => (None, false),
        ["--all"] => (None, true),
        ["--tool", tool] => (Some(*tool), false),
        ["--tool", tool, "--all"] | ["--all", "--tool", tool] => (Some(*tool), true),
        _ => anyhow::bail!("not an option of `rules`: {}\n{USAGE}", options.join(" ")),
    };
    let coverage = rules::coverage(&Tree::read(&root())?)?;
    let chosen = rules::only(coverage, tool)?;
    for tool in &chosen {
        print!("{}", tool.describe(all));
    }
    Ok(rules::findings(&chosen))
}
