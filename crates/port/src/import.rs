//! Imports of downloaded orders: files that were uploaded to a running server, and what became of them.
//!
//! What always holds: an import that is open has its files beside the store, so that it goes on after a restart; one
//! that has ended says how.

use crate::Row;
use domain::{ImportId, Instant, ShopId};
use serde::{Deserialize, Serialize};

/// An import, from its upload to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The shop.
    pub shop_id: ShopId,
    /// Its id.
    pub import_id: ImportId,
    /// Where it stands.
    pub state: ImportState,
    /// When its upload was whole.
    pub created_at: Instant,
    /// When it was begun, the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Instant>,
    /// How often it was begun and did not end: by starts of the server that did not stop in order.
    #[serde(default, skip_serializing_if = "is_none")]
    pub starts: u32,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Instant>,
    /// Somebody asked for its end while it ran.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancel_asked: bool,
    /// What was uploaded.
    pub upload: Upload,
    /// What came of it; none before its end, and of one that was cancelled before it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ImportOutcome>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// What was uploaded, and how it is to be taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// The folder that holds it, among the server's imports: a name that the server drew.
    pub folder: String,
    /// The files, in the order of their arrival.
    pub files: Vec<ImportFile>,
    /// What the mapping calls the export.
    pub mapping: String,
    /// The name of the shipped mapping, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_name: Option<String>,
    /// When the export was made, where the request says so (A-S4-23).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// Whether its orders are submitted too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub submit: bool,
    /// The name of the key that sent it.
    pub by: String,
}

/// One uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of them.
    pub blake3: String,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportOutcome {
    /// The intake's own report; none where the files could not be read to their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<serde_json::Value>,
    /// What became of the orders up to the end: created, updated and the like.
    pub orders: serde_json::Value,
    /// Lines of the list of what was left out.
    #[serde(default)]
    pub rejects: u64,
    /// Why it failed: a stable code and a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ImportFailure>,
}

/// Why an import failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFailure {
    /// Stable, `snake_case`.
    pub code: String,
    /// What happened, and what to do next.
    pub detail: String,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It waits for its turn.
    Received,
    /// Its orders are being taken in.
    Running,
    /// All of it was read.
    Finished,
    /// It could not be read, or the store failed. What was taken in stays.
    Failed,
    /// Somebody ended it. What was taken in stays.
    Cancelled,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Received, Self::Running, Self::Finished, Self::Failed, Self::Cancelled];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
    /// Whether it goes on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Running)
    }
}

impl Row for Import {
    type Key = (ShopId, ImportId);
    const NAME: &'static str = "import";
}
