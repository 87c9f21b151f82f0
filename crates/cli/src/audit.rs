//! `promenade audit`: every invariant, on a store that may be in use.

use crate::args::AuditArgs;
use crate::{config, progress, say, store};
use engine::clock::{Clock, SystemClock};
use std::process::ExitCode;

/// Prints what is broken. 0 clean, 1 broken, 2 when the store cannot be read.
pub fn run(args: &AuditArgs) -> ExitCode {
    let bar = progress::count();
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
            say::complain(&format!("promenade: {error:#}"));
            return ExitCode::from(2);
        }
    };
    let clean = report.findings.is_empty();
    match say(&told(&report)) {
        Ok(()) if clean => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            say::complain(&format!("promenade: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Each check, then what is broken, then how much.
fn told(report: &audit::AuditReport) -> String {
    let checked = report.checked.iter().map(|(check, count)| format!("{check}: {count} checked\n"));
    let broken = report.findings.iter().map(|found| {
        format!("BROKEN {}: shop {}, {}: {}\n", found.check, found.shop, found.subject, found.detail)
    });
    let end = match report.findings.len() {
        0 => "clean\n".to_owned(),
        count => format!("{count} broken\n"),
    };
    checked.chain(broken).chain([end]).collect()
}
