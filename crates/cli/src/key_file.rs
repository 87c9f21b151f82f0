//! The file of API keys: JSON, hashes only, written to the side and renamed. Whoever changes it holds
//! the lock beside it from reading to writing, so that no key is lost between two.

use anyhow::Context;
use http_api::ApiKey;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Reads the keys, those that were withdrawn among them; a missing file holds none.
pub fn read(file: &Path) -> anyhow::Result<Vec<ApiKey>> {
    parse(file, content(file)?.as_deref())
}

/// What the file says; `None` when it is missing.
pub fn content(file: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// The keys that stand there.
pub fn parse(file: &Path, content: Option<&[u8]>) -> anyhow::Result<Vec<ApiKey>> {
    let Some(bytes) = content else {
        return Ok(Vec::new());
    };
    serde_json::from_slice(bytes).with_context(|| format!("{} is not a file of keys", file.display()))
}

/// Waits until nobody else changes the keys; the lock is held until the answer is dropped.
pub fn lock(file: &Path) -> anyhow::Result<File> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".lock");
    let take = || -> std::io::Result<File> {
        let lock = File::options().create(true).truncate(false).write(true).open(&beside)?;
        lock.lock()?;
        Ok(lock)
    };
    take().with_context(|| format!("cannot lock {}", file.display()))
}

/// Writes the keys. Asks for the lock, to show that it is held.
pub fn write(file: &Path, keys: &[ApiKey], _lock: &File) -> anyhow::Result<()> {
    let aside = file.with_extension("tmp");
    let save = || -> std::io::Result<()> {
        let mut out = File::create(&aside)?;
        out.write_all(serde_json::to_string_pretty(keys)?.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&aside, file)
    };
    save().with_context(|| format!("cannot write {}", file.display()))
}
