//! Imports of downloaded orders: where each stands. Their orders come in by commands of their own.

use super::command::ImportCommand;
use crate::book::Draft;
use crate::command::Reply;
use domain::{Code, ImportId, Refusal};
use port::{Import, ImportOutcome, ImportState, Upload};
use serde::Serialize;

/// Decides one command.
pub fn decide(draft: &mut Draft<'_>, command: &ImportCommand) -> Result<Reply, Refusal> {
    match command {
        ImportCommand::Create(upload) => create(draft, upload),
        ImportCommand::Start { import_id } => start(draft, import_id),
        ImportCommand::Leave { import_id } => leave(draft, import_id),
        ImportCommand::Cancel { import_id } => cancel(draft, import_id),
        ImportCommand::End { import_id, state, outcome } => end(draft, import_id, *state, outcome),
    }
}

/// An upload is whole and waits for its turn.
fn create(draft: &mut Draft<'_>, upload: &Upload) -> Result<Reply, Refusal> {
    draft.shop()?;
    let import = Import {
        shop_id: draft.shop_id.clone(),
        import_id: draft.next("im"),
        state: ImportState::Received,
        created_at: draft.now,
        started_at: None,
        starts: 0,
        finished_at: None,
        cancel_asked: false,
        upload: upload.clone(),
        outcome: None,
    };
    Ok(put(draft, import))
}

/// It is begun, or goes on after a restart; each time is counted. One that has ended stays as it is.
fn start(draft: &mut Draft<'_>, id: &ImportId) -> Result<Reply, Refusal> {
    let import = known(draft, id)?;
    if !import.state.is_open() {
        return Ok(Reply::Import { import: Box::new(import) });
    }
    let started_at = import.started_at.or(Some(draft.now));
    let starts = import.starts.saturating_add(1);
    Ok(put(draft, Import { state: ImportState::Running, started_at, starts, ..import }))
}

/// The server stops in order while it runs: that start is not held against it.
fn leave(draft: &mut Draft<'_>, id: &ImportId) -> Result<Reply, Refusal> {
    let import = known(draft, id)?;
    if import.state != ImportState::Running {
        return Ok(Reply::Import { import: Box::new(import) });
    }
    let starts = import.starts.saturating_sub(1);
    Ok(put(draft, Import { starts, ..import }))
}

/// Somebody ends it: at once while it waits, else where it stops next. Refused as `wrong_stage` once it has ended by
/// itself; one that was cancelled stays so.
fn cancel(draft: &mut Draft<'_>, id: &ImportId) -> Result<Reply, Refusal> {
    let import = known(draft, id)?;
    match import.state {
        ImportState::Received => Ok(finish(draft, Import { state: ImportState::Cancelled, ..import })),
        ImportState::Running => Ok(put(draft, Import { cancel_asked: true, ..import })),
        ImportState::Cancelled => Ok(Reply::Import { import: Box::new(import) }),
        ImportState::Finished | ImportState::Failed => {
            let detail = format!("the import is {}; what it took in stays", import.state.as_str());
            Err(Refusal::with(Code::WrongStage, detail))
        }
    }
}

/// It has ended. Said twice, the first counts.
fn end(
    draft: &mut Draft<'_>,
    id: &ImportId,
    state: ImportState,
    outcome: &ImportOutcome,
) -> Result<Reply, Refusal> {
    let import = known(draft, id)?;
    if !import.state.is_open() {
        return Ok(Reply::Import { import: Box::new(import) });
    }
    Ok(finish(draft, Import { state, outcome: Some(outcome.clone()), ..import }))
}

/// What receivers of webhooks read of an import that has ended.
#[derive(Serialize)]
struct Ended<'a> {
    import_id: &'a str,
    state: &'static str,
    rejects: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<&'a serde_json::Value>,
}

fn finish(draft: &mut Draft<'_>, import: Import) -> Reply {
    let import = Import { finished_at: Some(draft.now), ..import };
    let outcome = import.outcome.as_ref();
    let failure = outcome.and_then(|outcome| outcome.failure.as_ref());
    let ended = Ended {
        import_id: import.import_id.as_str(),
        state: import.state.as_str(),
        rejects: outcome.map_or(0, |outcome| outcome.rejects),
        code: failure.map(|failure| failure.code.as_str()),
        orders: outcome.map(|outcome| &outcome.orders),
    };
    draft.publish("import.finished", import.import_id.as_str(), &ended);
    put(draft, import)
}

fn put(draft: &mut Draft<'_>, import: Import) -> Reply {
    draft.changes().imports.push(import.clone());
    Reply::Import { import: Box::new(import) }
}

fn known(draft: &Draft<'_>, id: &ImportId) -> Result<Import, Refusal> {
    draft.shop()?;
    let missing = || Refusal::with(Code::NotFound, format!("no import {id}"));
    draft.import(id).cloned().ok_or_else(missing)
}
