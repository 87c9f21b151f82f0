//! `promenade audit`: every invariant, on a store that may be in use.

use crate::args::AuditArgs;
use crate::{config, progress, store};
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
            eprintln!("promenade: {error:#}");
            return ExitCode::from(2);
        }
    };
    for (check, count) in &report.checked {
        println!("{check}: {count} checked");
    }
    for finding in &report.findings {
        println!("BROKEN {}: shop {}, {}: {}", finding.check, finding.shop, finding.subject, finding.detail);
    }
    if report.findings.is_empty() {
        println!("clean");
        ExitCode::SUCCESS
    } else {
        println!("{} broken", report.findings.len());
        ExitCode::FAILURE
    }
}
