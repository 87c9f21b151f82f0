//! One import, from its first batch to its end, on a thread that may wait.
//!
//! What always holds: the store hears of the end before the files go, so an import that was broken off goes on with the
//! next start; orders that were taken in twice by that are duplicates.

use super::queue::{Imports, Job};
use domain::ShopId;
use engine::{Command, EngineError, Input, Reply};
use port::{Import, ImportFailure, ImportOutcome, ImportState, StoreError, StoreErrorKind};
use replay::pool::{Counts, IntakeReport, PoolError, PoolMapping, Submit, Taken, bad_rows, take_in_while};
use replay::read::ReadError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long the store is left alone that could not be written.
const REST: Duration = Duration::from_secs(5);

/// How often one is begun that does not end.
const STARTS: u32 = 3;
/// Characters of what is said of a failure: names of columns are in it.
const DETAIL: usize = 2_000;

/// How it ended here.
enum End {
    /// It goes on with the next start.
    Left,
    /// The store is to know.
    At(ImportState, Box<ImportOutcome>),
}

/// Runs one to its end, or until the server stops.
pub fn run(imports: &Imports, job: &Job) {
    let import_id = job.import_id.clone();
    let Some(import) =
        command(imports, &job.shop_id, &Command::Import(engine::ImportCommand::Start { import_id }))
    else {
        return;
    };
    if import.state.is_open() {
        let end = catch_unwind(AssertUnwindSafe(|| begin(imports, job, &import)));
        let failed = || failure(job, "internal", "an internal mistake; what was taken in stays".to_owned());
        match end.unwrap_or_else(|_| failed()) {
            End::Left => {
                let import_id = job.import_id.clone();
                command(imports, &job.shop_id, &Command::Import(engine::ImportCommand::Leave { import_id }));
                return;
            }
            End::At(state, outcome) => {
                note(state, &outcome);
                let import_id = job.import_id.clone();
                let end = Command::Import(engine::ImportCommand::End { import_id, state, outcome });
                if command(imports, &job.shop_id, &end).is_none() {
                    return;
                }
            }
        }
    }
    imports.clear(&import.upload.folder);
}

fn note(state: ImportState, outcome: &ImportOutcome) {
    metrics::counter!("promenade_imports_total", "state" => state.as_str()).increment(1);
    metrics::counter!("promenade_import_rejects_total").increment(outcome.rejects);
}

/// Tells the store, again and again where it cannot be written; none when the server stops, or there is no such import.
fn command(imports: &Imports, shop: &ShopId, command: &Command) -> Option<Import> {
    loop {
        let input = Input::new(shop.clone(), command.clone());
        let answers = imports.engine.submit_many_blocking(vec![input]);
        match answers.map(|mut answers| answers.pop().unwrap_or(Err(EngineError::Stopped))) {
            Ok(Ok(Reply::Import { import })) => return Some(*import),
            Err(EngineError::Stopped) | Ok(Err(EngineError::Stopped)) => return None,
            Ok(Err(EngineError::Refused(refusal))) => {
                tracing::error!(%shop, code = %refusal.code, "the store does not know an import that runs");
                return None;
            }
            other => {
                tracing::error!(%shop, ?other, "where an import stands could not be written; trying again");
                imports.rest(REST);
                if imports.is_stopping() {
                    return None;
                }
            }
        }
    }
}

fn counts(job: &Job) -> Counts {
    *job.live.counts.lock().unwrap_or_else(PoisonError::into_inner)
}

fn json(what: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(what).unwrap_or_default()
}

fn failure(job: &Job, code: &str, mut detail: String) -> End {
    if let Some((end, _)) = detail.char_indices().nth(DETAIL) {
        detail.truncate(end);
        detail.push_str("...");
    }
    let failure = Some(ImportFailure { code: code.to_owned(), detail });
    let orders = json(&counts(job));
    End::At(ImportState::Failed, Box::new(ImportOutcome { report: None, orders, rejects: 0, failure }))
}

/// Takes its orders in, unless it ended the server each time before.
fn begin(imports: &Imports, job: &Job, import: &Import) -> End {
    if import.starts > STARTS {
        let detail = "the server ended three times, not in order, while it was taken in; what was taken in stays. See the \
                      server's log and its memory, and send the files in parts";
        return failure(job, "interrupted", detail.to_owned());
    }
    take(imports, job, import)
}

