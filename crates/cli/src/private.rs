//! Who may read what this program keeps: its user alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// From here on files are made 0600 and folders 0700, `SQLite`'s among them, whatever the umask was.
pub fn make_private() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Those of these that others may read or write, with their mode: made before, or by somebody else.
pub fn open_to_others(paths: &[PathBuf]) -> Vec<(&Path, u32)> {
    let mode = |path: &PathBuf| match std::fs::metadata(path) {
        Ok(found) if found.is_file() || found.is_dir() => found.permissions().mode() & 0o777,
        Ok(_) | Err(_) => 0,
    };
    paths.iter().map(|path| (path.as_path(), mode(path))).filter(|(_, mode)| mode & 0o077 != 0).collect()
}

/// A path with something behind its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
