//! Opening stores by their name: `memory` or `sqlite:FILE`.

use anyhow::Context;
use port::{Reader, Store};
use std::path::PathBuf;
use std::sync::Arc;

/// The file of a `sqlite:` store.
pub fn sqlite_file(name: &str) -> anyhow::Result<PathBuf> {
    let file = name.strip_prefix("sqlite:").filter(|file| !file.is_empty());
    file.map(PathBuf::from).with_context(|| format!("{name} is not sqlite:FILE"))
}

/// Where a service keeps what is uploaded to it: beside the file of its store; nowhere for one in memory.
pub fn uploads(name: &str) -> Option<PathBuf> {
    let mut place = sqlite_file(name).ok()?.into_os_string();
    place.push("-imports");
    Some(place.into())
}

/// Refuses a file of something else before anything is made beside it.
pub fn refuse_foreign(name: &str) -> anyhow::Result<()> {
    let Ok(file) = sqlite_file(name) else { return Ok(()) };
    store_sqlite::refuse_foreign(&file).with_context(|| format!("cannot open {}", file.display()))
}

/// Opens a store for writing; it is created when it is not there.
pub fn open(name: &str) -> anyhow::Result<Box<dyn Store>> {
    if name == "memory" {
        return Ok(Box::new(store_memory::MemoryStore::new()));
    }
    anyhow::ensure!(
        !name.starts_with("postgres"),
        "the PostgreSQL store is not built yet; use sqlite:FILE or memory"
    );
    let file = sqlite_file(name).context("a store is memory or sqlite:FILE")?;
    let store = store_sqlite::SqliteStore::open(&file);
    Ok(Box::new(store.with_context(|| format!("cannot open {}", file.display()))?))
}

/// Opens a store for reading; it may be in use.
pub fn open_reader(name: &str) -> anyhow::Result<Arc<dyn Reader>> {
    let file = sqlite_file(name)?;
    anyhow::ensure!(file.exists(), "there is no store {}", file.display());
    let reader = store_sqlite::SqliteStore::open_reader(&file);
    reader.with_context(|| format!("cannot read {}", file.display()))
}
