//! The file of API keys: JSON, hashes only, written to the side and renamed. Whoever changes it holds
//! the lock beside it from reading to writing, so that no key is lost between two.

use anyhow::Context;
use http_api::ApiKey;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
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
        let mut options = File::options();
        options.create(true).truncate(false).write(true).mode(0o600).custom_flags(no_follow());
        let lock = options.open(&beside)?;
        lock.lock()?;
        Ok(lock)
    };
    take().with_context(|| format!("cannot lock {}", file.display()))
}

/// Writes the keys. Asks for the lock, to show that it is held.
pub fn write(file: &Path, keys: &[ApiKey], _lock: &File) -> anyhow::Result<()> {
    let aside = file.with_extension("tmp");
    let save = || -> std::io::Result<()> {
        // Whatever stands there, a link above all, is not written through.
        match std::fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut out = File::options().create_new(true).write(true).mode(0o600).open(&aside)?;
        out.write_all(serde_json::to_string_pretty(keys)?.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&aside, file)
    };
    save().with_context(|| format!("cannot write {}", file.display()))
}

/// A link in a file's place is not followed.
fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}
