//! An import as it is answered.

use super::queue::Live;
use crate::wire::time;
use domain::shop::Shop;
use port::{Import, ImportFailure, ImportFile};
use serde::Serialize;
use serde_json::Value;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;

/// An uploaded file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportFileView {
    /// Its name, without a folder.
    name: String,
    /// Its bytes.
    bytes: u64,
    /// BLAKE3 of them.
    blake3: String,
}

/// How far it has come.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProgressView {
    /// Bytes that were read of the files.
    read: u64,
    /// Their bytes in all.
    bytes: u64,
    /// What became of the orders so far: `{created, updated, duplicate, rejected, pooled, to_review}`.
    #[schema(value_type = Object)]
    orders: Value,
}

/// An import of downloaded orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderImportView {
    /// Its id; sorts by time.
    import_id: String,
    /// `received | running | finished | failed | cancelled`.
    state: &'static str,
    /// Its end was asked for and comes with the next batch.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelling: bool,
    /// When its upload was whole.
    created_at: String,
    /// When it was begun.
    started_at: Option<String>,
    /// When it ended.
    finished_at: Option<String>,
    /// The files, in the order of their arrival.
    files: Vec<ImportFileView>,
    /// What the mapping calls the export.
    mapping: String,
    /// The shipped mapping that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping_name: Option<String>,
    /// When the export was made, as the request said.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    /// Whether its orders are submitted too.
    submit: bool,
    /// The name of the key that sent it.
    by: String,
    progress: ProgressView,
    /// What came of it, once it has been read to its end: `{inputs, orders, refused, all_used, uncertain?, earlier?, summary, summary_zh}`.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// Rows that were left out and orders that were refused, as `.../bad-rows` lists them: 100,000 of each at most.
    bad_rows: u64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The same with what to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

fn progress(import: &Import, live: Option<&Live>) -> ProgressView {
    let bytes = import.upload.files.iter().map(|file| file.bytes).sum();
    if let Some(outcome) = &import.outcome {
        let read = if outcome.report.is_some() { bytes } else { 0 };
        return ProgressView { read, bytes, orders: outcome.orders.clone() };
    }
    let Some(live) = live else { return ProgressView { bytes, ..ProgressView::default() } };
    let counts = *live.counts.lock().unwrap_or_else(PoisonError::into_inner);
    let orders = serde_json::to_value(counts).unwrap_or_default();
    // Tables that are joined are read beside the lines, so a file may be read for more than one.
    let (done, total) = (live.done.load(Ordering::Relaxed), live.total.load(Ordering::Relaxed));
    ProgressView {
        read: if total == bytes { done.min(bytes) } else { done },
        bytes: bytes.max(total),
        orders,
    }
}

impl OrderImportView {
    /// An import in the shop's zone, with how it goes where it has not ended.
    pub fn new(shop: &Shop, import: Import, live: Option<&Live>) -> Self {
        let progress = progress(&import, live);
        let Import { upload, outcome, .. } = import;
        let rejects = outcome.as_ref().map_or(0, |outcome| outcome.rejects);
        let (report, failure) = outcome.map_or((None, None), |outcome| (outcome.report, outcome.failure));
        let (code, detail) = failure.map(|ImportFailure { code, detail }| (code, detail)).unzip();
        let file = |ImportFile { name, bytes, blake3 }| ImportFileView { name, bytes, blake3 };
        Self {
            import_id: import.import_id.to_string(),
            state: import.state.as_str(),
            cancelling: import.cancel_asked && import.state.is_open(),
            created_at: time::show(shop, import.created_at),
            started_at: time::show_some(shop, import.started_at),
            finished_at: time::show_some(shop, import.finished_at),
            files: upload.files.into_iter().map(file).collect(),
            mapping: upload.mapping,
            mapping_name: upload.mapping_name,
            as_of: time::show_some(shop, upload.as_of),
            submit: upload.submit,
            by: upload.by,
            progress,
            report,
            bad_rows: rejects,
            code,
            detail,
        }
    }
}
