//! Scenarios: what the shop promises, written as texts that a merchant can follow and a test runs.
//!
//! `script` reads a text into steps, `verbs` turns a step into a request, `outcome` compares the answer
//! with what the text expects, `door` is where the requests go: an engine in this process over memory
//! or `SQLite`, or a server over HTTP. The language is described in `docs/scenarios.md`.
//! Always holds: a step that is not understood, or whose answer differs, is reported with file and
//! line, what was expected and the whole of what came; nothing is passed over
//! until there are ten of them.

mod args;
pub mod door;
mod files;
mod outcome;
mod report;
mod script;
mod value;
mod verbs;
mod world;

pub use door::{Door, HttpDoor, InProcessDoor};
pub use files::{folder, on_disk, read};
pub use report::{Failure, Report};

use outcome::judge;
use world::World;

/// Failures after which a run ends: what comes then mostly follows from them.
const ENOUGH: usize = 10;

/// Runs a text through a door; `file` is the name under which it is reported.
///
/// ```
/// let mut door = scenario::InProcessDoor::memory();
/// let text = "
/// clock 2022-06-10T10:00
/// shop s1 kind=sop
/// validate starts=2022-06-10T12:00 save=50.00 spend=100.00 -> ok
/// validate starts=2022-06-10T12:30                         -> starts_at not_whole_hour
/// ";
/// assert_eq!(scenario::run("doc.scenario", text, &mut door).map_err(|r| r.to_string()), Ok(4));
/// ```
pub fn run(file: &str, text: &str, door: &mut dyn Door) -> Result<usize, Report> {
    let mut failures = Vec::new();
    let steps = script::read(text).unwrap_or_else(|(line, wrong)| {
        failures.push(Failure::script(file, line, "", wrong));
        Vec::new()
    });
    let count = steps.len();
    let mut world = World::new(door);
    for step in steps {
        if failures.len() == ENOUGH {
            break;
        }
        let outcome = verbs::act(&mut world, &step);
        let judged = outcome.and_then(|outcome| {
            let verdict = judge(&outcome, step.expected.as_deref(), world.day())?;
            Ok(verdict.map(|came| (came, outcome.answer)))
        });
        match judged {
            Ok(None) => {}
            Ok(Some((came, answer))) => {
                failures.push(Failure::differs(file, &step, came, &answer));
            }
            Err(wrong) => failures.push(Failure::script(file, step.line, &step.text, wrong)),
        }
    }
    if failures.is_empty() { Ok(count) } else { Err(Report(failures)) }
}

/// Runs a scenario of the repository's `scenarios` folder and panics with the report if it fails.
/// For tests.
pub fn check(name: &str, door: &mut dyn Door) {
    let file = format!("scenarios/{name}.scenario");
    if let Err(report) = run(&file, &read(name), door) {
        panic!("{report}");
    }
}
