//! `promenade audit`: every invariant, on a store that may be in use.

use crate::args::AuditArgs;
use crate::{config, progress, say, store};
use anyhow::Context;
use engine::clock::{Clock, SystemClock};
use std::process::ExitCode;
use store_sqlite::Inspection;

/// Prints what is broken. 0 clean, 1 broken, 2 when the store cannot be read, or something of it moved each time.
pub fn run(args: &AuditArgs) -> ExitCode {
    let bar = progress::count();
    let inspected = store::sqlite_file(&args.store).and_then(|file| {
        anyhow::ensure!(file.exists(), "there is no store {}", file.display());
        store_sqlite::inspect(&file).with_context(|| format!("cannot read {}", file.display()))
    });
    let inspected = match inspected {
        Ok(inspected) => inspected,
        Err(error) => {
            say::complain(&format!("promenade: {error:#}"));
            return ExitCode::from(2);
        }
    };
    let audited = store::open_reader(&args.store).and_then(|reader| {
        let zone = config::zone(&args.platform_zone())?;
        let now = reader
            .sandbox_clock()?
            .filter(|at| *at != engine::SANDBOX_UNSET)
            .unwrap_or_else(|| SystemClock::default().now());
        let report = audit::audit_in(&*reader, now, &zone, &mut |what, count| {
            bar.set_message(what.to_owned());
            bar.set_position(count);
        })?;
        Ok(report)
    });
    bar.finish_and_clear();
    let report = match audited {
        Ok(report) => report,
        Err(error) => {
            // What the file itself shows says more than the row that cannot be read.
            let _ = say(&of_the_file(&inspected));
            say::complain(&format!("promenade: {error:#}"));
            return ExitCode::from(2);
        }
    };
    let clean = report.findings.is_empty() && inspected.faults.is_empty();
    match say(&told(&report, &inspected)) {
        Ok(()) if clean && report.moved.is_empty() => ExitCode::SUCCESS,
        Ok(()) if clean => ExitCode::from(2),
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            say::complain(&format!("promenade: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Each check, then what is broken, then how much.
fn told(report: &audit::AuditReport, inspected: &Inspection) -> String {
    let checked = report.checked.iter().map(|(check, count)| format!("{check}: {count} checked\n"));
    let broken = report.findings.iter().map(|found| {
        format!("BROKEN {}: shop {}, {}: {}\n", found.check, found.shop, found.subject, found.detail)
    });
    let moved = report.moved.iter().map(|moved| {
        format!("MOVED {}: shop {}, {}: {}\n", moved.check, moved.shop, moved.subject, moved.detail)
    });
    let end = match (report.findings.len() + inspected.faults.len(), report.moved.len()) {
        (0, 0) => "clean\n".to_owned(),
        (0, moved) => format!("nothing broken, but {moved} could not be looked at: audit a backup\n"),
        (count, _) => format!("{count} broken\n"),
    };
    checked.chain([of_the_file(inspected)]).chain(moved).chain(broken).chain([end]).collect()
}

/// What the file itself shows: what was looked at, what could not be, what is wrong.
fn of_the_file(inspected: &Inspection) -> String {
    let checked = inspected.checked.iter().map(|(check, count)| format!("{check}: {count} checked\n"));
    let notes = inspected.notes.iter().map(|note| format!("{note}\n"));
    let broken = inspected
        .faults
        .iter()
        .map(|fault| format!("BROKEN {}: {}: {}\n", fault.check, fault.subject, fault.detail));
    checked.chain(notes).chain(broken).collect()
}
