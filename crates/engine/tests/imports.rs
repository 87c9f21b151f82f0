//! Imports of downloaded orders: each state follows from the one before, and an end is told once.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use engine::{Command, Reply};
use port::{Import, ImportFailure, ImportOutcome, ImportState, Upload};
use support::*;

fn upload() -> Upload {
    let (files, mapping, by) = (Vec::new(), "Tea".to_owned(), "erp".to_owned());
    Upload { folder: "00ff".into(), files, mapping, mapping_name: None, as_of: None, submit: false, by }
}

fn outcome(failure: Option<ImportFailure>) -> ImportOutcome {
    let orders = serde_json::json!({"created": 3});
    let report = failure.is_none().then(|| serde_json::json!({"all_used": true}));
    ImportOutcome { report, orders, rejects: 2, failure }
}

fn import(run: &Run, command: Command) -> Import {
    let Reply::Import { import } = run.ok(command) else { panic!("an import") };
    assert_eq!(run.reader().import(&run.shop, &import.import_id).unwrap().as_ref(), Some(&*import));
    *import
}

/// What was published of imports: the state and the code.
fn told(run: &Run) -> Vec<(String, String)> {
    let rows = run.reader().outbox(&run.shop, &all()).unwrap();
    let rows = rows.into_iter().filter(|row| row.event_type == "import.finished");
    let read = |row: port::OutboxRow| {
        let body: serde_json::Value = serde_json::from_str(&row.body).unwrap();
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (word("state"), word("code"))
    };
    rows.map(read).collect()
}

#[test]
fn an_import_ends_once_in_the_way_that_came_first() {
    let (run, _store) = Run::in_memory();
    let run = run.with_campaign(&Deal::default());
    let create = || Command::Import(engine::ImportCommand::Create(Box::new(upload())));

    // One that waits is cancelled at once, and nothing begins it any more.
    let import_id = import(&run, create()).import_id;
    let cancel = |import_id: &domain::ImportId| {
        Command::Import(engine::ImportCommand::Cancel { import_id: import_id.clone() })
    };
    let start = |import_id: &domain::ImportId| {
        Command::Import(engine::ImportCommand::Start { import_id: import_id.clone() })
    };
    let end = |import_id: &domain::ImportId, state, failure| {
        let (import_id, outcome) = (import_id.clone(), Box::new(outcome(failure)));
        Command::Import(engine::ImportCommand::End { import_id, state, outcome })
    };
    let gone = import(&run, cancel(&import_id));
    assert_eq!((gone.state, gone.started_at, gone.outcome.is_none()), (ImportState::Cancelled, None, true));
    for command in [start(&import_id), cancel(&import_id), end(&import_id, ImportState::Finished, None)] {
        assert_eq!(import(&run, command), gone);
    }

    // One that runs goes on until it says where it stopped; begun again, it is the same.
    let import_id = import(&run, create()).import_id;
    let begun = import(&run, start(&import_id));
    assert_eq!((begun.state, begun.started_at.is_some(), begun.starts), (ImportState::Running, true, 1));
    // Each start is counted that no end in order took back.
    assert_eq!(import(&run, start(&import_id)), Import { starts: 2, ..begun.clone() });
    assert_eq!(
        import(&run, Command::Import(engine::ImportCommand::Leave { import_id: import_id.clone() })),
        begun
    );
    let asked = import(&run, cancel(&import_id));
    assert_eq!((asked.state, asked.cancel_asked), (ImportState::Running, true));
    let failure = Some(ImportFailure { code: "unreadable".into(), detail: "no column".into() });
    let failed = import(&run, end(&import_id, ImportState::Failed, failure));
    assert!(failed.state == ImportState::Failed && failed.finished_at.is_some());
    assert_eq!(import(&run, end(&import_id, ImportState::Finished, None)), failed);
    let refused = run.refused(cancel(&import_id));
    assert_eq!(refused, "wrong_stage");
    assert_eq!(run.refused(start(&"im_0".parse().unwrap())), "not_found");
    let ends = [("cancelled", ""), ("failed", "unreadable")].map(|(state, code)| (state.into(), code.into()));
    assert_eq!(told(&run), ends);
    run.assert_clean();
}
