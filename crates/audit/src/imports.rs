//! Imports of downloaded orders: what each says of its end is what its state says.

use crate::checks;
use crate::walk::{Faults, Walk};
use port::{Import, ImportState, Read};

/// Walks a shop's imports. One that is just ending is read again.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    walk.pages(
        "imports",
        |reader, shop, page| reader.imports(shop, page),
        |import| import.import_id.to_string(),
        |walk, import| {
            walk.looked(checks::IMPORTS);
            let id = import.import_id.clone();
            walk.confirm(
                import,
                |reader, shop| reader.import(shop, &id),
                |_, import| Ok(faults(import)),
                || format!("import {id}"),
            )
        },
    )
}

fn faults(import: &Import) -> Faults {
    let state = import.state.as_str();
    let mut found = Faults::new();
    let mut add = |detail: String| found.push((checks::IMPORTS, detail));
    if import.state.is_open() == import.finished_at.is_some() {
        let end = import.finished_at.map_or("none".to_owned(), |at| at.to_string());
        add(format!("it is {state}, and its end is {end}"));
    }
    let outcome = import.outcome.as_ref();
    let (has_report, has_failed) =
        outcome.map_or((false, false), |outcome| (outcome.report.is_some(), outcome.failure.is_some()));
    let fits = match import.state {
        ImportState::Received | ImportState::Running => outcome.is_none(),
        ImportState::Finished => has_report && !has_failed,
        ImportState::Failed => has_failed,
        ImportState::Cancelled => !has_report && !has_failed,
    };
    if !fits {
        add(format!("it is {state}, which what came of it does not fit"));
    }
    found
}
