//! Delivery reports that come before their message is known by the id which they name (A-S2-19).
//!
//! Always holds: a report that is kept here is taken in with the answer that tells the id, if it says the same number; it
//! is forgotten after an hour, for answers come within a minute or never.

use crate::book::Draft;
use crate::command::Reply;
use domain::{
    limits,
    message::{numbers::NumberKey, sending::Report},
};
use port::EarlyReports;

/// Minutes for which they are kept.
const MINUTES: i64 = 60;

/// Keeps a report. The same again is one.
pub fn keep(draft: &mut Draft<'_>, provider_id: &str, numbers: &[NumberKey], report: &Report) -> Reply {
    let now = draft.now;
    let known = draft.early_reports(provider_id).cloned();
    let mut row = known.unwrap_or(EarlyReports { told_at: now, reports: Vec::new() });
    let told = (numbers.to_vec(), report.clone());
    if !row.reports.contains(&told) && row.reports.len() < limits::MESSAGE_REPORTS {
        row.reports.push(told);
    }
    row.told_at = now;
    let changes = draft.changes();
    changes.early_reports.push((provider_id.to_owned(), row));
    changes.forget_early = Some(now.plus_minutes(-MINUTES));
    Reply::Done
}