/// Takes its orders in.
fn take(imports: &Imports, job: &Job, import: &Import) -> End {
    let upload = &import.upload;
    let found = imports.folder.mapping(&upload.folder).and_then(|text| {
        let inputs = imports.folder.inputs(&upload.folder)?;
        Ok((text, inputs))
    });
    let Ok((text, inputs)) = found else {
        let detail = "what was uploaded is not beside the store any more; upload it again";
        return failure(job, "upload_lost", detail.to_owned());
    };
    let mut mapping = match read_mapping(&text, &job.shop_id, inputs.len()) {
        Ok(mapping) => mapping,
        Err(error) => return failure(job, "unreadable", error.to_string()),
    };
    mapping.as_of = upload.as_of.or(mapping.as_of);
    let submit = if upload.submit { Submit::Yes } else { Submit::No };
    let live = &job.live;
    let mut progress = |done, total| {
        live.done.store(done, Ordering::Relaxed);
        live.total.store(total, Ordering::Relaxed);
    };
    let mut goes_on = |so_far: &Counts| {
        *live.counts.lock().unwrap_or_else(PoisonError::into_inner) = *so_far;
        !imports.is_stopping() && !live.cancelled.load(Ordering::Relaxed)
    };
    if !goes_on(&Counts::default()) {
        return stopped(imports, job);
    }
    let taken = take_in_while(&imports.engine, &mapping, &inputs, submit, &mut progress, &mut goes_on);
    match taken {
        Ok(taken) => finished(imports, job, import, &taken),
        Err(PoolError::Ended) => stopped(imports, job),
        Err(error) => broken(imports, job, import, error),
    }
}

/// A mapping for the files of one import: where one file came for its one table, that is the one, whatever its name.
pub fn read_mapping(text: &str, shop: &ShopId, files: usize) -> Result<PoolMapping, replay::MappingError> {
    let mut mapping = PoolMapping::parse(text, "mapping", Some(shop))?;
    if files == 1 {
        mapping.read_any_name();
    }
    Ok(mapping)
}

fn stopped(imports: &Imports, job: &Job) -> End {
    if imports.is_stopping() {
        return End::Left;
    }
    let orders = json(&counts(job));
    let outcome = ImportOutcome { report: None, orders, rejects: 0, failure: None };
    End::At(ImportState::Cancelled, Box::new(outcome))
}

fn finished(imports: &Imports, job: &Job, import: &Import, taken: &Taken) -> End {
    let rejects = IntakeReport::rejects(taken);
    let mut outcome = ImportOutcome {
        report: Some(json(&IntakeReport::of(taken))),
        orders: json(&taken.counts),
        rejects,
        failure: None,
    };
    if rejects > 0 {
        let write = |path: &std::path::Path| bad_rows(&taken.inputs, &taken.refused, path);
        if let Err(error) = imports.folder.write_rejects(&import.upload.folder, write) {
            tracing::error!(%error, import = %job.import_id, "what was left out could not be written");
            let detail = format!(
                "the orders were taken in, but the list of what was left out could not be written ({}); take the same \
                files again",
                error.kind()
            );
            outcome.failure = Some(ImportFailure { code: "storage_full".to_owned(), detail });
            outcome.rejects = 0;
            return End::At(ImportState::Failed, Box::new(outcome));
        }
    }
    End::At(ImportState::Finished, Box::new(outcome))
}

fn broken(imports: &Imports, job: &Job, import: &Import, error: PoolError) -> End {
    let again = "what was taken in stays; send the same files again";
    match error {
        PoolError::Engine(EngineError::Stopped) => End::Left,
        PoolError::Engine(EngineError::Store(error)) | PoolError::Store(error) => {
            failure(job, store_code(&error), format!("{}; {again}", error.message))
        }
        PoolError::Read(ReadError::Stopped) | PoolError::Engine(_) => {
            tracing::error!(%error, import = %job.import_id, "an import broke off");
            failure(job, "internal", format!("an internal mistake; {again}"))
        }
        PoolError::Read(error) => {
            let said = imports.folder.hide(&import.upload.folder, &error.to_string());
            failure(job, "unreadable", said)
        }
        PoolError::Strategies(said) => failure(job, "unreadable", said),
        PoolError::Ended => stopped(imports, job),
    }
}

fn store_code(error: &StoreError) -> &'static str {
    match error.kind {
        StoreErrorKind::Full => "storage_full",
        StoreErrorKind::Busy => "storage_busy",
        StoreErrorKind::Corrupt | StoreErrorKind::Newer | StoreErrorKind::Other => "storage_failed",
    }
}
