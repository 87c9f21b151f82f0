//! The file of API keys: JSON, hashes only, written to the side and renamed. Whoever changes it holds
//! the lock beside it from reading to writing, so that no key is lost between two.

use crate::private::beside;
use anyhow::Context;
use http_api::ApiKey;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Bytes of a file of keys: tens of thousands of them.
const MOST_BYTES: u64 = 16 << 20;

/// Reads the keys, those that were withdrawn among them; a missing file holds none.
pub fn read(file: &Path) -> anyhow::Result<Vec<ApiKey>> {
    parse(file, content(file)?.as_deref())
}

/// What the file says; `None` when it is missing.
pub fn content(file: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let read = || -> std::io::Result<Vec<u8>> {
        // Nothing that may be waited for, and never more than keys take: a running server looks here again and again.
        if !std::fs::metadata(file)?.is_file() {
            return Err(std::io::Error::new(ErrorKind::InvalidInput, "it is no file"));
        }
        let mut bytes = Vec::new();
        let most = MOST_BYTES + 1;
        if File::open(file)?.take(most).read_to_end(&mut bytes)? as u64 == most {
            return Err(std::io::Error::new(
                ErrorKind::FileTooLarge,
                format!("it has more than {MOST_BYTES} bytes"),
            ));
        }
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
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
    let beside = beside(file, ".lock");
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
    write_bytes(file, serde_json::to_string_pretty(keys)?.as_bytes())
}

/// Writes a file of secrets, for its owner alone, in the place of the one before.
pub fn write_bytes(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let aside = beside(file, ".partial");
    let save = || -> std::io::Result<()> {
        // Whatever stands there, a link above all, is not written through.
        match std::fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut out = File::options().create_new(true).write(true).mode(0o600).open(&aside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        std::fs::rename(&aside, file)?;
        // A key that was withdrawn does not come back with a power cut.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    save().with_context(|| format!("cannot write {}", file.display()))
}

/// A link in a file's place is not followed.
fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A running server looks at the file again and again: it must neither wait for it nor fill its memory with it.
    #[test]
    fn what_is_no_file_or_has_no_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.json");
        assert!(content(&keys).unwrap().is_none());
        for (place, said) in [("/dev/zero", "it is no file"), (".", "it is no file")] {
            symlink(place, &keys).unwrap();
            let refused = content(&keys).unwrap_err();
            assert!(format!("{refused:#}").contains(said), "{refused:#}");
            std::fs::remove_file(&keys).unwrap();
        }
        File::create(&keys).unwrap().set_len(MOST_BYTES + 1).unwrap();
        assert!(format!("{:#}", content(&keys).unwrap_err()).contains("more than"));
        File::create(&keys).unwrap().set_len(MOST_BYTES).unwrap();
        assert_eq!(content(&keys).unwrap().unwrap().len() as u64, MOST_BYTES);
    }
}
